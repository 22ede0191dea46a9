//! JSON of the contract's records, with enum cases spelt as in the contract.

use alloc::string::String;

use serde::{Serialize, Serializer};

use crate::bindings::{
    connection::{Finding, Verdict},
    containment::Outcome,
    types::{Effect, Error, ErrorCode, User, UserState},
};

/// Serializes a value as JSON. The types of this crate cannot fail to serialize.
pub(crate) fn to_string(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// JSON array of an iterator's items, without a list of them in memory.
pub(crate) struct Sequence<I>(pub(crate) I);

impl<I> Serialize for Sequence<I>
where
    I: Iterator<Item: Serialize> + Clone,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.clone())
    }
}

/// JSON of a user.
#[derive(Serialize)]
pub(crate) struct UserJson<'a> {
    id: &'a str,
    email: &'a str,
    display_name: &'a str,
    state: &'a str,
    create_time: &'a str,
    path: &'a str,
}

impl<'a> From<&'a User> for UserJson<'a> {
    fn from(user: &'a User) -> Self {
        Self {
            id: &user.id,
            email: &user.email,
            display_name: &user.display_name,
            state: state_name(&user.state),
            create_time: &user.create_time,
            path: &user.path,
        }
    }
}

/// JSON of an error.
#[derive(Serialize)]
pub(crate) struct ErrorJson<'a> {
    code: &'a str,
    message: &'a str,
    #[serde(flatten)]
    details: ErrorDetailsJson<'a>,
}

impl<'a> From<&'a Error> for ErrorJson<'a> {
    fn from(error: &'a Error) -> Self {
        Self {
            code: code_name(error.code),
            message: &error.message,
            details: error.into(),
        }
    }
}

/// JSON of an error, except its code and message: the part that problem details share.
#[derive(Serialize)]
pub(crate) struct ErrorDetailsJson<'a> {
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

impl<'a> From<&'a Error> for ErrorDetailsJson<'a> {
    fn from(error: &'a Error) -> Self {
        Self {
            hint: error.hint.as_deref(),
            effect: effect_name(error.effect),
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

/// JSON of one finding of a check.
#[derive(Serialize)]
pub(crate) struct FindingJson<'a> {
    check: &'a str,
    verdict: &'a str,
    detail: &'a str,
}

impl<'a> From<&'a Finding> for FindingJson<'a> {
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

/// Returns the state as the contract spells it, or as the server does if the contract does not know it.
pub(crate) fn state_name(state: &UserState) -> &str {
    match state {
        UserState::Active => "active",
        UserState::Suspended => "suspended",
        UserState::Unspecified => "unspecified",
        UserState::Other(state) => state,
    }
}

/// Returns the outcome as the contract spells it.
pub(crate) const fn outcome_name(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Changed => "changed",
        Outcome::Unchanged => "unchanged",
        Outcome::WouldChange => "would-change",
        Outcome::Failed(_) => "failed",
        Outcome::Skipped => "skipped",
    }
}

/// Returns the effect as the contract spells it.
pub(crate) const fn effect_name(effect: Effect) -> &'static str {
    match effect {
        Effect::NotApplied => "not-applied",
        Effect::PossiblyApplied => "possibly-applied",
    }
}

/// Returns the error code as the contract spells it.
pub(crate) const fn code_name(code: ErrorCode) -> &'static str {
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
