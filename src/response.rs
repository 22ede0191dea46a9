//! Reads the JSON of the API: users, pages, tokens and errors. Unknown fields are ignored, because the API is a preview.

mod json;

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use serde_json::error::Category;

use self::json::{Object, ReadError, Schema, Value};
use crate::{
    error::ErrorCode,
    failure::Failure,
    request::MAX_PAGE_TOKEN,
    secret::Secret,
    user::{User, UserPage, UserState},
};

/// Maximum length of a token, in bytes: hosts limit the size of a header.
const MAX_TOKEN: usize = 8192;

/// Response of the token endpoint (RFC 6749, section 5.1).
pub(crate) struct TokenResponse {
    pub token: Secret,
    /// Lifetime in seconds, if the server gave a positive number.
    pub expires_in: Option<f64>,
}

/// Error of the server, from the body of an error response.
#[derive(Debug, Default, Eq, PartialEq)]
pub(crate) struct Problem {
    /// Error code in the numbering of gRPC.
    pub code: Option<i32>,
    /// `error` (RFC 6749, section 5.2).
    pub oauth: Option<String>,
    /// Message as sent: may contain secrets.
    pub message: Option<String>,
}

/// Cause of a failure: the body is a page of HTML.
pub(crate) const HTML: &str = "it is a page of HTML, not JSON";
/// Cause of a failure: the body does not fit into memory.
pub(crate) const NO_MEMORY: &str = "there is no memory for it";

const USER: Schema = Schema {
    fields: &[
        "id",
        "email",
        "display_name",
        "state",
        "create_time",
        "path",
    ],
    list: None,
};
const TOKEN: Schema = Schema {
    fields: &["access_token", "token_type", "expires_in"],
    list: None,
};
const PROBLEM: Schema = Schema {
    fields: &["code", "message", "error", "error_description"],
    list: None,
};

/// Reads one user.
pub(crate) fn user(body: &[u8]) -> Result<User, Failure> {
    user_of(read(body, USER)?)
}

/// Reads a page of users, up to a maximum number.
pub(crate) fn page(body: &[u8], max_users: u32) -> Result<UserPage, Failure> {
    let schema = Schema {
        fields: &["results", "next_page_token"],
        list: Some((&USER, max_users)),
    };
    let page = read(body, schema)?;
    let [results, next_page_token, ..] = page.values;
    let next_page_token = optional(next_page_token)?.filter(|token| !token.is_empty());
    if next_page_token
        .as_ref()
        .is_some_and(|token| token.len() > MAX_PAGE_TOKEN)
    {
        return Err(malformed("the next page token is longer than 4096 bytes"));
    }
    let results = match results {
        Value::Objects(results) => results,
        // Protobuf leaves out default values. But a body with other fields only is not an empty list.
        Value::Null => Vec::new(),
        Value::Missing if next_page_token.is_some() || !page.has_others => Vec::new(),
        Value::Missing => return Err(malformed("the list has no `results`")),
        _ => {
            return Err(malformed(
                "`results` is not a list of users, or is longer than requested",
            ));
        }
    };
    let mut users = Vec::with_capacity(results.len());
    for user in results {
        users.push(user_of(user)?);
    }
    Ok(UserPage {
        users,
        next_page_token,
    })
}

/// Reads a token. The letter case of `token_type` is not documented.
pub(crate) fn token(body: &[u8]) -> Result<TokenResponse, Failure> {
    let [token, kind, expires_in, ..] = read(body, TOKEN)?.values;
    let token = Secret::new(optional(token)?.unwrap_or_default());
    if optional(kind)?.is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
        return Err(malformed("the token is not a bearer token"));
    }
    let value = token.expose();
    if value.is_empty()
        || value.len() > MAX_TOKEN
        || !value.bytes().all(|byte| byte.is_ascii_graphic())
    {
        return Err(malformed("the token is missing or invalid"));
    }
    let expires_in = match expires_in {
        Value::Number(seconds) if seconds > 0.0 => Some(seconds),
        _ => None,
    };
    Ok(TokenResponse { token, expires_in })
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

/// Failure for a response that is not one of this API, or does not match the request.
pub(crate) fn malformed(cause: &str) -> Failure {
    let cause = ["the server's response does not fit: ", cause].concat();
    let hint = "check that the base URL is that of the API, and that no proxy answers in its place";
    let mut failure = Failure::new(ErrorCode::MalformedResponse, cause, Some(hint));
    failure.is_possibly_processed = true;
    failure
}

/// True if this is a page of HTML, which no endpoint of the API sends.
pub(crate) fn is_html(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"<")
}

/// Reads an object of this schema.
fn read(body: &[u8], schema: Schema) -> Result<Object, Failure> {
    let cause = match json::read(body, schema) {
        Ok(object) if !object.is_mismatch => return Ok(object),
        Ok(_) => "it is JSON of another shape",
        Err(ReadError::NoMemory) => NO_MEMORY,
        Err(_) if is_html(body) => HTML,
        Err(_) if body.trim_ascii().is_empty() => "it is empty",
        Err(ReadError::TooDeep) => "it is nested too deeply",
        Err(ReadError::NotJson(error)) if error.classify() == Category::Eof => {
            "it ends in the middle"
        }
        Err(ReadError::NotJson(_)) => "it is not JSON",
    };
    Err(malformed(cause))
}

/// Text of a field, if it is present.
fn optional(value: Value) -> Result<Option<String>, Failure> {
    value
        .text()
        .map_err(|_| malformed("a field is not a string"))
}

/// User from the fields of an object.
fn user_of(user: Object) -> Result<User, Failure> {
    if user.is_mismatch {
        return Err(malformed("a user is JSON of another shape"));
    }
    let mut texts = [const { String::new() }; 6];
    for (text, value) in texts.iter_mut().zip(user.values) {
        *text = optional(value)?.unwrap_or_default();
    }
    let [id, email, display_name, state, create_time, path] = texts;
    if id.is_empty() {
        return Err(malformed("a user has no id"));
    }
    Ok(User {
        id,
        email,
        display_name,
        state: match state.as_str() {
            "ACTIVE" => UserState::Active,
            "SUSPENDED" => UserState::Suspended,
            "" | "STATE_UNSPECIFIED" => UserState::Unspecified,
            _ => UserState::Other(state),
        },
        create_time,
        path,
    })
}

#[cfg(test)]
mod tests;
