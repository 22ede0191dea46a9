//! The simulator's own clock, which tests can move ahead.

use std::time::{Duration, Instant};

/// Real time since the start, and what was added to it.
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

    /// Time since the start, as the simulator sees it.
    pub(crate) fn now(&self) -> Duration {
        self.started.elapsed().saturating_add(self.added)
    }

    pub(crate) fn advance(&mut self, by: Duration) {
        self.added = self.added.saturating_add(by);
    }
}
