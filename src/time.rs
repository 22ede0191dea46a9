//! Time in nanoseconds, as `wasi:clocks` counts it: what core has for it is larger, and can panic.

/// A span of time. Sums and products that do not fit are the longest span that there is.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Duration(u64);

impl Duration {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// So many seconds.
    pub const fn from_secs(seconds: u64) -> Self {
        Self(seconds.saturating_mul(1_000_000_000))
    }

    /// So many milliseconds.
    pub const fn from_millis(milliseconds: u64) -> Self {
        Self(milliseconds.saturating_mul(1_000_000))
    }

    /// So many nanoseconds.
    pub const fn from_nanos(nanoseconds: u64) -> Self {
        Self(nanoseconds)
    }

    /// In whole milliseconds.
    pub const fn as_millis(self) -> u64 {
        self.0 / 1_000_000
    }

    /// In nanoseconds.
    pub const fn as_nanos(self) -> u64 {
        self.0
    }

    /// Whether it is no time at all.
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// Both together.
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }

    /// What is left of it after another; nothing, when that is longer.
    pub const fn less(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }

    /// Half of it.
    pub const fn half(self) -> Self {
        Self(self.0 / 2)
    }

    /// So many times as long.
    pub const fn times(self, factor: u64) -> Self {
        Self(self.0.saturating_mul(factor))
    }
}

/// A moment on the host's monotonic clock, which begins where the host likes.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Instant(Duration);

impl Instant {
    /// The moment this long after the clock's beginning.
    pub const fn from_origin(since: Duration) -> Self {
        Self(since)
    }

    /// The time since the clock's beginning.
    pub const fn since_origin(self) -> Duration {
        self.0
    }

    /// The moment this much later, or the last one that there is.
    pub const fn after(self, duration: Duration) -> Self {
        Self(self.0.plus(duration))
    }

    /// How long it is until `later`; nothing, when that has passed.
    pub const fn until(self, later: Self) -> Duration {
        later.0.less(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn milliseconds_are_whole() {
        assert_eq!(Duration::from_nanos(2_999_999).as_millis(), 2);
        assert_eq!(Duration::from_secs(3).as_millis(), 3000);
    }

    #[test]
    fn what_does_not_fit_is_the_longest_or_nothing() {
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
