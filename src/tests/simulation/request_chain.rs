//! Chains of requests of a call that follow each other.

use super::{call_result::CallEnd, intent::Intent, route::Route};
use crate::platform::Instant;

/// Maximum number of attempts of a request.
pub(super) const MAX_ATTEMPTS: u32 = 5;
/// Consecutive requests of a call: all of them, or those with the same subject in a bulk change.
pub(super) struct RequestChain {
    pub subject: Subject,
    pub requests: Vec<usize>,
    /// Number of attempts of the current request.
    pub attempts: u32,
    /// Earliest and latest beginning of the current series of attempts.
    pub series_began: (Instant, Instant),
    /// End of the chain, once the call has reported it.
    pub ended: Option<CallEnd>,
}

/// Subject of the requests of a chain.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Subject {
    WholeCall,
    Token,
    List,
    User(String),
    Change(String),
}

impl Subject {
    pub(super) fn of(intent: &Intent, route: &Route) -> Self {
        match (intent, route) {
            (Intent::ChangeUsers(_), Route::Token) => Self::Token,
            (Intent::ChangeUsers(_), Route::List(_)) => Self::List,
            (Intent::ChangeUsers(_), Route::User(id)) => Self::User(id.clone()),
            (Intent::ChangeUsers(_), Route::Change(id, _)) => Self::Change(id.clone()),
            _ => Self::WholeCall,
        }
    }
}

impl RequestChain {
    pub(super) const fn new(subject: Subject, now: Instant) -> Self {
        Self {
            subject,
            requests: Vec::new(),
            attempts: 0,
            series_began: (now, now),
            ended: None,
        }
    }

    pub(super) fn is_change(&self) -> bool {
        matches!(self.subject, Subject::Change(_))
    }
}
