//! The users that a call is about, each of them once, however often and however they are named.

use alloc::vec::Vec;

use super::{Outcome, index::Index};
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
    pub before: Option<UserState>,
    /// What became of them, once that is known.
    pub outcome: Option<Outcome>,
}

impl Person {
    /// Sees the user for the first time.
    pub fn meet(&mut self, user: User) {
        self.before = Some(user.state.clone());
        self.user = Some(user);
    }
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
                before: None,
                outcome: None,
            });
        }
        place
    }

    pub fn get(&self, place: usize) -> Option<&Person> {
        self.everybody.get(place)
    }

    pub fn get_mut(&mut self, place: usize) -> Option<&mut Person> {
        self.everybody.get_mut(place)
    }

    /// The places of those who were not seen yet.
    pub fn unread(&self) -> Vec<usize> {
        let places = 0..self.everybody.len();
        let is_unread =
            |place: &usize| self.get(*place).is_some_and(|person| person.user.is_none());
        places.filter(is_unread).collect()
    }
}
