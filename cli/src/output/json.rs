//! JSON objects for users, findings, errors and requests.

use std::fmt::Write;

use host::{Error, Finding, RequestEnd, RequestRecord, User};
use serde_json::{Value, json};

use super::{hint::hint, printable::is_hidden};

/// An object as text on one line. Letters that could control a terminal are escaped, as programs show JSON to people too.
pub(crate) fn text(object: &Value) -> String {
    escape_hidden(&object.to_string())
}

/// Objects, one per line.
pub(crate) fn lines(objects: impl Iterator<Item = Value>) -> String {
    let mut lines = String::new();
    for object in objects {
        lines.push_str(&text(&object));
        lines.push('\n');
    }
    lines
}

/// Escapes hidden letters in a JSON text as `\u202e`. JSON has them within strings only, except for ASCII controls, which stay.
pub(crate) fn escape_hidden(json: &str) -> String {
    let mut escaped = String::with_capacity(json.len());
    for letter in json.chars() {
        if letter < '\u{7f}' || !is_hidden(letter) {
            escaped.push(letter);
            continue;
        }
        for unit in letter.encode_utf16(&mut [0; 2]) {
            // Writing to a string cannot fail.
            write!(escaped, "\\u{unit:04x}").ok();
        }
    }
    escaped
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_has_no_hidden_letter_and_the_same_value() {
        let hidden = "a\u{1b}\u{7f}\u{9b}\u{202e}\u{2028}\u{e0041}\u{10ffff}\n\"\\ é دينا";
        let object = json!({ hidden: [hidden] });
        let text = text(&object);
        assert!(!text.chars().any(is_hidden), "{text}");
        assert_eq!(serde_json::from_str::<Value>(&text).ok(), Some(object));
    }
}
