//! The error in the body of an error response.

use alloc::{borrow::ToOwned, string::String, vec::Vec};

use super::{
    json::{Object, Schema, Value},
    object::read,
};
use crate::{redact::redact, secret::Secret};

/// Maximum length of a text that is searched for tokens, in bytes.
const MAX_TEXT: usize = 1024;
const PROBLEM: Schema = Schema {
    fields: &["code", "message", "error", "error_description"],
    list: None,
};
/// Fields of an OAuth error, and those of a token response (RFC 6749, section 5.1) that are secret.
const OAUTH_PROBLEM: Schema = Schema {
    fields: &[
        "error",
        "error_description",
        "access_token",
        "refresh_token",
        "id_token",
    ],
    list: None,
};

/// Error of the server, from the body of an error response.
#[derive(Debug, Default, Eq, PartialEq)]
pub(crate) struct Problem {
    /// True if the body has the form of the API's errors: an object with a code of gRPC, from 1 to 16, and a message.
    pub is_of_api: bool,
    /// Error code in the numbering of gRPC.
    pub code: Option<i32>,
    /// `error` (RFC 6749, section 5.2).
    pub oauth: Option<String>,
    /// Message as sent: may contain secrets.
    pub message: Option<String>,
}

/// Reads an error: a gRPC status as JSON, an OAuth error (RFC 6749, section 5.2), or any text.
pub(crate) fn problem(body: &[u8]) -> Problem {
    let mut problem = Problem::default();
    if let Ok(Object {
        values: [code, message, error, description, ..],
        ..
    }) = read(body, PROBLEM)
    {
        if let Value::Number(code) = code {
            let is_known = (1..=16).any(|known| f64::from(known) == code);
            problem.is_of_api = is_known && matches!(message, Value::Text(_));
            problem.code = Some(code as i32);
        }
        problem.oauth = text(error);
        problem.message = text(message).or_else(|| text(description));
    }
    if problem.oauth.is_none() && problem.message.is_none() {
        // The body is of another form, or cut, possibly within a character.
        let valid = match core::str::from_utf8(body) {
            Ok(text) => text,
            Err(error) => {
                let valid = body.get(..error.valid_up_to()).unwrap_or_default();
                core::str::from_utf8(valid).unwrap_or_default()
            }
        };
        problem.message = Some(valid.to_owned());
    }
    problem
}

/// Reads an error of the token or revocation endpoint (RFC 6749, section 5.2). Nothing else of such a body is read, because
/// it may contain a token. A token beside the error is redacted in it.
pub(crate) fn oauth_problem(body: &[u8]) -> Problem {
    let mut problem = Problem::default();
    if let Ok(Object {
        values: [error, description, tokens @ ..],
        ..
    }) = read(body, OAUTH_PROBLEM)
    {
        let tokens = tokens.map(|token| Secret::new(text(token).unwrap_or_default()));
        let tokens: Vec<_> = tokens.iter().map(Secret::expose).collect();
        let redacted = |value| text(value).map(|value| redact(beginning(&value), &tokens));
        problem.oauth = redacted(error);
        problem.message = redacted(description);
    }
    problem
}

fn text(value: Value) -> Option<String> {
    value.text().ok().flatten()
}

/// Beginning of a text, as much of it as is searched.
fn beginning(text: &str) -> &str {
    text.get(..text.floor_char_boundary(MAX_TEXT))
        .unwrap_or_default()
}
