//! The error in the body of an error response.

use alloc::{borrow::ToOwned, string::String};

use super::{
    json::{Object, Schema, Value},
    object::read,
};

const PROBLEM: Schema = Schema {
    fields: &["code", "message", "error", "error_description"],
    list: None,
};

/// Error of the server, from the body of an error response.
#[derive(Debug, Default, Eq, PartialEq)]
pub(crate) struct Problem {
    /// True if the body has the form of the API's errors: an object with a code of gRPC, from 1 to 16.
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
    let text = |value: Value| value.text().ok().flatten();
    let mut problem = Problem::default();
    if let Ok(Object {
        values: [code, message, error, description, ..],
        ..
    }) = read(body, PROBLEM)
    {
        if let Value::Number(code) = code {
            problem.is_of_api = (1..=16).any(|known| f64::from(known) == code);
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
