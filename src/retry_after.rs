//! The header `Retry-After` (RFC 9110, section 10.2.3).

use crate::{http_date, platform::Duration};

/// Parses seconds or a date. A date counts from the `Date` of the same response, so that no local clock needs to be right.
pub(crate) fn retry_after(value: &str, date: Option<&str>) -> Option<Duration> {
    let value = value.trim_ascii();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let now = http_date::parse(date?.trim_ascii())?;
    let seconds = http_date::parse(value)?.saturating_sub(now);
    Some(Duration::from_secs(seconds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retry_after_may_be_seconds() {
        let retry_after = |value| retry_after(value, None);
        assert_eq!(retry_after("0"), Some(Duration::ZERO));
        assert_eq!(retry_after(" 120 "), Some(Duration::from_secs(120)));
        assert_eq!(
            retry_after("99999999999999999999"),
            Some(Duration::from_secs(u64::MAX))
        );
        for value in ["", "-1", "1.5", "soon", "+1"] {
            assert_eq!(retry_after(value), None);
        }
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
