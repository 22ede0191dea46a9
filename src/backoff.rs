//! When a request is tried again, and how long is waited before that.

use crate::{
    http_date,
    platform::{Duration, Instant, Timeouts},
};

/// Requests sent at most for one exchange with the server.
pub(crate) const MOST_ATTEMPTS: u32 = 5;
/// What a wait must leave of a call for the attempt after it: less would end in a time-out, which hides the cause.
pub(crate) const SHORTEST_ATTEMPT: Duration = Duration::from_millis(100);
/// Until the connection stands: TCP and TLS.
const CONNECT: Duration = Duration::from_secs(5);
/// From then on until the head of the answer.
const FIRST_BYTE: Duration = Duration::from_secs(10);
/// Between two pieces of a body.
const BETWEEN_BYTES: Duration = Duration::from_secs(5);
/// The longest first wait; it doubles with each attempt, to four seconds before the last one.
const FIRST_BACKOFF: Duration = Duration::from_millis(500);

/// How much later than the guest's own the host's time-outs are: the guest knows better what a time-out means.
const LATER: Duration = Duration::from_secs(1);

/// What the host is asked for, beside the guest's own time-outs. It alone knows when a connection stands.
pub(crate) fn of_the_host(timeouts: Timeouts) -> Timeouts {
    Timeouts {
        connect: timeouts.connect,
        first_byte: timeouts.first_byte.plus(LATER),
        between_bytes: timeouts.between_bytes.plus(LATER),
    }
}

/// The phases' time-outs in what is left of a call. A connection gets half of it at most: one that is not made is told
/// as that, before the call's time runs out.
pub(crate) fn timeouts(remaining: Duration) -> Timeouts {
    Timeouts {
        connect: CONNECT.min(remaining.half()),
        first_byte: FIRST_BYTE.min(remaining),
        between_bytes: BETWEEN_BYTES.min(remaining),
    }
}

/// Whether an answer with this status may be another one on another try: 408, 429, 500, 502, 503, 504.
pub(crate) const fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 429 | 500 | 502 | 503 | 504)
}

/// `Retry-After` (RFC 9110, section 10.2.3), in seconds or as a date: that counts from the answer's own `Date`, so that no
/// clock of ours needs to be right.
pub(crate) fn retry_after(value: &str, date: Option<&str>) -> Option<Duration> {
    let value = value.trim_ascii();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let seconds =
        http_date::seconds(value)?.saturating_sub(http_date::seconds(date?.trim_ascii())?);
    Some(Duration::from_secs(seconds))
}

/// The waits of one exchange: exponential, with full jitter.
pub(crate) struct Backoff {
    longest: Duration,
    dice: u64,
}

impl Backoff {
    /// Jitter spreads callers apart, and guards nothing: the clock is random enough for it.
    pub fn new(now: Instant) -> Self {
        Self {
            longest: FIRST_BACKOFF,
            // A clock that has just begun has few bits: they are spread out first.
            dice: (now.since_origin().as_nanos() | 1).wrapping_mul(0x9e37_79b9_7f4a_7c15),
        }
    }

    /// The next wait: anything from nothing to twice what could have been waited before.
    pub fn next(&mut self) -> Duration {
        // xorshift64 (Marsaglia, 2003).
        self.dice ^= self.dice << 13;
        self.dice ^= self.dice >> 7;
        self.dice ^= self.dice << 17;
        let wait = self.longest.times(self.dice >> 40).as_nanos() >> 24;
        self.longest = self.longest.times(2);
        Duration::from_nanos(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_stay_below_a_bound_that_doubles() {
        for seed in 0..1000 {
            let mut backoff = Backoff::new(Instant::from_origin(Duration::from_nanos(seed * 977)));
            for bound in [500, 1000, 2000, 4000] {
                assert!(backoff.next() < Duration::from_millis(bound));
            }
        }
    }

    #[test]
    fn the_dice_are_xorshift64() {
        let mut backoff = Backoff {
            longest: FIRST_BACKOFF,
            dice: 1,
        };
        // The sequence that begins with 1, for shifts by 13, 7 and 17.
        for rolled in [
            1_082_269_761,
            1_152_992_998_833_853_505,
            11_177_516_664_432_764_457,
        ] {
            let longest = backoff.longest;
            let wait = backoff.next();
            assert_eq!(backoff.dice, rolled);
            // The upper 24 bits are the share of the longest wait.
            let share = (u128::from(rolled >> 40) * u128::from(longest.as_nanos())) >> 24;
            assert_eq!(u128::from(wait.as_nanos()), share);
        }
    }

    #[test]
    fn first_waits_are_spread_even_when_the_clock_has_just_begun() {
        let wait = |ms| Backoff::new(Instant::from_origin(Duration::from_millis(ms))).next();
        let waits: Vec<_> = (0..100).map(wait).collect();
        for tenth in 0..10 {
            let range = Duration::from_millis(tenth * 50)..Duration::from_millis((tenth + 1) * 50);
            assert!(waits.iter().any(|wait| range.contains(wait)), "{range:?}");
        }
    }

    #[test]
    fn waits_are_spread_over_the_whole_range() {
        let last = |nanos| {
            let mut backoff = Backoff::new(Instant::from_origin(Duration::from_nanos(nanos)));
            (0..4).map(|_| backoff.next()).last().unwrap()
        };
        let waits: Vec<_> = (0..1000).map(last).collect();
        for tenth in 0..10 {
            let range =
                Duration::from_millis(tenth * 400)..Duration::from_millis((tenth + 1) * 400);
            assert!(waits.iter().any(|wait| range.contains(wait)), "{range:?}");
        }
    }

    #[test]
    fn retry_after_is_seconds() {
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
    fn retry_after_is_a_date_that_counts_from_the_answers_own() {
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
