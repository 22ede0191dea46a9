//! Names of the contract's enum cases, spelled as in `wit/`.
//!
//! Macros, because hosts and guests have enums of their own, which binding generators make from the contract. Each macro
//! matches on the enum that has the given name where it is called.

/// Name of an error code in the contract, for example `not-found`.
#[macro_export]
macro_rules! error_code_name {
    ($code:expr) => {
        match $code {
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
    };
}

/// Name of an effect in the contract, for example `not-applied`.
#[macro_export]
macro_rules! effect_name {
    ($effect:expr) => {
        match $effect {
            Effect::NotApplied => "not-applied",
            Effect::PossiblyApplied => "possibly-applied",
        }
    };
}

/// Name of a target's outcome in the contract, for example `would-change`.
#[macro_export]
macro_rules! outcome_name {
    ($outcome:expr) => {
        match $outcome {
            Outcome::Changed => "changed",
            Outcome::Unchanged => "unchanged",
            Outcome::WouldChange => "would-change",
            Outcome::Failed(_) => "failed",
            Outcome::Skipped => "skipped",
        }
    };
}

/// Name of a user's state in the contract, for example `suspended`; for a state unknown to the contract, the server's spelling.
#[macro_export]
macro_rules! user_state_name {
    ($state:expr) => {
        match $state {
            UserState::Active => "active",
            UserState::Suspended => "suspended",
            UserState::Unspecified => "unspecified",
            UserState::Other(state) => state,
        }
    };
}

/// Name of a finding's verdict in the contract, for example `passed`.
#[macro_export]
macro_rules! verdict_name {
    ($verdict:expr) => {
        match $verdict {
            Verdict::Passed => "passed",
            Verdict::Failed => "failed",
            Verdict::Unknown => "unknown",
        }
    };
}

#[cfg(test)]
mod tests {
    use crate::{Effect, ErrorCode, Outcome, UserState, Verdict};

    #[test]
    fn names_are_those_of_the_contract() {
        let types = include_str!("../wit/types.wit");
        let containment = include_str!("../wit/containment.wit");
        let connection = include_str!("../wit/connection.wit");
        for (wit, name) in [
            (types, ErrorCode::InvalidArgument.name()),
            (types, ErrorCode::NotConfigured.name()),
            (types, ErrorCode::Unauthenticated.name()),
            (types, ErrorCode::PermissionDenied.name()),
            (types, ErrorCode::LastOwner.name()),
            (types, ErrorCode::ExternallyManaged.name()),
            (types, ErrorCode::NotFound.name()),
            (types, ErrorCode::Ambiguous.name()),
            (types, ErrorCode::PreconditionFailed.name()),
            (types, ErrorCode::RateLimited.name()),
            (types, ErrorCode::Unavailable.name()),
            (types, ErrorCode::TimedOut.name()),
            (types, ErrorCode::ConnectionFailed.name()),
            (types, ErrorCode::MalformedResponse.name()),
            (types, ErrorCode::Other.name()),
            (types, Effect::NotApplied.name()),
            (types, Effect::PossiblyApplied.name()),
            (types, UserState::Active.name()),
            (types, UserState::Suspended.name()),
            (types, UserState::Unspecified.name()),
            (containment, Outcome::Changed.name()),
            (containment, Outcome::Unchanged.name()),
            (containment, Outcome::WouldChange.name()),
            (containment, Outcome::Skipped.name()),
            (connection, Verdict::Passed.name()),
            (connection, Verdict::Failed.name()),
            (connection, Verdict::Unknown.name()),
        ] {
            let is_defined = wit.lines().any(|line| line.trim() == format!("{name},"));
            assert!(is_defined, "{name}");
        }
    }
}
