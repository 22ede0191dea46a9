//! The failure of one request, on its way to the [`Error`] of its call.

use alloc::{boxed::Box, string::String, vec::Vec};
use core::ops::{Deref, DerefMut};

use crate::{
    endpoint::Endpoint,
    error::{Effect, Error, ErrorCode, Operation},
    platform::{Duration, SendError, SendErrorKind},
};

/// Advice for a call that was stopped.
const CALL_AGAIN: &str = "repeat the call to go on";

/// An [`Error`] without its operation and its number of requests.
///
/// Boxed, because every layer returns it: the component is smaller for it.
#[derive(Clone, Debug)]
pub(crate) struct Failure(Box<FailureDetails>);

/// Fields of a [`Failure`].
#[derive(Clone, Debug)]
pub(crate) struct FailureDetails {
    pub code: ErrorCode,
    pub cause: String,
    pub hint: Option<&'static str>,
    /// Effect of the requests so far. Merged on the way up: once a change may have been applied, no later failure of the same
    /// call takes that back.
    pub effect: Effect,
    /// True if another attempt may succeed.
    pub is_transient: bool,
    /// True if a request was sent.
    pub is_sent: bool,
    /// True if the caller stopped the call.
    pub is_stopped: bool,
    /// True if the server may have processed the request.
    pub is_possibly_processed: bool,
    /// Endpoint that refused the request. None if no response decided.
    pub endpoint: Option<Endpoint>,
    pub retry_after: Option<Duration>,
    pub status: Option<u16>,
    /// True if the response has the form of the API's errors.
    pub is_of_api: bool,
    /// True for a 404 or 410 that may mean that the server does not have the path.
    pub is_path_in_doubt: bool,
    pub api_code: Option<i32>,
    pub api_message: Option<String>,
    pub candidates: Vec<String>,
}

impl Failure {
    /// A failure without a response, which another attempt would not avoid.
    pub(crate) fn new(code: ErrorCode, cause: String, hint: Option<&'static str>) -> Self {
        Self(Box::new(FailureDetails {
            code,
            cause,
            hint,
            effect: Effect::NotApplied,
            is_transient: false,
            is_sent: false,
            is_stopped: false,
            is_possibly_processed: false,
            endpoint: None,
            retry_after: None,
            status: None,
            is_of_api: false,
            is_path_in_doubt: false,
            api_code: None,
            api_message: None,
            candidates: Vec::new(),
        }))
    }

    /// A failure of a call that its caller stopped, before a request.
    pub(crate) fn stopped() -> Self {
        Self::from(SendError::stopped(false))
    }

    /// Adds the effect of earlier requests of the same call.
    pub(crate) fn with_effect(mut self, earlier: Effect) -> Self {
        if earlier == Effect::PossiblyApplied {
            self.effect = earlier;
        }
        self
    }

    /// A copy for other parts of the call, or other calls, which sent no change of their own.
    pub(crate) fn without_effect(&self) -> Self {
        let mut copy = self.clone();
        copy.effect = Effect::NotApplied;
        copy
    }

    /// True if this endpoint answered 403 in the API's words: `PermissionDenied` in the numbering of gRPC. A 403 of the token
    /// endpoint says nothing about the permission of the request, and a proxy sends other bodies.
    pub(crate) fn is_forbidden_by(&self, endpoint: Endpoint) -> bool {
        self.status == Some(403)
            && self.endpoint == Some(endpoint)
            && self.is_of_api
            && self.api_code == Some(7)
    }

    /// Cause and hint in one line.
    pub(crate) fn text(&self) -> String {
        match self.hint {
            Some(hint) => [&self.cause, "; ", hint].concat(),
            None => self.cause.clone(),
        }
    }

    /// Error of the call that this failure ended.
    pub(crate) fn into_error(self, operation: Operation, requests: u32) -> Error {
        let details = *self.0;
        Error {
            code: details.code,
            message: [operation.name(), ": ", &details.cause].concat(),
            hint: details.hint,
            effect: details.effect,
            retry_after: details.retry_after,
            status: details.status,
            api_code: details.api_code,
            api_message: details.api_message,
            candidates: details.candidates,
            requests,
        }
    }
}

impl Deref for Failure {
    type Target = FailureDetails;

    fn deref(&self) -> &FailureDetails {
        &self.0
    }
}

impl DerefMut for Failure {
    fn deref_mut(&mut self) -> &mut FailureDetails {
        &mut self.0
    }
}

impl From<SendError> for Failure {
    fn from(error: SendError) -> Self {
        let (code, is_transient, hint) = match error.kind {
            SendErrorKind::Denied => (
                ErrorCode::ConnectionFailed,
                false,
                "allow this component outgoing HTTP to the base URL",
            ),
            SendErrorKind::Stopped => (ErrorCode::Other, false, CALL_AGAIN),
            SendErrorKind::Connection => (
                ErrorCode::ConnectionFailed,
                true,
                "check the network, the base URL, and any proxy that inspects TLS",
            ),
            SendErrorKind::TimedOut => (
                ErrorCode::TimedOut,
                true,
                "check the network, or try again later",
            ),
            SendErrorKind::TooLarge => (
                ErrorCode::MalformedResponse,
                false,
                "check that the base URL is that of the API",
            ),
            SendErrorKind::Malformed => (
                ErrorCode::MalformedResponse,
                true,
                "check that the base URL is that of the API, and that no proxy answers in its place",
            ),
        };
        let mut failure = Failure::new(code, error.detail, Some(hint));
        failure.is_transient = is_transient;
        failure.is_stopped = error.kind == SendErrorKind::Stopped;
        failure.is_possibly_processed = error.is_possibly_received;
        failure
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failure() -> Failure {
        Failure::new(ErrorCode::Other, "cause".into(), None)
    }

    #[test]
    fn a_possible_effect_of_an_earlier_request_is_kept() {
        let earlier = failure().with_effect(Effect::PossiblyApplied);
        let later = earlier.with_effect(Effect::NotApplied);
        let error = later.into_error(Operation::SuspendUser, 2);
        assert_eq!(error.effect, Effect::PossiblyApplied);
    }

    #[test]
    fn a_failure_for_other_parts_has_no_effect() {
        let own = failure().with_effect(Effect::PossiblyApplied);
        assert_eq!(own.without_effect().effect, Effect::NotApplied);
        assert_eq!(own.effect, Effect::PossiblyApplied);
    }

    #[test]
    fn a_403_of_another_endpoint_is_not_a_forbidden_request() {
        let mut failure = failure();
        failure.status = Some(403);
        failure.endpoint = Some(Endpoint::Token);
        assert!(!failure.is_forbidden_by(Endpoint::User));
        failure.endpoint = Some(Endpoint::User);
        assert!(!failure.is_forbidden_by(Endpoint::User));
        failure.api_code = Some(7);
        failure.is_of_api = true;
        assert!(failure.is_forbidden_by(Endpoint::User));
    }
}
