//! Dates in HTTP headers, in the three formats that a recipient must accept (RFC 9110, section 5.6.7).

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Parses a date to seconds since 1970-01-01 UTC. The day of the week is not checked.
pub(crate) fn parse(text: &str) -> Option<u64> {
    let mut parts = [""; 6];
    let mut count = 0_usize;
    for part in text.split([' ', ',', '-']).filter(|part| !part.is_empty()) {
        *parts.get_mut(count)? = part;
        count = count.saturating_add(1);
    }
    let (day, month, year, time) = match (parts, count) {
        // Sun, 06 Nov 1994 08:49:37 GMT
        ([_, day, month, year, time, "GMT"], 6) if year.len() == 4 => {
            (day, month, number(year)?, time)
        }
        // Sunday, 06-Nov-94 08:49:37 GMT
        ([_, day, month, year, time, "GMT"], 6) if year.len() == 2 => {
            let year = number(year)?;
            // 70 to 99 are 1970 to 1999, as in POSIX, so that no date is far in the future.
            let century = if year < 70 { 2000 } else { 1900 };
            (day, month, year.checked_add(century)?, time)
        }
        // Sun Nov  6 08:49:37 1994
        ([_, month, day, time, year, _], 5) => (day, month, number(year)?, time),
        _ => return None,
    };
    let month = MONTHS.iter().position(|name| *name == month)?;
    let days = days(year, month, number(day)?)?;
    let mut clock = time.split(':').map(number);
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    // 60 is a leap second.
    if clock.next().is_some() || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let minutes = hour.checked_mul(60)?.checked_add(minute)?;
    let seconds = minutes.checked_mul(60)?.checked_add(second)?;
    days.checked_mul(86_400)?.checked_add(seconds)
}

/// Days from 1970-01-01 to a day of the Gregorian calendar. The month counts from 0.
fn days(year: u64, month: usize, day: u64) -> Option<u64> {
    const BEFORE: [u64; 12] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
    let is_leap = |year: u64| {
        year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400))
    };
    if !(1970..=9999).contains(&year) || !(1..=31).contains(&day) {
        return None;
    }
    // Leap days before a year, counted from the year 0.
    let leaps = |year: u64| {
        let last = year.checked_sub(1)?;
        (last / 4).checked_sub(last / 100)?.checked_add(last / 400)
    };
    let leap_days = leaps(year)?.checked_sub(leaps(1970)?)?;
    let this_year = u64::from(is_leap(year) && month > 1);
    year.checked_sub(1970)?
        .checked_mul(365)?
        .checked_add(leap_days)?
        .checked_add(BEFORE.get(month).copied()?)?
        .checked_add(this_year)?
        .checked_add(day)?
        .checked_sub(1)
}

/// Parses a number of one to four digits.
fn number(text: &str) -> Option<u64> {
    let is_number = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_three_formats_of_the_rfc_are_equal() {
        // date --utc --date '1994-11-06 08:49:37' +%s
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(parse(text), Some(784_111_777), "{text}");
        }
    }

    #[test]
    fn days_follow_the_gregorian_calendar() {
        for (text, expected) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Tue, 29 Feb 2000 23:59:59 GMT", 951_868_799),
            ("Wed, 01 Mar 2000 00:00:00 GMT", 951_868_800),
            ("Sun, 01 Mar 2026 00:00:00 GMT", 1_772_323_200),
            ("Mon, 23 Nov 2026 12:00:00 GMT", 1_795_435_200),
            ("Sun, 29 Feb 2032 00:00:00 GMT", 1_961_625_600),
            ("Mon, 01 Mar 2100 00:00:00 GMT", 4_107_542_400),
            // A leap second, and the first and last year with two digits.
            ("Sat, 31 Dec 2016 23:59:60 GMT", 1_483_228_800),
            ("Thursday, 01-Jan-70 00:00:00 GMT", 0),
            ("Tuesday, 31-Dec-69 00:00:00 GMT", 3_155_673_600),
        ] {
            assert_eq!(parse(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn invalid_dates_are_none() {
        for text in [
            "",
            "soon",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 06 Nov 1994 08:49:37 GMT GMT",
            "Sun, 06 Nov 1969 08:49:37 GMT",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 32 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 19944 08:49:37 GMT",
            "Sun, 06 Nov 994 08:49:37 GMT",
            "Sun, 06 nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun, 06 Nov 1994 08:60:37 GMT",
            "Sun, 06 Nov 1994 08:49:61 GMT",
            "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, 06 Nov 1994 08:49:37:00 GMT",
            "Sun, +6 Nov 1994 08:49:37 GMT",
            "2026-11-23T12:00:00Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_day_is_86400_seconds_after_the_previous(day in 0_u64..2_900_000) {
            // Howard Hinnant's `civil_from_days`, the inverse of the parser.
            let shifted = day + 719_468;
            let era = shifted / 146_097;
            let of_era = shifted % 146_097;
            let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
            let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
            let month_from_march = (5 * of_year + 2) / 153;
            let of_month = of_year - (153 * month_from_march + 2) / 5 + 1;
            let month = (month_from_march + 2) % 12;
            let year = year_of_era + era * 400 + u64::from(month < 2);
            let text = format!("Xxx, {of_month:02} {} {year:04} 00:00:00 GMT", MONTHS[month as usize]);
            prop_assert_eq!(parse(&text), Some(day * 86_400));
        }

        #[test]
        fn any_text_is_parsed_without_panic(text in any::<String>()) {
            parse(&text);
        }
    }
}
