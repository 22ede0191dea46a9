//! The users of a bulk change, each of them once, no matter how many targets name them.

use alloc::vec::Vec;

use super::{name_set::NameSet, types::Outcome};
use crate::{
    request::Id,
    user::{User, UserState},
};

/// Position of a user in the [`UserTable`].
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct UserIndex(usize);

/// A user whom one or more targets name.
pub(super) struct UserEntry {
    pub id: Id,
    /// User as last seen.
    pub user: Option<User>,
    /// State before any change.
    pub previous_state: Option<UserState>,
    pub progress: Progress,
}

/// Progress of the change of one user.
pub(super) enum Progress {
    /// No decision yet.
    Pending,
    /// To be changed.
    Planned,
    /// Final result.
    Settled(Outcome),
}

impl UserEntry {
    /// Returns true if nothing has been decided about the user yet.
    pub(super) fn is_pending(&self) -> bool {
        matches!(self.progress, Progress::Pending)
    }

    /// Returns true if the look-up or the change failed.
    pub(super) fn has_failed(&self) -> bool {
        matches!(self.progress, Progress::Settled(Outcome::Failed(_)))
    }
}

/// The users of one call.
#[derive(Default)]
pub(super) struct UserTable {
    entries: Vec<UserEntry>,
    /// Ids of the entries, in the same order.
    ids: NameSet,
}

impl UserTable {
    /// Returns the index of the user with an id, after adding the user if the id is new.
    pub(super) fn insert(&mut self, id: Id) -> UserIndex {
        let position = self.ids.insert(id.as_str());
        if position == self.entries.len() {
            self.entries.push(UserEntry {
                id,
                user: None,
                previous_state: None,
                progress: Progress::Pending,
            });
        }
        UserIndex(position)
    }

    /// Number of users.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn get(&self, index: UserIndex) -> Option<&UserEntry> {
        self.entries.get(index.0)
    }

    /// Stores a user as found during look-up, without long texts.
    pub(super) fn set_found(&mut self, index: UserIndex, mut user: User) {
        user.drop_long_texts();
        if let Some(entry) = self.entries.get_mut(index.0) {
            entry.previous_state = Some(user.state.clone());
            entry.user = Some(user);
        }
    }

    /// Stores a user as returned by the change; keeps the user from the look-up if there is none.
    pub(super) fn set_changed(&mut self, index: UserIndex, user: Option<User>) {
        if let Some(entry) = self.entries.get_mut(index.0) {
            entry.progress = Progress::Settled(Outcome::Changed);
            entry.user = user.or(entry.user.take());
        }
    }

    /// Marks a user as to be changed.
    pub(super) fn set_planned(&mut self, index: UserIndex) {
        self.set_progress(index, Progress::Planned);
    }

    /// Stores the final result of a user.
    pub(super) fn settle(&mut self, index: UserIndex, outcome: Outcome) {
        self.set_progress(index, Progress::Settled(outcome));
    }

    fn set_progress(&mut self, index: UserIndex, progress: Progress) {
        if let Some(entry) = self.entries.get_mut(index.0) {
            entry.progress = progress;
        }
    }

    /// Returns the users who have not been found yet, in the order of the table.
    pub(super) fn not_found_yet(&self) -> Vec<UserIndex> {
        let mut indexes: Vec<_> = (0..self.entries.len()).map(UserIndex).collect();
        indexes.retain(|&index| self.get(index).is_some_and(|entry| entry.user.is_none()));
        indexes
    }
}
