//! Hints for errors: the component's, with the names of options and variables added.

use host::{Effect, Error, ErrorCode};

use super::setting_names;

/// Advice for an error. None if there is none.
pub(crate) fn hint(error: &Error) -> Option<String> {
    let misspelt = match error.code {
        ErrorCode::NotConfigured => setting_names::advice(&error.message),
        _ => None,
    };
    let hints = [
        error.hint.clone(),
        command_hint(error).map(str::to_owned),
        misspelt,
    ];
    let hints: Vec<_> = hints.into_iter().flatten().collect();
    (!hints.is_empty()).then(|| hints.join("; "))
}

/// Advice in terms of commands, options and variables, which the component does not know.
fn command_hint(error: &Error) -> Option<&'static str> {
    if error.effect == Effect::PossiblyApplied {
        return Some("`op-users get ID` shows the user's state; the command is safe to repeat");
    }
    match error.code {
        ErrorCode::NotConfigured => {
            Some("`op-users help` lists the settings; `--simulator` needs none")
        }
        ErrorCode::Unauthenticated | ErrorCode::ConnectionFailed => {
            Some("`op-users check` tests the settings")
        }
        ErrorCode::Protected => Some("see the list of --protect-file"),
        ErrorCode::PreconditionFailed if error.message.contains("max-changes") => {
            Some("--max-changes allows more")
        }
        ErrorCode::TimedOut => Some("OP_USERS_DEADLINE_MS sets the deadline"),
        ErrorCode::Other if error.hint.is_none() => {
            Some("see the server's message; `op-users check` tests the settings")
        }
        _ => None,
    }
}
