//! The error that every call fails with.

use alloc::{borrow::ToOwned, boxed::Box, string::String};
use core::{
    fmt,
    ops::{Deref, DerefMut},
};

use crate::{
    platform::{Duration, SendError, SendErrorKind},
    text,
};

/// What a call does, as the contract names it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Operation {
    /// `users.list-users`
    ListUsers,
    /// `users.get-user`
    GetUser,
    /// `users.suspend-user`
    SuspendUser,
    /// `users.reactivate-user`
    ReactivateUser,
    /// `containment.find-user`
    FindUser,
    /// `containment.list-all-users`
    ListAllUsers,
    /// `containment.suspend-users`
    SuspendUsers,
    /// `containment.reactivate-users`
    ReactivateUsers,
    /// `connection.configure`
    Configure,
    /// `connection.check`
    Check,
    /// `connection.revoke-token`
    RevokeToken,
}

impl Operation {
    /// The name of the function in the contract.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ListUsers => "list-users",
            Self::GetUser => "get-user",
            Self::SuspendUser => "suspend-user",
            Self::ReactivateUser => "reactivate-user",
            Self::FindUser => "find-user",
            Self::ListAllUsers => "list-all-users",
            Self::SuspendUsers => "suspend-users",
            Self::ReactivateUsers => "reactivate-users",
            Self::Configure => "configure",
            Self::Check => "check",
            Self::RevokeToken => "revoke-token",
        }
    }
}

/// What went wrong, to branch on: `error-code` in the contract.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ErrorCode {
    /// The call itself is wrong.
    InvalidArgument,
    /// A setting is missing or wrong.
    NotConfigured,
    /// The credentials, or a token fresh from them, were refused.
    Unauthenticated,
    /// The OAuth application lacks a permission.
    PermissionDenied,
    /// The last remaining owner cannot be suspended.
    LastOwner,
    /// An externally managed administrator cannot be suspended.
    ExternallyManaged,
    /// No such user, or no such account.
    NotFound,
    /// Several users have this e-mail address.
    Ambiguous,
    /// A guard of the call did not hold.
    PreconditionFailed,
    /// Too many requests.
    RateLimited,
    /// The server failed.
    Unavailable,
    /// No answer in time.
    TimedOut,
    /// DNS, TCP, TLS, or a connection that broke.
    ConnectionFailed,
    /// No answer of this API, or one that does not fit the question.
    MalformedResponse,
    /// None of these.
    Other,
}

impl ErrorCode {
    /// Whether the same call can succeed later, unchanged.
    pub const fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::RateLimited | Self::Unavailable | Self::TimedOut | Self::ConnectionFailed
        )
    }
}

/// What a failed call leaves behind.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Effect {
    /// The server has changed nothing for this call.
    Unchanged,
    /// A change may have been made.
    Uncertain,
}

/// Why a call failed, and what that leaves behind: `error` in the contract.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Error {
    /// What to branch on.
    pub code: ErrorCode,
    /// One sentence for a person: operation, cause, mend.
    pub message: String,
    /// Whether a change may have been made.
    pub effect: Effect,
    /// What the server asked to wait.
    pub retry_after: Option<Duration>,
    /// The HTTP status that decided.
    pub status: Option<u16>,
    /// The server's own code.
    pub api_code: Option<i32>,
    /// The server's own words.
    pub api_message: Option<String>,
    /// Requests sent for this call.
    pub attempts: u32,
}

impl Error {
    /// The same without its words, which take the most memory.
    pub(crate) fn without_words(&self) -> Self {
        Self {
            message: "there is no memory left to say why; give the instance more".to_owned(),
            api_message: None,
            ..*self
        }
    }

    /// How long its texts are together, in bytes.
    pub(crate) fn size(&self) -> usize {
        let words = self.api_message.as_ref().map_or(0, String::len);
        self.message.len().saturating_add(words)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl core::error::Error for Error {}

/// Why one exchange of a call failed: an [`Error`] in the making, that does not know its call yet.
///
/// Boxed, because every function on the way hands it on: the component is smaller for it.
#[derive(Clone, Debug)]
pub(crate) struct Failure(Box<Facts>);

/// What is known of a failure.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    pub code: ErrorCode,
    /// Cause and mend.
    pub cause: String,
    /// Whether another attempt may go better.
    pub transient: bool,
    /// Whether the server may have carried out the request.
    pub carried_out: bool,
    pub retry_after: Option<Duration>,
    pub status: Option<u16>,
    pub api_code: Option<i32>,
    pub api_message: Option<String>,
}

impl Failure {
    /// A failure that no answer brought about, and that another attempt would meet again.
    pub fn new(code: ErrorCode, cause: String) -> Self {
        Self(Box::new(Facts {
            code,
            cause,
            transient: false,
            carried_out: false,
            retry_after: None,
            status: None,
            api_code: None,
            api_message: None,
        }))
    }

    /// The error of a call that this failure ended.
    pub fn into_error(self, operation: Operation, effect: Effect, attempts: u32) -> Error {
        let facts = *self.0;
        Error {
            code: facts.code,
            message: text::concat(&[operation.name(), ": ", &facts.cause]),
            effect,
            retry_after: facts.retry_after,
            status: facts.status,
            api_code: facts.api_code,
            api_message: facts.api_message,
            attempts,
        }
    }
}

impl Deref for Failure {
    type Target = Facts;

    fn deref(&self) -> &Facts {
        &self.0
    }
}

impl DerefMut for Failure {
    fn deref_mut(&mut self) -> &mut Facts {
        &mut self.0
    }
}

/// What a request without an answer comes to.
impl From<SendError> for Failure {
    fn from(error: SendError) -> Self {
        let (code, transient, mend) = match error.kind {
            SendErrorKind::Denied => (
                ErrorCode::ConnectionFailed,
                false,
                "allow this component outgoing HTTP to the base URL",
            ),
            SendErrorKind::Connection => (
                ErrorCode::ConnectionFailed,
                true,
                "check the network, the base URL, and any proxy that inspects TLS",
            ),
            SendErrorKind::TimedOut => (
                ErrorCode::TimedOut,
                true,
                "check the network, or try again later",
            ),
            SendErrorKind::TooLarge => (
                ErrorCode::MalformedResponse,
                false,
                "check that the base URL is that of the API",
            ),
            SendErrorKind::Malformed => (
                ErrorCode::MalformedResponse,
                true,
                "check that the base URL is that of the API, and that no proxy answers in its place",
            ),
        };
        let mut failure = Failure::new(code, text::concat(&[&error.detail, "; ", mend]));
        failure.transient = transient;
        failure.carried_out = error.reached;
        failure
    }
}
