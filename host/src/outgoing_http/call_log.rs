//! Requests of one call as the host saw them: changes that were sent, and causes of failures.

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Requests of the call that an instance carries out.
#[derive(Default)]
pub(crate) struct CallLog(Mutex<Seen>);

#[derive(Default)]
struct Seen {
    /// Number of changes that were sent, or are about to be.
    changes: usize,
    /// Causes of failures that the component's error does not contain, each once.
    causes: Vec<String>,
}

impl CallLog {
    /// Forgets earlier calls.
    pub(crate) fn begin(&self) {
        *self.seen() = Seen::default();
    }

    /// Remembers that a change is about to be sent.
    pub(super) fn change_begun(&self) {
        self.seen().changes += 1;
    }

    /// Forgets a change for which no connection was made.
    pub(super) fn change_not_sent(&self) {
        let mut seen = self.seen();
        seen.changes = seen.changes.saturating_sub(1);
    }

    /// Remembers the cause of a failure.
    pub(super) fn failed(&self, cause: String) {
        let causes = &mut self.seen().causes;
        if !causes.contains(&cause) {
            causes.push(cause);
        }
    }

    /// True if the call may have sent a change.
    pub(crate) fn is_change_sent(&self) -> bool {
        self.seen().changes > 0
    }

    /// Cause of every failure. None if there are several causes, or none.
    pub(crate) fn only_cause(&self) -> Option<String> {
        match &self.seen().causes[..] {
            [cause] => Some(cause.clone()),
            _ => None,
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
