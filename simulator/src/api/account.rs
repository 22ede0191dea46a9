//! The account with its users, under the API's rules for their states.

use std::collections::HashMap;

use crate::{
    api::error::ApiError,
    user::{Role, State, User},
};

/// An account with its users, in list order.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) id: String,
    users: Vec<User>,
    /// Position of each user in `users`, by id.
    positions: HashMap<String, usize>,
}

impl Account {
    pub(crate) fn new(id: String, users: Vec<User>) -> Self {
        Self {
            id,
            positions: positions(&users),
            users,
        }
    }

    pub(crate) fn users(&self) -> &[User] {
        &self.users
    }

    pub(crate) fn user(&self, id: &str) -> Option<&User> {
        self.positions
            .get(id)
            .map(|position| &self.users[*position])
    }

    /// Sets a state without the rules; `None` if the id is unknown.
    pub(crate) fn set_state(&mut self, id: &str, state: State) -> Option<&User> {
        let user = &mut self.users[*self.positions.get(id)?];
        user.state = state;
        Some(user)
    }

    /// Sets an e-mail address; `None` if the id is unknown.
    pub(crate) fn set_email(&mut self, id: &str, email: &str) -> Option<&User> {
        let user = &mut self.users[*self.positions.get(id)?];
        email.clone_into(&mut user.email);
        Some(user)
    }

    /// Inserts a user at a position of the list; the users from there on move
    /// by one.
    pub(crate) fn insert(&mut self, position: usize, user: User) {
        self.users.insert(position, user);
        self.positions = positions(&self.users);
    }

    /// Deletes a user; the users after it move by one. `None` if the id is
    /// unknown.
    pub(crate) fn remove(&mut self, id: &str) -> Option<User> {
        let user = self.users.remove(*self.positions.get(id)?);
        self.positions = positions(&self.users);
        Some(user)
    }

    /// Suspends a user. The rules apply to active users only: suspending a
    /// suspended user always succeeds.
    pub(crate) fn suspend(&mut self, id: &str) -> Result<&User, ApiError> {
        let user = self.user(id).ok_or(ApiError::UnknownUser)?;
        if user.state == State::Active {
            match user.role {
                Role::Owner if self.active_owners() == 1 => return Err(ApiError::LastOwner),
                Role::ExternallyManagedAdministrator => return Err(ApiError::ExternallyManaged),
                Role::Owner | Role::Administrator | Role::Member => {}
            }
        }
        self.set_state(id, State::Suspended)
            .ok_or(ApiError::UnknownUser)
    }

    /// Reactivates a user. Reactivating an active user succeeds.
    pub(crate) fn reactivate(&mut self, id: &str) -> Result<&User, ApiError> {
        self.set_state(id, State::Active)
            .ok_or(ApiError::UnknownUser)
    }

    /// Returns up to `size` users in `state` from a position on, and the
    /// position of the next such user.
    ///
    /// Positions count all users of the account, so a change of state between
    /// two pages does not move any other user.
    pub(crate) fn page(
        &self,
        state: Option<State>,
        start: usize,
        size: usize,
    ) -> (Vec<&User>, Option<usize>) {
        let mut matching = (start..self.users.len())
            .filter(|position| state.is_none_or(|state| self.users[*position].state == state));
        let page = matching
            .by_ref()
            .take(size)
            .map(|position| &self.users[position])
            .collect();
        (page, matching.next())
    }

    fn active_owners(&self) -> usize {
        let is_active_owner =
            |user: &&User| user.role == Role::Owner && user.state == State::Active;
        self.users.iter().filter(is_active_owner).count()
    }
}

/// Returns the position of each user, by id.
fn positions(users: &[User]) -> HashMap<String, usize> {
    users
        .iter()
        .enumerate()
        .map(|(position, user)| (user.id.clone(), position))
        .collect()
}
