//! Failures of a command.

use host::{Error, HostError};

/// Exit status of wrong arguments and settings, before anything was sent.
pub(crate) const STATUS_USAGE: u8 = 2;
/// Exit status if everything that failed can succeed later: `EX_TEMPFAIL` of BSD's `sysexits.h`.
pub(crate) const STATUS_LATER: u8 = 75;

/// Result of a command.
pub(crate) type CommandResult = Result<(), Failure>;

/// Failure of a command.
pub(crate) enum Failure {
    /// The component returned an error.
    Call(Error),
    /// The component could not be run, with the cause.
    Component(String),
    /// The arguments, a file named by them, or a variable of the environment are wrong.
    Usage(Problem),
    /// Any other problem.
    Other(Problem),
    /// The failure is reported already; this is the exit status.
    Reported(u8),
}

/// A problem, for people.
pub(crate) struct Problem {
    /// Cause.
    pub(crate) message: String,
    /// Advice.
    pub(crate) hint: Option<&'static str>,
}

impl Failure {
    /// Wrong usage, with the cause.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::Usage(Problem {
            message: message.into(),
            hint: None,
        })
    }

    /// A question that cannot be asked, because standard input is not a terminal.
    pub(crate) fn without_terminal() -> Self {
        Self::other("standard input is not a terminal to ask on; nothing was changed")
            .with_hint("--yes changes without asking")
    }

    /// Any other problem, with the cause.
    pub(crate) fn other(message: impl Into<String>) -> Self {
        Self::Other(Problem {
            message: message.into(),
            hint: None,
        })
    }

    /// Adds advice.
    pub(crate) fn with_hint(mut self, hint: &'static str) -> Self {
        if let Self::Usage(problem) | Self::Other(problem) = &mut self {
            problem.hint = Some(hint);
        }
        self
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Call(error)
    }
}

impl From<HostError> for Failure {
    fn from(error: HostError) -> Self {
        Self::Component(format!("{error:#}"))
    }
}
