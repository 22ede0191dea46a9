//! What a program is told.

use host::{Effect, Error, Finding, RequestEnd, RequestRecord, User, UserState, Verdict};
use serde_json::{Value, json};

use crate::failure::{code_name, mend};

/// A user.
pub(crate) fn user(user: &User) -> Value {
    json!({
        "id": user.id,
        "email": user.email,
        "display_name": user.display_name,
        "state": state_name(&user.state),
        "create_time": user.create_time,
        "path": user.path,
    })
}

/// What a check found.
pub(crate) fn finding(finding: &Finding) -> Value {
    json!({
        "check": finding.check,
        "verdict": verdict_name(finding.verdict),
        "detail": finding.detail,
    })
}

/// Why a call failed.
pub(crate) fn error(error: &Error) -> Value {
    json!({
        "code": code_name(error.code),
        "message": error.message,
        "mend": mend(error),
        "effect": effect_name(error.effect),
        "retryable": error.retryable,
        "retry_after_ms": error.retry_after_ms,
        "status": error.status,
        "api_code": error.api_code,
        "api_message": error.api_message,
        "requests": error.requests,
    })
}

/// What a failed call left behind, as the contract spells it.
pub(crate) fn effect_name(effect: Effect) -> &'static str {
    match effect {
        Effect::NotApplied => "unchanged",
        Effect::PossiblyApplied => "possibly-applied",
    }
}

/// A request that went out.
pub(crate) fn record(record: &RequestRecord) -> Value {
    let (status, failure) = match &record.end {
        RequestEnd::Status(status) => (Some(status), None),
        RequestEnd::Failed(why) => (None, Some(why.as_str())),
        RequestEnd::Canceled => (None, Some("given up")),
    };
    json!({
        "method": record.method,
        "path": record.path_and_query,
        "status": status,
        "failure": failure,
        "milliseconds": record.elapsed.as_secs_f64() * 1000.0,
    })
}

/// A state, as the contract spells it; one that it does not know, as the server does.
pub(crate) fn state_name(state: &UserState) -> &str {
    match state {
        UserState::Active => "active",
        UserState::Suspended => "suspended",
        UserState::Unspecified => "unspecified",
        UserState::Other(state) => state,
    }
}

/// A verdict, as the contract spells it.
pub(crate) fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Passed => "passed",
        Verdict::Failed => "failed",
        Verdict::Unknown => "unknown",
    }
}
