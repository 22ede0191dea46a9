//! The error that every call fails with.

use alloc::{borrow::ToOwned, boxed::Box, string::String, vec::Vec};
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

/// Effect of a failed call on the account: `effect` in the contract.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Effect {
    /// The call changed nothing.
    NotApplied,
    /// A change was sent, and no response settled it.
    PossiblyApplied,
}

/// Error of a failed call: `error` in the contract.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Error {
    /// Cause, to branch on.
    pub code: ErrorCode,
    /// Operation and cause, in one sentence for people.
    pub message: String,
    /// Advice for people.
    pub hint: Option<&'static str>,
    /// Effect on the account.
    pub effect: Effect,
    /// Wait that the server asked for.
    pub retry_after: Option<Duration>,
    /// HTTP status of the decisive response.
    pub status: Option<u16>,
    /// Error code of the API.
    pub api_code: Option<i32>,
    /// Error message of the server, at most 512 bytes.
    pub api_message: Option<String>,
    /// Ids of the users who share an e-mail address: the first 8. Empty unless `code` is [`ErrorCode::Ambiguous`].
    pub candidates: Vec<String>,
    /// Number of HTTP requests sent for this call.
    pub requests: u32,
}

impl Error {
    /// Returns the error without the texts of variable length.
    pub(crate) fn without_texts(&self) -> Self {
        Self {
            message: "no memory is left for the cause".to_owned(),
            hint: Some("give the instance more memory"),
            api_message: None,
            candidates: Vec::new(),
            ..*self
        }
    }

    /// Total length of the texts, in bytes.
    pub(crate) fn size(&self) -> usize {
        let texts = [Some(&self.message), self.api_message.as_ref()];
        let texts = texts.into_iter().flatten().chain(&self.candidates);
        texts.map(String::len).fold(0, usize::saturating_add)
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
    pub cause: String,
    pub hint: Option<&'static str>,
    /// Whether another attempt may go better.
    pub transient: bool,
    /// Whether the server may have carried out the request.
    pub carried_out: bool,
    pub retry_after: Option<Duration>,
    pub status: Option<u16>,
    pub api_code: Option<i32>,
    pub api_message: Option<String>,
    pub candidates: Vec<String>,
}

impl Failure {
    /// A failure without a response, that another attempt would not avoid.
    pub fn new(code: ErrorCode, cause: String, hint: Option<&'static str>) -> Self {
        Self(Box::new(Facts {
            code,
            cause,
            hint,
            transient: false,
            carried_out: false,
            retry_after: None,
            status: None,
            api_code: None,
            api_message: None,
            candidates: Vec::new(),
        }))
    }

    /// Cause and hint in one line.
    pub fn text(&self) -> String {
        match self.hint {
            Some(hint) => text::concat(&[&self.cause, "; ", hint]),
            None => self.cause.clone(),
        }
    }

    /// The error of a call that this failure ended.
    pub fn into_error(self, operation: Operation, effect: Effect, requests: u32) -> Error {
        let facts = *self.0;
        Error {
            code: facts.code,
            message: text::concat(&[operation.name(), ": ", &facts.cause]),
            hint: facts.hint,
            effect,
            retry_after: facts.retry_after,
            status: facts.status,
            api_code: facts.api_code,
            api_message: facts.api_message,
            candidates: facts.candidates,
            requests,
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
        let (code, transient, hint) = match error.kind {
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
        let mut failure = Failure::new(code, error.detail, Some(hint));
        failure.transient = transient;
        failure.carried_out = error.possibly_received;
        failure
    }
}
