//! Requests of a call that follow each other, and when one of them may be sent again.

use super::{call_result::CallEnd, intent::Intent, route::Route};
use crate::platform::Instant;

/// Requests sent at most for one exchange with the server.
pub(super) const MAX_ATTEMPTS: u32 = 5;
/// Requests of a call each of which follows the one before: all of them, or in a call that changes many users those that are
/// about the same.
pub(super) struct RequestChain {
    pub subject: Subject,
    pub requests: Vec<usize>,
    /// How often the present request was sent.
    pub attempts: u32,
    /// When the present exchange began: not before the first, nor after the second.
    pub series_began: (Instant, Instant),
    /// How it ended, once its call has told.
    pub ended: Option<CallEnd>,
}

/// What the requests of a strand are about.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Subject {
    WholeCall,
    Token,
    List,
    User(String),
    Change(String),
}

impl Subject {
    pub fn of(intent: &Intent, route: &Route) -> Self {
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
    pub const fn new(subject: Subject, now: Instant) -> Self {
        Self {
            subject,
            requests: Vec::new(),
            attempts: 0,
            series_began: (now, now),
            ended: None,
        }
    }

    pub fn is_change(&self) -> bool {
        matches!(self.subject, Subject::Change(_))
    }
}
