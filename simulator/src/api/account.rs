//! The account: its users, and the rules about their states.

use std::collections::HashMap;

use crate::api::error::ApiError;
use crate::user::{Role, State, User};

/// An account and its users, in list order.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) id: String,
    users: Vec<User>,
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

    /// Sets a state, whatever the rules; `None` if there is no such user.
    pub(crate) fn set_state(&mut self, id: &str, state: State) -> Option<&User> {
        let user = &mut self.users[*self.positions.get(id)?];
        user.state = state;
        Some(user)
    }

    /// Sets an e-mail address; `None` if there is no such user.
    pub(crate) fn set_email(&mut self, id: &str, email: &str) -> Option<&User> {
        let user = &mut self.users[*self.positions.get(id)?];
        email.clone_into(&mut user.email);
        Some(user)
    }

    /// Puts a user at a position of the list; those from there on move.
    pub(crate) fn insert(&mut self, position: usize, user: User) {
        self.users.insert(position, user);
        self.positions = positions(&self.users);
    }

    /// Deletes a user; those after it move. `None` if there is no such user.
    pub(crate) fn remove(&mut self, id: &str) -> Option<User> {
        let user = self.users.remove(*self.positions.get(id)?);
        self.positions = positions(&self.users);
        Some(user)
    }

    /// Suspends a user; a suspended one stays as it is.
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

    /// Reactivates a user; an active one stays as it is.
    pub(crate) fn reactivate(&mut self, id: &str) -> Result<&User, ApiError> {
        self.set_state(id, State::Active)
            .ok_or(ApiError::UnknownUser)
    }

    /// At most `size` users in the state from a position on, and the position
    /// of the next one, if there is one.
    ///
    /// Positions are those of the whole account, so that a user whose state
    /// changes between two pages shifts nobody else.
    pub(crate) fn page(
        &self,
        state: Option<State>,
        from: usize,
        size: usize,
    ) -> (Vec<&User>, Option<usize>) {
        let mut matching = (from..self.users.len())
            .filter(|position| state.is_none_or(|state| self.users[*position].state == state));
        let page = matching
            .by_ref()
            .take(size)
            .map(|position| &self.users[position])
            .collect();
        (page, matching.next())
    }

    fn active_owners(&self) -> usize {
        let active = |user: &&User| user.role == Role::Owner && user.state == State::Active;
        self.users.iter().filter(active).count()
    }
}

/// Where in the list each id is.
fn positions(users: &[User]) -> HashMap<String, usize> {
    users
        .iter()
        .enumerate()
        .map(|(position, user)| (user.id.clone(), position))
        .collect()
}
