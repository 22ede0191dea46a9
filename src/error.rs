//! The error of a failed call.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::fmt;

use crate::time::Duration;

/// A function of the contract.
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
    /// `configuration.configure`
    Configure,
    /// `connection.check`
    Check,
    /// `connection.revoke-token`
    RevokeToken,
}

impl Operation {
    /// Name of the function in the contract.
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

/// Cause of an error, to branch on: `error-code` in the contract.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ErrorCode {
    /// An argument is wrong.
    InvalidArgument,
    /// A setting is missing or wrong.
    NotConfigured,
    /// The server rejected the client id and secret, or a token that it had just issued.
    Unauthenticated,
    /// The OAuth application lacks the permission for the operation.
    PermissionDenied,
    /// The last remaining owner cannot be suspended.
    LastOwner,
    /// An externally managed administrator cannot be suspended.
    ExternallyManaged,
    /// The user or the account does not exist.
    NotFound,
    /// Several users have this e-mail address.
    Ambiguous,
    /// The user is protected: `protect` names them.
    Protected,
    /// Another guard did not hold, and the change was not made because of it.
    PreconditionFailed,
    /// The server asked for fewer requests (429).
    RateLimited,
    /// The server failed (5xx or 408), on the last attempt too.
    Unavailable,
    /// No response in time.
    TimedOut,
    /// DNS, TCP or TLS failed, or the connection broke.
    ConnectionFailed,
    /// The response is not one of this API, does not match the request, or is too large.
    MalformedResponse,
    /// Any other cause.
    Other,
}

impl ErrorCode {
    /// Name in the contract, for example `not-found`.
    pub const fn name(self) -> &'static str {
        error_code_name!(self)
    }

    /// True if the same call can succeed later without a change: for [`RateLimited`](Self::RateLimited),
    /// [`Unavailable`](Self::Unavailable), [`TimedOut`](Self::TimedOut) and [`ConnectionFailed`](Self::ConnectionFailed).
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
    /// A change was sent, and no response confirmed or rejected it.
    PossiblyApplied,
}

impl Effect {
    /// Name in the contract, for example `not-applied`.
    pub const fn name(self) -> &'static str {
        effect_name!(self)
    }
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
    /// Wait that the server asked for, at most a day.
    pub retry_after: Option<Duration>,
    /// HTTP status of the decisive response.
    pub status: Option<u16>,
    /// Error code of the API.
    pub api_code: Option<i32>,
    /// Error message of the server, at most 512 bytes.
    pub api_message: Option<String>,
    /// Ids of the users who share an e-mail address: the first 8. Empty unless `code` is [`ErrorCode::Ambiguous`].
    pub candidates: Vec<String>,
    /// Number of HTTP requests sent for this call; in a target's report: of the step that failed.
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

#[cfg(test)]
mod tests {
    use super::*;

    fn error() -> Error {
        Error {
            code: ErrorCode::Ambiguous,
            message: "find-user: cause".to_owned(),
            hint: Some("advice"),
            effect: Effect::PossiblyApplied,
            retry_after: None,
            status: Some(200),
            api_code: Some(9),
            api_message: Some("words".to_owned()),
            candidates: ["USER1".to_owned(), "USER22".to_owned()].into(),
            requests: 3,
        }
    }

    #[test]
    fn the_size_of_an_error_is_that_of_all_its_texts() {
        assert_eq!(error().size(), 16 + 5 + 5 + 6);
    }

    #[test]
    fn an_error_without_texts_keeps_its_facts_and_advises_on_memory() {
        let expected = Error {
            message: "no memory is left for the cause".to_owned(),
            hint: Some("give the instance more memory"),
            api_message: None,
            candidates: Vec::new(),
            ..error()
        };
        assert_eq!(error().without_texts(), expected);
    }
}
