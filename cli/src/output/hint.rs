//! Hints for errors: the component's, with the names of options and variables added.

use host::{Effect, Error, ErrorCode};

/// Advice for an error. None if there is none.
pub(crate) fn hint(error: &Error) -> Option<String> {
    match (&error.hint, command_hint(error)) {
        (Some(hint), Some(more)) => Some(format!("{hint}; {more}")),
        (Some(hint), None) => Some(hint.clone()),
        (None, more) => more.map(str::to_owned),
    }
}

/// Advice in terms of commands, options and variables, which the component does not know.
fn command_hint(error: &Error) -> Option<&'static str> {
    if error.effect == Effect::PossiblyApplied {
        return Some("`op-users get ID` shows the user's state; the command is safe to repeat");
    }
    match error.code {
        ErrorCode::NotConfigured => {
            Some("`op-users --help` lists the settings; `--simulator` needs none")
        }
        ErrorCode::Unauthenticated | ErrorCode::ConnectionFailed => {
            Some("`op-users check` tests the settings")
        }
        ErrorCode::Protected => Some("see the list of --protect-file"),
        ErrorCode::PreconditionFailed => {
            Some("see the option --max-changes, and the list of users")
        }
        ErrorCode::TimedOut => Some("OP_USERS_DEADLINE_MS sets the deadline"),
        ErrorCode::Other if error.hint.is_none() => {
            Some("see the server's message; `op-users check` tests the settings")
        }
        _ => None,
    }
}
