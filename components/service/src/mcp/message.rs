//! Messages of JSON-RPC 2.0, of which each request has one.

use alloc::{borrow::ToOwned, format, string::String};

use serde_json::value::RawValue;

use super::{
    fields::Fields,
    revision::{REVISIONS, Revision},
};
use crate::{
    json,
    problem::Problem,
    response::{Cause, Response},
    text::visible,
};

const PARSE_ERROR: i32 = -32700;
const INVALID_REQUEST: i32 = -32600;
const METHOD_NOT_FOUND: i32 = -32601;
const INVALID_PARAMS: i32 = -32602;
/// A header is missing, or differs from the body (revision 2026-07-28, Streamable HTTP).
const HEADER_MISMATCH: i32 = -32020;
/// The revision is none of those that this server speaks (revision 2026-07-28, Versioning).
const UNSUPPORTED_VERSION: i32 = -32022;

/// A request or a notification.
pub(super) struct Message<'a> {
    /// JSON of the id: a string or a number. None for a notification.
    pub(super) id: Option<&'a str>,
    pub(super) method: String,
    pub(super) params: Fields<'a>,
}

impl<'a> Message<'a> {
    /// Parses a body.
    pub(super) fn parse(body: &'a [u8]) -> Result<Self, RpcError> {
        let text = str::from_utf8(body)
            .map_err(|_| RpcError::new(400, PARSE_ERROR, "Parse error: the body is not UTF-8"))?;
        if text.trim_ascii_start().starts_with('[') {
            let detail = "a body is one message: batches are not accepted";
            return Err(RpcError::invalid_request(detail));
        }
        let message = Fields::parse(text).map_err(|cause| {
            if serde_json::from_slice::<&RawValue>(body).is_ok() {
                RpcError::invalid_request(&cause)
            } else {
                RpcError::new(400, PARSE_ERROR, format!("Parse error: {cause}"))
            }
        })?;
        let invalid = |cause: String| RpcError::invalid_request(&cause);
        if message.text("jsonrpc").map_err(invalid)?.as_deref() != Some("2.0") {
            return Err(RpcError::invalid_request("`jsonrpc` must be \"2.0\""));
        }
        let id = message.json("id");
        if id.is_some_and(|id| !is_id(id)) {
            return Err(RpcError::invalid_request(
                "`id` must be a string or a number",
            ));
        }
        let method = message
            .text("method")
            .map_err(invalid)?
            .ok_or_else(|| RpcError::invalid_request("`method` is missing"))?;
        let params = message.object("params").map_err(invalid)?;
        Ok(Self {
            id,
            method,
            params: params.unwrap_or_default(),
        })
    }
}

/// True for the JSON of a string or a number. The protocol has integers only, in whatever spelling: the id comes back as it was.
fn is_id(json: &str) -> bool {
    json.starts_with(['"', '-']) || json.starts_with(|letter: char| letter.is_ascii_digit())
}

/// An error of the protocol. The failure of a tool is a result.
pub(super) struct RpcError {
    status: u16,
    code: i32,
    message: String,
    /// JSON of a further field.
    data: Option<String>,
    cause: Option<Cause>,
}

impl RpcError {
    fn new(status: u16, code: i32, message: impl Into<String>) -> Self {
        Self {
            status,
            code,
            message: message.into(),
            data: None,
            cause: None,
        }
    }

    pub(super) fn invalid_request(cause: &str) -> Self {
        Self::new(400, INVALID_REQUEST, format!("Invalid Request: {cause}"))
    }

    /// The parameters are not those of the method. Clients show the message to their model, which reads responses with 200 only.
    pub(super) fn invalid_params(message: impl Into<String>) -> Self {
        Self::new(200, INVALID_PARAMS, message)
    }

    /// The fields of `_meta` are not those of the revision.
    pub(super) fn invalid_meta(cause: &str) -> Self {
        Self::new(400, INVALID_PARAMS, format!("Invalid params: {cause}"))
    }

    pub(super) fn header_mismatch(cause: &str) -> Self {
        Self::new(400, HEADER_MISMATCH, format!("Header mismatch: {cause}"))
    }

    pub(super) fn unsupported_version(requested: &str) -> Self {
        Self {
            data: Some(format!(
                ",\"data\":{{\"supported\":[\"{}\"],\"requested\":{}}}",
                REVISIONS.join("\",\""),
                json::to_string(&visible(requested))
            )),
            ..Self::new(400, UNSUPPORTED_VERSION, "Unsupported protocol version")
        }
    }

    pub(super) fn method_not_found(method: &str, revision: &Revision) -> Self {
        let status = match revision {
            Revision::Stateless => 404,
            Revision::Session => 200,
        };
        let message = format!("Method not found: {}", visible(method));
        Self::new(status, METHOD_NOT_FOUND, message)
    }

    /// Sets the name of the caller, for the operator.
    pub(super) fn of_caller(mut self, caller: &str) -> Self {
        if let Some(cause) = &mut self.cause {
            cause.caller = Some(caller.to_owned());
        }
        self
    }

    /// Makes the response. `id` is the JSON of the request's id, if it is known.
    pub(super) fn response(self, id: Option<&str>) -> Response {
        let id = id.map_or_else(String::new, |id| format!("\"id\":{id},"));
        let mut response = Response::json_text(format!(
            "{{\"jsonrpc\":\"2.0\",{id}\"error\":{{\"code\":{},\"message\":{}{}}}}}",
            self.code,
            json::to_string(&self.message),
            self.data.unwrap_or_default()
        ))
        .with_status(self.status);
        response.cause = self.cause;
        response
    }
}

impl From<Problem> for RpcError {
    /// Keeps the status of a request that is wrong before its message is looked at.
    fn from(problem: Problem) -> Self {
        Self {
            cause: Some(Cause {
                code: problem.code,
                detail: problem.detail.clone(),
                caller: problem.caller,
            }),
            ..Self::new(problem.status, INVALID_REQUEST, problem.detail)
        }
    }
}
