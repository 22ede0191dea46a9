//! Names of the contract's values, spelled as in `wit/`.

use crate::bindings::{
    connection::Verdict,
    containment::Outcome,
    types::{Effect, ErrorCode, UserState},
};

impl ErrorCode {
    /// Name in the contract, for example `not-found`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InvalidArgument => "invalid-argument",
            Self::NotConfigured => "not-configured",
            Self::Unauthenticated => "unauthenticated",
            Self::PermissionDenied => "permission-denied",
            Self::LastOwner => "last-owner",
            Self::ExternallyManaged => "externally-managed",
            Self::NotFound => "not-found",
            Self::Ambiguous => "ambiguous",
            Self::PreconditionFailed => "precondition-failed",
            Self::RateLimited => "rate-limited",
            Self::Unavailable => "unavailable",
            Self::TimedOut => "timed-out",
            Self::ConnectionFailed => "connection-failed",
            Self::MalformedResponse => "malformed-response",
            Self::Other => "other",
        }
    }
}

impl Effect {
    /// Name in the contract, for example `not-applied`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotApplied => "not-applied",
            Self::PossiblyApplied => "possibly-applied",
        }
    }
}

impl Outcome {
    /// Name in the contract, for example `would-change`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::WouldChange => "would-change",
            Self::Failed(_) => "failed",
            Self::Skipped => "skipped",
        }
    }
}

impl UserState {
    /// Name in the contract; for a state unknown to the contract, the server's spelling.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Active => "active",
            Self::Suspended => "suspended",
            Self::Unspecified => "unspecified",
            Self::Other(state) => state,
        }
    }
}

impl Verdict {
    /// Name in the contract, for example `passed`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_contract() {
        let types = include_str!("../../wit/types.wit");
        let containment = include_str!("../../wit/containment.wit");
        let connection = include_str!("../../wit/connection.wit");
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
