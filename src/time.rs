//! Durations and points in time, in nanoseconds. Their arithmetic saturates, where that of `core::time` panics.

/// A span of time in nanoseconds. Sums and products saturate.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Duration(u64);

impl Duration {
    /// A span of zero length.
    pub const ZERO: Self = Self(0);

    /// A span of whole seconds.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1_000_000_000))
    }

    /// A span of whole milliseconds.
    pub const fn from_millis(milliseconds: u64) -> Self {
        Self(milliseconds.saturating_mul(1_000_000))
    }

    /// A span of nanoseconds.
    pub const fn from_nanos(nanoseconds: u64) -> Self {
        Self(nanoseconds)
    }

    /// Length in whole milliseconds.
    pub const fn as_millis(self) -> u64 {
        self.0 / 1_000_000
    }

    /// Length in nanoseconds.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// True if the length is zero.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Sum of both spans.
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// Difference of both spans; zero if the other is longer.
    pub const fn less(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// Half of the span.
    pub const fn half(self) -> Self {
        Self(self.0 / 2)
    }

    /// The span multiplied by a factor.
    pub const fn times(self, factor: u64) -> Self {
        Self(self.0.saturating_mul(factor))
    }
}

/// A point in time on the platform's monotonic clock, whose origin is arbitrary.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Instant(Duration);

impl Instant {
    /// The point at this distance from the origin.
    pub const fn from_origin(since: Duration) -> Self {
        Self(since)
    }

    /// Distance from the origin.
    pub const fn since_origin(self) -> Duration {
        self.0
    }

    /// The point this much later; saturates.
    pub const fn after(self, duration: Duration) -> Self {
        Self(self.0.plus(duration))
    }

    /// Time until `later`; zero if that has passed.
    pub const fn until(self, later: Self) -> Duration {
        later.0.less(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_are_rounded_down() {
        assert_eq!(Duration::from_nanos(2_999_999).as_millis(), 2);
        assert_eq!(Duration::from_secs(3).as_millis(), 3000);
    }

    #[test]
    fn time_arithmetic_saturates() {
        let longest = Duration::from_nanos(u64::MAX);
        assert_eq!(Duration::from_secs(u64::MAX), longest);
        assert_eq!(Duration::from_millis(u64::MAX), longest);
        assert_eq!(longest.plus(longest), longest);
        assert_eq!(longest.times(2), longest);
        assert_eq!(Duration::ZERO.less(longest), Duration::ZERO);
        let last = Instant::from_origin(longest);
        assert_eq!(last.after(longest), last);
        assert_eq!(
            last.until(Instant::from_origin(Duration::ZERO)),
            Duration::ZERO
        );
    }
}
