//! The account with its users, under the API's rules for their states.

use std::{
    borrow::Cow,
    collections::HashMap,
    hash::{BuildHasher, RandomState},
};

use crate::{
    api::{
        error::ApiError,
        population::{OWNER, Population},
    },
    user::{Role, State, User},
};

/// Number of users that are made up at the start. Those after them are made up each time that they are asked for, so that an account of a
/// million users takes little memory.
const KEPT_USERS: usize = 10_000;

/// An account with its users, in list order.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) id: String,
    population: Population,
    users: Vec<Slot>,
    /// Positions of the users, once one was asked for by its id.
    positions: Option<Positions>,
}

/// A user of the list.
#[derive(Clone, Debug)]
enum Slot {
    /// The user at this position of the population, which nothing has changed.
    Population(u32),
    /// A user that is kept.
    Kept(Box<User>),
}

/// Position of each user, by the hash of its id.
#[derive(Clone, Debug)]
struct Positions {
    hasher: RandomState,
    positions: HashMap<u64, u32>,
}

impl Account {
    /// An account with this many users of a population.
    pub(crate) fn new(id: String, population: Population, users: usize) -> Self {
        let slot = |position| match u32::try_from(position) {
            Ok(number) if position >= KEPT_USERS => Slot::Population(number),
            _ => Slot::Kept(Box::new(population.user(position))),
        };
        Self {
            id,
            users: (0..users).map(slot).collect(),
            population,
            positions: None,
        }
    }

    /// All users, in list order.
    pub(crate) fn users(&self) -> impl Iterator<Item = Cow<'_, User>> {
        self.users.iter().map(|slot| self.made_up(slot))
    }

    fn made_up<'a>(&self, slot: &'a Slot) -> Cow<'a, User> {
        match slot {
            Slot::Population(position) => Cow::Owned(self.population.user(*position as usize)),
            Slot::Kept(user) => Cow::Borrowed(user),
        }
    }

    /// The user with an id.
    pub(crate) fn user(&mut self, id: &str) -> Option<&User> {
        self.kept(id).map(|user| &*user)
    }

    /// The user with an id, who is kept from now on.
    fn kept(&mut self, id: &str) -> Option<&mut User> {
        let position = self.position(id)?;
        let slot = self.users.get_mut(position)?;
        if let Slot::Population(number) = slot {
            *slot = Slot::Kept(Box::new(self.population.user(*number as usize)));
        }
        match slot {
            Slot::Kept(user) => Some(user),
            Slot::Population(_) => None,
        }
    }

    /// Position of the user with an id.
    fn position(&mut self, id: &str) -> Option<usize> {
        let (users, population) = (&self.users, &self.population);
        let id_of = |slot: &Slot| match slot {
            Slot::Population(position) => population.id(*position as usize),
            Slot::Kept(user) => user.id.clone(),
        };
        let positions = self.positions.get_or_insert_with(|| {
            let hasher = RandomState::new();
            let hashes = users.iter().map(|slot| hasher.hash_one(id_of(slot)));
            let positions = hashes.zip(0..).collect();
            Positions { hasher, positions }
        });
        let hash = positions.hasher.hash_one(id);
        let position = *positions.positions.get(&hash)? as usize;
        (id_of(users.get(position)?) == id).then_some(position)
    }

    /// Sets a state without the rules; `None` if the id is unknown.
    pub(crate) fn set_state(&mut self, id: &str, state: State) -> Option<&User> {
        let user = self.kept(id)?;
        user.state = state;
        Some(user)
    }

    /// Sets the states of the users from a position on.
    pub(crate) fn set_states(&mut self, first: usize, states: &[State]) {
        for (slot, state) in self.users.iter_mut().skip(first).zip(states) {
            if let Slot::Kept(user) = slot {
                user.state = *state;
            }
        }
    }

    /// Sets an e-mail address; `None` if the id is unknown.
    pub(crate) fn set_email(&mut self, id: &str, email: &str) -> Option<&User> {
        let user = self.kept(id)?;
        email.clone_into(&mut user.email);
        Some(user)
    }

    /// Inserts a user at a position of the list; the users from there on move
    /// by one.
    pub(crate) fn insert(&mut self, position: usize, user: User) {
        self.users.insert(position, Slot::Kept(Box::new(user)));
        self.positions = None;
    }

    /// Deletes a user; the users after it move by one. `None` if the id is
    /// unknown.
    pub(crate) fn remove(&mut self, id: &str) -> Option<()> {
        let position = self.position(id)?;
        self.users.remove(position);
        self.positions = None;
        Some(())
    }

    /// Suspends a user. The rules apply to active users only: suspending a
    /// suspended user always succeeds.
    pub(crate) fn suspend(&mut self, id: &str) -> Result<&User, ApiError> {
        let user = self.user(id).ok_or(ApiError::UnknownUser)?;
        let (state, role) = (user.state, user.role);
        if state == State::Active {
            match role {
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
    ) -> (Vec<Cow<'_, User>>, Option<usize>) {
        let slots = self.users.iter().enumerate().skip(start);
        let mut matching =
            slots.filter(|(_, slot)| state.is_none_or(|state| self.state(slot) == state));
        let page = matching.by_ref().take(size);
        let page = page.map(|(_, slot)| self.made_up(slot)).collect();
        (page, matching.next().map(|(position, _)| position))
    }

    fn state(&self, slot: &Slot) -> State {
        match slot {
            Slot::Population(position) => self.population.state(*position as usize),
            Slot::Kept(user) => user.state,
        }
    }

    fn active_owners(&self) -> usize {
        let is_active_owner = |slot: &&Slot| match slot {
            // The owner is among the users that are kept from the start.
            Slot::Population(position) => *position as usize == OWNER,
            Slot::Kept(user) => user.role == Role::Owner && user.state == State::Active,
        };
        self.users.iter().filter(is_active_owner).count()
    }
}
