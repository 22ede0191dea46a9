//! The one JSON object that every response of the API is, and the failure if it is not.

use alloc::string::String;

use super::json::{self, Object, ReadError, Schema, Value};
use crate::{error::ErrorCode, failure::Failure};

/// Cause of a failure: the body is a page of HTML.
pub(crate) const HTML: &str = "it is a page of HTML, not JSON";
/// Cause of a failure: the body does not fit into memory.
pub(crate) const NO_MEMORY: &str = "there is no memory for it";

/// Cause of a failure: the list of an account is empty.
pub(crate) const NO_USER: &str = "it shows no user, though every account has an owner";
/// Hint of a failure: another server may have answered.
pub(crate) const CHECK_BASE_URL: &str =
    "check that the base URL is that of the API, and that no proxy answers in its place";

/// Failure for a response that is not one of this API, or does not match the request.
pub(crate) fn malformed(cause: &str) -> Failure {
    let cause = ["the server's response does not fit: ", cause].concat();
    let mut failure = Failure::new(ErrorCode::MalformedResponse, cause, Some(CHECK_BASE_URL));
    failure.is_possibly_processed = true;
    failure
}

/// True if this is a page of HTML, which no endpoint of the API sends.
pub(crate) fn is_html(body: &[u8]) -> bool {
    body.trim_ascii_start().starts_with(b"<")
}

/// Reads an object of this schema.
pub(super) fn read(body: &[u8], schema: Schema) -> Result<Object, Failure> {
    let cause = match json::read(body, schema) {
        Ok(object) if !object.is_mismatch => return Ok(object),
        Ok(_) => "the JSON has an unexpected structure",
        Err(ReadError::NoMemory) => NO_MEMORY,
        Err(_) if is_html(body) => HTML,
        Err(_) if body.trim_ascii().is_empty() => "it is empty",
        Err(ReadError::TooDeep) => "it is nested too deeply",
        Err(ReadError::Incomplete) => "it ends in the middle",
        Err(ReadError::NotJson) => "it is not JSON",
    };
    Err(malformed(cause))
}

/// Text of a field, if it is present.
pub(super) fn optional(value: Value) -> Result<Option<String>, Failure> {
    value
        .text()
        .map_err(|_| malformed("a field is not a string"))
}
