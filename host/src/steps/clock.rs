//! The clock that the module is told: milliseconds since the client was created.

use std::time::Duration;

use tokio::time::Instant;

/// A monotonic clock.
#[derive(Clone, Copy)]
pub(super) struct Clock {
    origin: Instant,
}

impl Clock {
    /// A clock that begins now.
    pub(super) fn start() -> Self {
        Self {
            origin: Instant::now(),
        }
    }

    /// Present time in milliseconds.
    pub(super) fn now(self) -> f64 {
        self.origin.elapsed().as_secs_f64() * 1000.0
    }

    /// Time at which the clock shows this number of milliseconds. None if it is too far away to be waited for.
    pub(super) fn instant(self, ms: u64) -> Option<Instant> {
        self.origin.checked_add(Duration::from_millis(ms))
    }
}
