//! How a command fails, and the mend in the words of a command line.

use std::io;

use host::{Effect, Error, ErrorCode};

/// Why a command did not do what it was asked for.
pub(crate) enum Failure {
    /// The component answered with an error.
    Call(Error),
    /// The component could not be run.
    Component(String),
    /// The arguments, or a file that they name, are wrong.
    Usage(String),
    /// Something else, in a sentence.
    Other(String),
    /// Nobody reads the output any more.
    Unread(io::Error),
    /// The output has told it already; this is the exit status.
    Told(u8),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Call(error)
    }
}

impl From<host::HostError> for Failure {
    fn from(error: host::HostError) -> Self {
        Self::Component(format!("{error:#}"))
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Unread(error)
    }
}

/// The code, as the contract spells it.
pub(crate) fn code_name(code: ErrorCode) -> &'static str {
    match code {
        ErrorCode::InvalidArgument => "invalid-argument",
        ErrorCode::NotConfigured => "not-configured",
        ErrorCode::Unauthenticated => "unauthenticated",
        ErrorCode::PermissionDenied => "permission-denied",
        ErrorCode::LastOwner => "last-owner",
        ErrorCode::ExternallyManaged => "externally-managed",
        ErrorCode::NotFound => "not-found",
        ErrorCode::Ambiguous => "ambiguous",
        ErrorCode::PreconditionFailed => "precondition-failed",
        ErrorCode::RateLimited => "rate-limited",
        ErrorCode::Unavailable => "unavailable",
        ErrorCode::TimedOut => "timed-out",
        ErrorCode::ConnectionFailed => "connection-failed",
        ErrorCode::MalformedResponse => "malformed-response",
        ErrorCode::Other => "other",
    }
}

/// What to type or to change, for each code.
pub(crate) fn mend(error: &Error) -> &'static str {
    if error.effect == Effect::PossiblyApplied {
        return "the change may have been made: `op-users get ID` shows it, and it is safe to repeat the command";
    }
    match error.code {
        ErrorCode::InvalidArgument => {
            "`op-users list` shows ids; page tokens go with the list that they came from"
        }
        ErrorCode::NotConfigured => {
            "`op-users --help` lists the settings; `--simulator` needs none"
        }
        ErrorCode::Unauthenticated => {
            "check OP_USERS_CLIENT_ID, OP_USERS_CLIENT_SECRET and OP_USERS_REGION; `op-users check` tries them"
        }
        ErrorCode::PermissionDenied => {
            "give the OAuth application that permission in 1Password, or use the application that has it"
        }
        ErrorCode::LastOwner => {
            "make another person an owner in 1Password, then repeat the command"
        }
        ErrorCode::ExternallyManaged => "suspend the person where they are managed",
        ErrorCode::NotFound => {
            "`op-users list` shows the users of the account, `op-users check` tries the account"
        }
        ErrorCode::Ambiguous => "name the user by id",
        ErrorCode::PreconditionFailed => {
            "a guard holds this back: look at it, then at --max-changes and --protect-file"
        }
        ErrorCode::RateLimited => "wait, then repeat the command",
        ErrorCode::Unavailable => "repeat the command later; that is safe",
        ErrorCode::TimedOut => "repeat the command; OP_USERS_DEADLINE_MS gives it longer",
        ErrorCode::ConnectionFailed => {
            "check the network and OP_USERS_BASE_URL; `op-users check` tries them"
        }
        ErrorCode::MalformedResponse => {
            "check OP_USERS_BASE_URL, and whether a proxy or a sign-in page answers in its place"
        }
        ErrorCode::Other => "see what the server said; `op-users check` tries the settings",
    }
}
