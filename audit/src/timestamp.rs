//! Timestamps for people: RFC 3339 (section 5.6), in UTC, to the millisecond.

use core::fmt;

use serde::{Serialize, Serializer};
use time::OffsetDateTime;

/// A time in milliseconds since 1970, shown as `2026-11-26T19:09:01.250Z`. A time after the year 9999 is shown as that year's
/// end.
#[derive(Clone, Copy, Debug)]
pub struct Timestamp(pub u64);

/// Last second of the year 9999.
const MAX_SECONDS: i64 = 253_402_300_799;

impl fmt::Display for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = i64::try_from(self.0 / 1000).unwrap_or(MAX_SECONDS);
        let time = OffsetDateTime::from_unix_timestamp(seconds.min(MAX_SECONDS))
            .unwrap_or(OffsetDateTime::UNIX_EPOCH);
        let (year, month, day) = time.to_calendar_date();
        let (hour, minute, second) = time.to_hms();
        let millisecond = self.0 % 1000;
        write!(
            formatter,
            "{year:04}-{:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millisecond:03}Z",
            u8::from(month)
        )
    }
}

impl Serialize for Timestamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::string::ToString;

    use super::*;

    #[test]
    fn a_timestamp_is_shown_in_utc_to_the_millisecond() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00.000Z"),
            (951_782_400_007, "2000-02-29T00:00:00.007Z"),
            (1_795_460_951_970, "2026-11-23T19:09:11.970Z"),
            (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
            (253_402_300_800_000, "9999-12-31T23:59:59.000Z"),
        ] {
            assert_eq!(Timestamp(ms).to_string(), text);
        }
    }
}
