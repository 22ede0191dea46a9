//! JSON objects for users, findings, errors and requests.

use host::{Error, Finding, RequestEnd, RequestRecord, User};
use serde_json::{Value, json};

use super::hint::hint;

/// A user.
pub(crate) fn user(user: &User) -> Value {
    json!({
        "id": user.id,
        "email": user.email,
        "display_name": user.display_name,
        "state": user.state.name(),
        "create_time": user.create_time,
        "path": user.path,
    })
}

/// Result of one check.
pub(crate) fn finding(finding: &Finding) -> Value {
    json!({
        "check": finding.check,
        "verdict": finding.verdict.name(),
        "detail": finding.detail,
    })
}

/// Error of a failed call.
pub(crate) fn error(error: &Error) -> Value {
    json!({
        "code": error.code.name(),
        "message": error.message,
        "hint": hint(error),
        "effect": error.effect.name(),
        "retryable": error.retryable,
        "retry_after_ms": error.retry_after_ms,
        "status": error.status,
        "api_code": error.api_code,
        "api_message": error.api_message,
        "candidates": error.candidates,
        "requests": error.requests,
    })
}

/// A request that was sent.
pub(crate) fn request(record: &RequestRecord) -> Value {
    let (status, failure) = match &record.end {
        RequestEnd::Status(status) => (Some(status), None),
        RequestEnd::Failed(cause) => (None, Some(cause.as_str())),
        RequestEnd::Canceled => (None, Some("canceled")),
    };
    json!({
        "method": record.method,
        "path": record.path_and_query,
        "status": status,
        "failure": failure,
        "milliseconds": record.elapsed.as_secs_f64() * 1000.0,
    })
}
