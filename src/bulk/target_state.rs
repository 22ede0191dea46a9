//! A target on its way to its report.

use super::{
    Outcome, Selector, Target, TargetReport, address_lookup::Wanted, email::Email,
    memory_budget::Room, user_table::People,
};
use crate::{error::Error, failure::Failure, request::Id};

/// A target, and how far it has come.
pub(super) struct Aim {
    /// The e-mail address that the user must have.
    pub expected: Option<Email>,
    pub at: At,
}

/// How far a target has come.
pub(super) enum At {
    /// Its address has this place among those that are looked for.
    Address(usize),
    /// It is the user at this place.
    Person(usize),
    /// It is the user at this place, who may not be changed for its sake.
    Refused(usize, Error),
    /// It is nobody.
    Failed(Error),
}

impl Aim {
    /// Takes a target of a call.
    pub fn new(target: &Target, people: &mut People, wanted: &mut Wanted) -> Result<Self, Failure> {
        Ok(Self {
            expected: target
                .expect_email
                .as_deref()
                .map(Email::parse)
                .transpose()?,
            at: match &target.who {
                Selector::Id(id) => At::Person(people.place(Id::of_user(id)?)),
                Selector::Email(email) => At::Address(wanted.add(&Email::parse(email)?)),
            },
        })
    }

    /// A target that is nobody.
    pub fn failed(error: Error) -> Self {
        Self {
            expected: None,
            at: At::Failed(error),
        }
    }

    pub fn is_failed(&self) -> bool {
        matches!(self.at, At::Failed(_) | At::Refused(..))
    }

    /// What became of it, as far as there is memory to tell.
    pub fn report(self, people: &People, room: Room) -> TargetReport {
        let (place, refusal) = match self.at {
            At::Person(place) => (Some(place), None),
            At::Refused(place, error) => (Some(place), Some(error)),
            At::Failed(error) => (None, Some(error)),
            At::Address(_) => (None, None),
        };
        let person = place.and_then(|place| people.get(place));
        let outcome = match (refusal, person.and_then(|person| person.outcome.as_ref())) {
            (Some(error), _) => Outcome::Failed(error),
            (None, Some(Outcome::Failed(error))) => Outcome::Failed(room.copy(error)),
            (None, Some(outcome)) => outcome.clone(),
            (None, None) => Outcome::Skipped,
        };
        let user = person.and_then(|person| person.user.as_ref());
        let user = user.filter(|user| room.is_left(user.size()));
        TargetReport {
            outcome,
            user: user.cloned(),
            previous_state: person.and_then(|person| person.previous_state.clone()),
        }
    }
}
