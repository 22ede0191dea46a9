//! The clock that expires tokens, which tests can move forward.

use std::time::{Duration, Instant};

/// A clock that shows the real time since its start, plus the time added.
#[derive(Clone, Debug)]
pub(crate) struct Clock {
    started: Instant,
    added: Duration,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self {
            started: Instant::now(),
            added: Duration::ZERO,
        }
    }

    /// Returns the time since the start, including the time added.
    pub(crate) fn now(&self) -> Duration {
        self.started.elapsed().saturating_add(self.added)
    }

    pub(crate) fn advance(&mut self, by: Duration) {
        self.added = self.added.saturating_add(by);
    }
}
