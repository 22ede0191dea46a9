//! The users that a call is about, each of them once, however often and however they are named.

use alloc::vec::Vec;

use super::{Outcome, name_set::Index};
use crate::{
    request::Id,
    user::{User, UserState},
};

/// A user that a call is about.
pub(super) struct Person {
    pub id: Id,
    /// As they were seen last.
    pub user: Option<User>,
    /// The state in which they were found.
    pub previous_state: Option<UserState>,
    /// What became of them, once that is known.
    pub outcome: Option<Outcome>,
}

/// Everybody that a call is about.
#[derive(Default)]
pub(super) struct People {
    everybody: Vec<Person>,
    ids: Index,
}

impl People {
    /// The place of a user with this id, who is new if nobody had it yet.
    pub fn place(&mut self, id: Id) -> usize {
        let place = self.ids.place(id.as_str(), self.everybody.len());
        if place == self.everybody.len() {
            self.everybody.push(Person {
                id,
                user: None,
                previous_state: None,
                outcome: None,
            });
        }
        place
    }

    pub fn len(&self) -> usize {
        self.everybody.len()
    }

    pub fn get(&self, place: usize) -> Option<&Person> {
        self.everybody.get(place)
    }

    /// Sees a user, before any change.
    pub fn meet(&mut self, place: usize, user: User) {
        if let Some(person) = self.everybody.get_mut(place) {
            person.previous_state = Some(user.state.clone());
            person.user = Some(user);
        }
    }

    /// Sees a user after the change; none where there was no memory for that.
    pub fn change(&mut self, place: usize, user: Option<User>) {
        if let Some(person) = self.everybody.get_mut(place) {
            person.outcome = Some(Outcome::Changed);
            person.user = user.or(person.user.take());
        }
    }

    /// Settles what became of a user.
    pub fn end(&mut self, place: usize, outcome: Outcome) {
        if let Some(person) = self.everybody.get_mut(place) {
            person.outcome = Some(outcome);
        }
    }

    /// Whether anybody could not be looked up or changed.
    pub fn has_failed(&self) -> bool {
        let is_failed = |person: &Person| matches!(person.outcome, Some(Outcome::Failed(_)));
        self.everybody.iter().any(is_failed)
    }

    /// The places of those who were not seen yet.
    pub fn unseen(&self) -> Vec<usize> {
        let mut places: Vec<usize> = (0..self.everybody.len()).collect();
        places.retain(|&place| self.get(place).is_some_and(|person| person.user.is_none()));
        places
    }
}
