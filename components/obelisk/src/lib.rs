//! The plugin's functions as activities of the workflow engine Obelisk.

#![cfg_attr(target_arch = "wasm32", no_std)]
#![cfg_attr(
    not(target_arch = "wasm32"),
    allow(
        dead_code,
        reason = "called by the module `activity`, which exists on wasm32 only"
    )
)]

extern crate alloc;
#[cfg(target_arch = "wasm32")]
extern crate onepassword_users_guest_runtime as _;

#[cfg(target_arch = "wasm32")]
mod activity;
mod bindings;

use alloc::{borrow::ToOwned, format, string::String};

use self::bindings::{
    exports::onepassword::users_activity::access::{AccessError, User},
    onepassword::users::types,
};

/// Result of a call of the plugin in the types of the activity.
fn converted(result: Result<types::User, types::Error>) -> Result<User, AccessError> {
    result.map(user).map_err(|error| access_error(&error))
}

fn user(user: types::User) -> User {
    User {
        id: user.id,
        email: user.email,
        display_name: user.display_name,
        state: match user.state {
            types::UserState::Active => "active".to_owned(),
            types::UserState::Suspended => "suspended".to_owned(),
            types::UserState::Unspecified => "unspecified".to_owned(),
            types::UserState::Other(word) => word,
        },
    }
}

/// Error with the decision if the engine tries again.
///
/// A change that may have been made is tried again, whatever its cause: the next try finds the user changed already, or changes
/// the user.
fn access_error(error: &types::Error) -> AccessError {
    let text: String = format!("{}: {}", code(error.code), error.message);
    if error.retryable || error.effect == types::Effect::PossiblyApplied {
        AccessError::Transient(text)
    } else {
        AccessError::Permanent(text)
    }
}

/// Name of a code in the contract.
fn code(code: types::ErrorCode) -> &'static str {
    use types::ErrorCode;

    match code {
        ErrorCode::InvalidArgument => "invalid-argument",
        ErrorCode::NotConfigured => "not-configured",
        ErrorCode::Unauthenticated => "unauthenticated",
        ErrorCode::PermissionDenied => "permission-denied",
        ErrorCode::LastOwner => "last-owner",
        ErrorCode::ExternallyManaged => "externally-managed",
        ErrorCode::NotFound => "not-found",
        ErrorCode::Ambiguous => "ambiguous",
        ErrorCode::Protected => "protected",
        ErrorCode::PreconditionFailed => "precondition-failed",
        ErrorCode::RateLimited => "rate-limited",
        ErrorCode::Unavailable => "unavailable",
        ErrorCode::TimedOut => "timed-out",
        ErrorCode::ConnectionFailed => "connection-failed",
        ErrorCode::MalformedResponse => "malformed-response",
        ErrorCode::Other => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(code: types::ErrorCode, effect: types::Effect, retryable: bool) -> types::Error {
        types::Error {
            code,
            message: "suspend-user: so".to_owned(),
            hint: None,
            effect,
            retryable,
            retry_after_ms: None,
            status: None,
            api_code: None,
            api_message: None,
            candidates: [].into(),
            requests: 1,
        }
    }

    #[test]
    fn what_cannot_succeed_later_is_permanent() {
        let error = error(types::ErrorCode::NotFound, types::Effect::NotApplied, false);
        assert!(matches!(
            access_error(&error),
            AccessError::Permanent(text) if text == "not-found: suspend-user: so"
        ));
    }

    #[test]
    fn what_can_succeed_later_is_transient() {
        let error = error(
            types::ErrorCode::RateLimited,
            types::Effect::NotApplied,
            true,
        );
        assert!(matches!(access_error(&error), AccessError::Transient(_)));
    }

    #[test]
    fn a_change_that_may_have_been_made_is_transient() {
        let code = types::ErrorCode::MalformedResponse;
        let error = error(code, types::Effect::PossiblyApplied, false);
        assert!(matches!(access_error(&error), AccessError::Transient(_)));
    }

    #[test]
    fn an_unknown_state_is_the_word_of_the_server() {
        let carol = types::User {
            id: "C".to_owned(),
            email: String::new(),
            display_name: String::new(),
            state: types::UserState::Other("LOCKED".to_owned()),
            create_time: String::new(),
            path: String::new(),
        };
        assert_eq!(user(carol).state, "LOCKED");
    }
}
