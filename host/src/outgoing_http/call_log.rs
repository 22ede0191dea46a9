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
    /// Proxy of the requests, for people. None if they were sent directly.
    proxy: Option<String>,
    /// True if the proxy forwards requests, and can answer them itself.
    is_forwarded: bool,
}

/// Causes of a call's failures, as far as the host knows them.
pub(crate) struct Causes {
    /// Cause of failures without a response.
    pub(crate) connection: Option<String>,
    /// Origin of responses that may not be the API's.
    pub(crate) response: Option<String>,
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

    /// Remembers the proxy of a request.
    pub(super) fn sent_through(&self, proxy: &str, is_forwarded: bool) {
        let mut seen = self.seen();
        seen.proxy = Some(proxy.to_owned());
        seen.is_forwarded = is_forwarded;
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

    /// Causes of the call's failures.
    pub(crate) fn causes(&self) -> Causes {
        let seen = self.seen();
        let through = seen.proxy.as_ref().map(|proxy| format!("through {proxy}"));
        Causes {
            connection: match &seen.causes[..] {
                [] => None,
                [cause] => Some(cause.clone()),
                // The proxy is common to all of them.
                _ => through.clone(),
            },
            response: through.filter(|_| seen.is_forwarded),
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
