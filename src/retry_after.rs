//! The header `Retry-After` (RFC 9110, section 10.2.3).

use crate::{http_date, platform::Duration};

/// Longest wait that is told. No call lasts as long: it ends at once, and the caller repeats it.
const MAX_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// Parses seconds or a date. A wait of more than a day becomes one of a day. A date counts from the `Date` of the same response, so that no local clock needs to be right.
pub(crate) fn retry_after(value: &str, date: Option<&str>) -> Option<Duration> {
    let value = value.trim_ascii();
    let seconds = if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        value.parse().unwrap_or(u64::MAX)
    } else {
        let now = http_date::parse(date?.trim_ascii())?;
        http_date::parse(value)?.saturating_sub(now)
    };
    Some(Duration::from_secs(seconds).min(MAX_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_may_be_seconds() {
        let retry_after = |value| retry_after(value, None);
        assert_eq!(retry_after("0"), Some(Duration::ZERO));
        assert_eq!(retry_after(" 120 "), Some(Duration::from_secs(120)));
        for value in ["", "-1", "1.5", "soon", "+1"] {
            assert_eq!(retry_after(value), None);
        }
    }

    #[test]
    fn a_wait_of_more_than_a_day_is_one_of_a_day() {
        let day = Some(Duration::from_secs(86_400));
        for value in ["86400", "86401", "18446744073709", "99999999999999999999"] {
            assert_eq!(retry_after(value, None), day, "{value}");
        }
        assert_eq!(
            retry_after("86399", None),
            Some(Duration::from_secs(86_399))
        );
        let date = Some("Mon, 23 Nov 2026 12:00:00 GMT");
        assert_eq!(retry_after("Fri, 31 Dec 9999 23:59:59 GMT", date), day);
    }

    #[test]
    fn retry_after_as_a_date_counts_from_the_response_date() {
        let date = Some("Mon, 23 Nov 2026 12:00:00 GMT");
        for (value, wait) in [
            ("Mon, 23 Nov 2026 12:00:30 GMT", Some(30)),
            ("Monday, 23-Nov-26 12:00:30 GMT", Some(30)),
            ("Mon, 23 Nov 2026 12:00:00 GMT", Some(0)),
            ("Sun, 22 Nov 2026 12:00:00 GMT", Some(0)),
            ("Tue, 24 Nov 2026 12:00:00 GMT", Some(86_400)),
            ("tomorrow", None),
        ] {
            assert_eq!(
                retry_after(value, date),
                wait.map(Duration::from_secs),
                "{value}"
            );
        }
        for date in [None, Some(""), Some("today")] {
            assert_eq!(retry_after("Mon, 23 Nov 2026 12:00:30 GMT", date), None);
        }
    }
}
