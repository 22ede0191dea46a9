//! The two directions of a change, and the words for each.

use host::{Operation, UserState};

/// What is done to the users.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Verb {
    Contain,
    Restore,
}

impl Verb {
    /// The name of the command.
    pub fn name(self) -> &'static str {
        match self {
            Self::Contain => "contain",
            Self::Restore => "restore",
        }
    }

    /// What it asks the API for.
    pub fn question(self) -> &'static str {
        match self {
            Self::Contain => "Suspend",
            Self::Restore => "Reactivate",
        }
    }

    /// The function of the contract.
    pub fn function(self) -> &'static str {
        match self {
            Self::Contain => "suspend-users",
            Self::Restore => "reactivate-users",
        }
    }

    pub fn opposite(self) -> Self {
        match self {
            Self::Contain => Self::Restore,
            Self::Restore => Self::Contain,
        }
    }

    /// The state that it brings users into.
    pub fn state(self) -> UserState {
        match self {
            Self::Contain => UserState::Suspended,
            Self::Restore => UserState::Active,
        }
    }

    /// The verb that makes this change, if it is one.
    pub fn of(operation: &Operation) -> Option<Self> {
        match operation {
            Operation::Suspend(_) => Some(Self::Contain),
            Operation::Reactivate(_) => Some(Self::Restore),
            Operation::List | Operation::Get(_) => None,
        }
    }
}
