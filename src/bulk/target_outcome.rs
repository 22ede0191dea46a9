//! State of a target, from its look-up to its outcome.

use super::{
    address_lookup::{AddressIndex, AddressTable},
    email::Email,
    memory_budget::MemoryBudget,
    name_check::named_id,
    types::{Outcome, Selector, Target, TargetReport},
    user_table::{Progress, UserEntry, UserIndex, UserTable},
};
use crate::{
    error::Error,
    failure::Failure,
    user::{User, UserState},
};

/// A target of a bulk change.
#[derive(Clone)]
pub(super) struct TargetEntry {
    /// E-mail address that the user must have.
    pub expected_email: Option<Email>,
    pub state: TargetState,
}

/// State of a target.
///
/// The progress of a user is stored once, in the [`UserTable`], for all targets that name the user. Only errors that concern
/// this target alone are stored here.
#[derive(Clone)]
pub(super) enum TargetState {
    /// Named by an e-mail address that has not been resolved yet.
    Address(AddressIndex),
    /// Identified: the progress of this user decides the outcome.
    User(UserIndex),
    /// A guard does not allow this target to change the user.
    Refused(UserIndex, Error),
    /// Not identified: the argument is wrong, or the address was not resolved.
    Failed(Error),
}

impl TargetState {
    /// Decides the outcome of the target: its own error, or else the progress of its user.
    ///
    /// A target without a decision is skipped: a bulk change leaves one only if it stops on an error.
    fn into_outcome(self, users: &UserTable, budget: MemoryBudget) -> Outcome {
        let index = match self {
            Self::Refused(_, error) | Self::Failed(error) => return Outcome::Failed(error),
            Self::Address(_) => return Outcome::Skipped,
            Self::User(index) => index,
        };
        match users.get(index).map(|entry| &entry.progress) {
            Some(Progress::Settled(Outcome::Failed(error))) => Outcome::Failed(budget.copy(error)),
            Some(Progress::Settled(outcome)) => outcome.clone(),
            Some(Progress::Planned) => Outcome::WouldChange,
            Some(Progress::Pending) | None => Outcome::Skipped,
        }
    }

    /// Returns true if the target has failed already.
    pub(super) fn has_failed(&self, users: &UserTable) -> bool {
        match self {
            Self::Refused(..) | Self::Failed(_) => true,
            Self::Address(_) => false,
            Self::User(index) => users.get(*index).is_some_and(UserEntry::has_failed),
        }
    }

    /// True if the outcome is known.
    pub(super) fn is_settled(&self, users: &UserTable) -> bool {
        match self {
            Self::Refused(..) | Self::Failed(_) => true,
            Self::Address(_) => false,
            Self::User(index) => users
                .get(*index)
                .is_some_and(|entry| matches!(entry.progress, Progress::Settled(_))),
        }
    }

    /// User whom the target changes, unless it failed or a guard refused it.
    pub(super) const fn changed_user(&self) -> Option<UserIndex> {
        match self {
            Self::User(index) => Some(*index),
            Self::Refused(..) | Self::Address(_) | Self::Failed(_) => None,
        }
    }

    /// User of the target, if it is identified.
    const fn user(&self) -> Option<UserIndex> {
        match self {
            Self::User(index) | Self::Refused(index, _) => Some(*index),
            Self::Address(_) | Self::Failed(_) => None,
        }
    }
}

impl TargetEntry {
    /// Reads an argument, and adds its user or its address to the tables.
    pub(super) fn new(
        target: &Target,
        users: &mut UserTable,
        addresses: &mut AddressTable,
    ) -> Result<Self, Failure> {
        let expected_email = target.expect_email.as_deref();
        Ok(Self {
            expected_email: expected_email.map(Email::parse_expected).transpose()?,
            state: match &target.who {
                Selector::Id(id) => TargetState::User(users.insert(named_id(id)?)),
                Selector::Email(email) => {
                    TargetState::Address(addresses.insert(&Email::parse(email)?))
                }
            },
        })
    }

    /// Returns an entry for an argument that cannot be read.
    pub(super) fn failed(error: Error) -> Self {
        Self {
            expected_email: None,
            state: TargetState::Failed(error),
        }
    }

    /// Returns the report of the target.
    pub(super) fn into_report(self, users: &UserTable, budget: MemoryBudget) -> TargetReport {
        let entry = self.state.user().and_then(|index| users.get(index));
        let outcome = self.state.into_outcome(users, budget);
        let user = entry.and_then(|entry| entry.user.as_ref());
        target_report(outcome, user, entry, budget)
    }
}

/// Report of a target whose user was last seen as `user`. Leaves out the user where memory does not suffice for a copy.
#[inline(never)]
pub(super) fn target_report(
    outcome: Outcome,
    user: Option<&User>,
    entry: Option<&UserEntry>,
    budget: MemoryBudget,
) -> TargetReport {
    let user = user.filter(|user| budget.allows(user.size()));
    TargetReport {
        outcome,
        user: user.and_then(User::reported),
        previous_state: entry
            .and_then(|entry| entry.previous_state.as_ref())
            .and_then(UserState::reported),
    }
}
