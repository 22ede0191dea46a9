//! Failed requests, by HTTP status and error code.

use alloc::{borrow::ToOwned, boxed::Box, string::String};

use crate::{
    bindings::types::{Error, ErrorCode},
    json,
};

/// A failed request. [`problem_details::response`](crate::problem_details::response) turns it into problem details.
#[derive(Debug)]
pub(crate) struct Problem {
    /// HTTP status.
    pub(crate) status: u16,
    /// Error code, for programs to branch on.
    pub(crate) code: &'static str,
    /// Cause, in one sentence for people.
    pub(crate) detail: String,
    /// Error of the plugin, if the plugin was called.
    pub(crate) error: Option<Box<Error>>,
    /// Value of the `Allow` header.
    pub(crate) allow: Option<&'static str>,
    /// Reason for the operator, which callers are not told.
    pub(crate) reason: Option<&'static str>,
    /// Name of the caller, if known.
    pub(crate) caller: Option<String>,
}

impl Problem {
    /// Makes a problem that the service itself found.
    pub(crate) fn new(status: u16, code: &'static str, detail: impl Into<String>) -> Self {
        Self {
            status,
            code,
            detail: detail.into(),
            error: None,
            allow: None,
            reason: None,
            caller: None,
        }
    }

    /// Makes the 401 of every request without a valid key or signature. `reason` is for the operator.
    pub(crate) fn unauthorized(reason: &'static str) -> Self {
        let detail = "a valid API key or webhook signature is required";
        Self {
            reason: Some(reason),
            ..Self::new(401, "unauthorized", detail)
        }
    }

    /// Sets the name of the caller.
    pub(crate) fn of_caller(mut self, caller: &str) -> Self {
        self.caller = Some(caller.to_owned());
        self
    }

    /// Makes a 415.
    pub(crate) fn unsupported_media_type(detail: &str) -> Self {
        Self::new(415, "unsupported-media-type", detail)
    }

    /// Makes a 400 for a request that is wrong in itself.
    pub(crate) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(400, "invalid-argument", detail)
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self {
            error: Some(Box::new(error.clone())),
            ..Self::new(
                http_status(error.code),
                json::code_name(error.code),
                error.message,
            )
        }
    }
}

/// Returns the HTTP status for an error of the plugin: 400 and 404 for the caller's mistakes, 409 for changes that the account
/// or a guard does not allow, 5xx for failures between this service and 1Password.
pub(crate) const fn http_status(code: ErrorCode) -> u16 {
    match code {
        ErrorCode::InvalidArgument => 400,
        ErrorCode::NotFound => 404,
        ErrorCode::LastOwner
        | ErrorCode::ExternallyManaged
        | ErrorCode::Ambiguous
        | ErrorCode::Protected
        | ErrorCode::PreconditionFailed => 409,
        ErrorCode::NotConfigured | ErrorCode::RateLimited | ErrorCode::Unavailable => 503,
        ErrorCode::TimedOut => 504,
        ErrorCode::Unauthenticated
        | ErrorCode::PermissionDenied
        | ErrorCode::ConnectionFailed
        | ErrorCode::MalformedResponse
        | ErrorCode::Other => 502,
    }
}
