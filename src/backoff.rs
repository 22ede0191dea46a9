//! Waits between attempts: exponential back-off with full jitter.

use crate::platform::{Duration, Instant};

/// Upper bound of the first wait. It doubles with each attempt, to four seconds before the fifth.
const MAX_FIRST_WAIT: Duration = Duration::from_millis(500);

/// Waits between the attempts of one request.
pub(crate) struct Backoff {
    max: Duration,
    random: u64,
}

impl Backoff {
    /// A back-off seeded by the clock. Jitter need not be unpredictable.
    pub(crate) fn new(now: Instant) -> Self {
        Self {
            max: MAX_FIRST_WAIT,
            // Spreads the few bits of a clock that has just started.
            random: (now.since_origin().as_nanos() | 1).wrapping_mul(0x9e37_79b9_7f4a_7c15),
        }
    }

    /// The next wait: from zero up to the bound, which then doubles.
    pub(crate) fn next(&mut self) -> Duration {
        // xorshift64 (Marsaglia, 2003).
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        let wait = self.max.times(self.random >> 40).as_nanos() >> 24;
        self.max = self.max.times(2);
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
    fn jitter_is_xorshift64() {
        let mut backoff = Backoff {
            max: MAX_FIRST_WAIT,
            random: 1,
        };
        // The sequence of the seed 1 with shifts by 13, 7 and 17.
        for random in [
            1_082_269_761,
            1_152_992_998_833_853_505,
            11_177_516_664_432_764_457,
        ] {
            let max = backoff.max;
            let wait = backoff.next();
            assert_eq!(backoff.random, random);
            // The upper 24 bits are the share of the longest wait.
            let share = (u128::from(random >> 40) * u128::from(max.as_nanos())) >> 24;
            assert_eq!(u128::from(wait.as_nanos()), share);
        }
    }

    #[test]
    fn first_waits_are_spread_out_when_the_clock_is_near_0() {
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
}
