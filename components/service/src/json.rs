//! The contract's words as JSON, spelt as the contract spells them.

use alloc::string::String;

use serde::{Serialize, Serializer};

use crate::bindings::{
    connection::{Finding, Verdict},
    containment::Outcome,
    types::{Effect, Error, ErrorCode, User, UserState},
};

/// Anything as JSON. Nothing that is shown here can fail to be.
pub(crate) fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Many, one after the other, without a list of them in memory.
pub(crate) struct Each<I>(pub I);

impl<I> Serialize for Each<I>
where
    I: Iterator<Item: Serialize> + Clone,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.clone())
    }
}

/// A user.
#[derive(Serialize)]
pub(crate) struct ShownUser<'a> {
    id: &'a str,
    email: &'a str,
    display_name: &'a str,
    state: &'a str,
    create_time: &'a str,
    path: &'a str,
}

impl<'a> From<&'a User> for ShownUser<'a> {
    fn from(user: &'a User) -> Self {
        Self {
            id: &user.id,
            email: &user.email,
            display_name: &user.display_name,
            state: state(&user.state),
            create_time: &user.create_time,
            path: &user.path,
        }
    }
}

/// Why a call failed.
#[derive(Serialize)]
pub(crate) struct ShownError<'a> {
    code: &'a str,
    message: &'a str,
    #[serde(flatten)]
    circumstances: Circumstances<'a>,
}

impl<'a> From<&'a Error> for ShownError<'a> {
    fn from(error: &'a Error) -> Self {
        Self {
            code: code(error.code),
            message: &error.message,
            circumstances: error.into(),
        }
    }
}

/// What else is known of a failure.
#[derive(Serialize)]
pub(crate) struct Circumstances<'a> {
    hint: Option<&'a str>,
    effect: &'a str,
    retryable: bool,
    retry_after_ms: Option<u64>,
    upstream_status: Option<u16>,
    api_code: Option<i32>,
    api_message: Option<&'a str>,
    candidates: &'a [String],
    requests: u32,
}

impl<'a> From<&'a Error> for Circumstances<'a> {
    fn from(error: &'a Error) -> Self {
        Self {
            hint: error.hint.as_deref(),
            effect: effect(error),
            retryable: error.retryable,
            retry_after_ms: error.retry_after_ms,
            upstream_status: error.status,
            api_code: error.api_code,
            api_message: error.api_message.as_deref(),
            candidates: &error.candidates,
            requests: error.requests,
        }
    }
}

/// One thing that a check tried.
#[derive(Serialize)]
pub(crate) struct ShownFinding<'a> {
    check: &'a str,
    verdict: &'a str,
    detail: &'a str,
}

impl<'a> From<&'a Finding> for ShownFinding<'a> {
    fn from(finding: &'a Finding) -> Self {
        Self {
            check: &finding.check,
            verdict: match finding.verdict {
                Verdict::Passed => "passed",
                Verdict::Failed => "failed",
                Verdict::Unknown => "unknown",
            },
            detail: &finding.detail,
        }
    }
}

/// A state; one that the contract does not know as the server spelt it.
pub(crate) fn state(state: &UserState) -> &str {
    match state {
        UserState::Active => "active",
        UserState::Suspended => "suspended",
        UserState::Unspecified => "unspecified",
        UserState::Other(state) => state,
    }
}

pub(crate) const fn outcome(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Changed => "changed",
        Outcome::Unchanged => "unchanged",
        Outcome::WouldChange => "would-change",
        Outcome::Failed(_) => "failed",
        Outcome::Skipped => "skipped",
    }
}

pub(crate) const fn effect(error: &Error) -> &'static str {
    match error.effect {
        Effect::NotApplied => "not-applied",
        Effect::PossiblyApplied => "possibly-applied",
    }
}

pub(crate) const fn code(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::InvalidArgument => "invalid-argument",
        ErrorCode::NotConfigured => "not-configured",
        ErrorCode::Unauthenticated => "unauthenticated",
        ErrorCode::PermissionDenied => "permission-denied",
        ErrorCode::LastOwner => "last-owner",
        ErrorCode::ExternallyManaged => "externally-managed",
        ErrorCode::NotFound => "not-found",
        ErrorCode::Ambiguous => "ambiguous",
        ErrorCode::PreconditionFailed => "precondition-failed",
        ErrorCode::RateLimited => "rate-limited",
        ErrorCode::Unavailable => "unavailable",
        ErrorCode::TimedOut => "timed-out",
        ErrorCode::ConnectionFailed => "connection-failed",
        ErrorCode::MalformedResponse => "malformed-response",
        ErrorCode::Other => "other",
    }
}
