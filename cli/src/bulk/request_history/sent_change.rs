//! A change that was sent, and its outcome as far as the requests show it.

use host::{Effect, Error, ErrorCode, Outcome};
use onepassword_users::UserAction;

/// Requests for one change, and the responses to them.
#[derive(Default)]
pub(super) struct SentChange {
    is_acknowledged: bool,
    /// True if the server answered 200 without the user in the new state.
    is_unclear: bool,
    /// Number of requests.
    requests: u32,
    /// Number of requests that the server refused.
    refused: u32,
    /// Status of the last refusal.
    refusal_status: Option<u16>,
}

impl SentChange {
    /// Counts a request.
    pub(super) fn record_request(&mut self) {
        self.requests += 1;
    }

    /// Counts a refusal: a status of 400 to 499.
    pub(super) fn record_refusal(&mut self, status: u16) {
        self.refused += 1;
        self.refusal_status = Some(status);
    }

    /// Records a status of 200. It acknowledges the change only if the response shows the user in the new state.
    pub(super) fn record_ok(&mut self, shows_change: bool) {
        self.is_acknowledged |= shows_change;
        self.is_unclear |= !shows_change;
    }

    /// Outcome if no further response arrives.
    pub(super) fn outcome(&self, action: UserAction) -> Outcome {
        if self.is_acknowledged {
            return Outcome::Changed;
        }
        let is_refused = self.requests == self.refused;
        let (effect, cause) = if is_refused {
            (Effect::NotApplied, "the server refused it")
        } else if self.is_unclear {
            (
                Effect::PossiblyApplied,
                "the server's response does not show the change, which may have been made",
            )
        } else {
            (
                Effect::PossiblyApplied,
                "the command ended before the server responded; the change may have been made",
            )
        };
        Outcome::Failed(Error {
            code: ErrorCode::Other,
            message: format!("{}: {cause}", action.bulk_operation().name()),
            hint: None,
            effect,
            retryable: false,
            retry_after_ms: None,
            status: self.refusal_status.filter(|_| is_refused),
            api_code: None,
            api_message: None,
            candidates: Vec::new(),
            requests: self.requests,
        })
    }
}
