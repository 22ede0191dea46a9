//! The changes of a user's access.

use crate::{error::Operation, user::UserState};

/// A change of a user's access.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum UserAction {
    /// Suspends the user.
    Suspend,
    /// Reactivates the user.
    Reactivate,
}

impl UserAction {
    /// Name of the bulk change in the command and in the service: `contain` or `restore`.
    pub const fn bulk_name(self) -> &'static str {
        match self {
            Self::Suspend => "contain",
            Self::Reactivate => "restore",
        }
    }

    /// Action that undoes this one.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Suspend => Self::Reactivate,
            Self::Reactivate => Self::Suspend,
        }
    }

    /// Operation that changes many users.
    pub const fn bulk_operation(self) -> Operation {
        match self {
            Self::Suspend => Operation::SuspendUsers,
            Self::Reactivate => Operation::ReactivateUsers,
        }
    }

    /// Operation that changes one user.
    pub(crate) const fn operation(self) -> Operation {
        match self {
            Self::Suspend => Operation::SuspendUser,
            Self::Reactivate => Operation::ReactivateUser,
        }
    }

    /// State of the user after the change.
    pub(crate) const fn target_state(self) -> UserState {
        match self {
            Self::Suspend => UserState::Suspended,
            Self::Reactivate => UserState::Active,
        }
    }

    /// End of the request's path.
    pub(crate) const fn path_suffix(self) -> &'static str {
        match self {
            Self::Suspend => ":suspend",
            Self::Reactivate => ":reactivate",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bulk_changes_have_their_names_in_the_command() {
        assert_eq!(UserAction::Suspend.bulk_name(), "contain");
        assert_eq!(UserAction::Suspend.opposite().bulk_name(), "restore");
    }
}
