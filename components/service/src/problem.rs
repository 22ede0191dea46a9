//! What the contract's errors are in HTTP.

use alloc::boxed::Box;

use crate::{
    bindings::types::{Error, ErrorCode},
    json,
    response::Problem,
};

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        Self {
            error: Some(Box::new(error.clone())),
            ..Self::new(status(&error), json::code(error.code), error.message)
        }
    }
}

/// The caller's fault is 4xx; what the account does not allow is 409; the rest is between this service and 1Password.
const fn status(error: &Error) -> u16 {
    match error.code {
        ErrorCode::InvalidArgument => 400,
        ErrorCode::NotFound => 404,
        ErrorCode::LastOwner
        | ErrorCode::ExternallyManaged
        | ErrorCode::Ambiguous
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
