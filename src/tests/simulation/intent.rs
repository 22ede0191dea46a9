//! What a call is about, and which requests that takes.

use super::route::{Listing, Route};
use crate::{
    ChangeOptions, Operation, Selector, StateFilter, Target, UserState, platform::Duration,
};

/// What a call is about.
#[derive(Debug)]
pub(super) enum Wants {
    /// The settings, the token, or whatever a check finds.
    Connection,
    /// What one request asks for.
    One(Route),
    /// The user with this e-mail address.
    Find(String),
    /// The users in a state, or all of them: at most so many.
    Everybody(Option<StateFilter>, u32),
    /// A state for many users.
    Changes(Changes),
}

/// A call that changes many users.
#[derive(Clone, Debug)]
pub(super) struct Changes {
    pub state: UserState,
    pub targets: Vec<Target>,
    pub options: ChangeOptions,
}

/// The largest page that the API documents.
const LARGEST_PAGE: u32 = 1000;
/// Requests at a time, when a call does not say.
const CONCURRENCY: u8 = 4;

impl Wants {
    /// How long the call may take, if the settings allow for so much.
    pub fn deadline(&self, configured: Duration) -> Duration {
        match self {
            Self::Changes(changes) => changes.deadline().unwrap_or(configured),
            _ => configured,
        }
    }

    /// Whether it is a call for many users, whose requests do not wait for each other.
    pub const fn is_for_many(&self) -> bool {
        matches!(self, Self::Changes(_))
    }

    /// Whether it reads a list to its end.
    pub const fn is_list(&self) -> bool {
        matches!(self, Self::Find(_) | Self::Everybody(..) | Self::Changes(_))
    }

    /// How many of its requests may be open at once.
    pub fn concurrency(&self) -> usize {
        match self {
            Self::Changes(changes) => changes.options.concurrency.unwrap_or(CONCURRENCY).into(),
            _ => 1,
        }
    }

    /// Whether a call of this operation needs such a request.
    pub fn needs(&self, operation: Operation, route: &Route) -> bool {
        match (operation, route) {
            (Operation::Check, Route::Token | Route::List(_) | Route::User(_))
            | (Operation::RevokeToken, Route::Revoke(_)) => return true,
            (Operation::Configure | Operation::Check | Operation::RevokeToken, _) => return false,
            (_, Route::Token) => return true,
            _ => {}
        }
        let lists = |listing: &Listing, filter, size| {
            listing.filter == filter && listing.size == Some(size)
        };
        match (self, route) {
            (Self::One(wanted), _) => wanted == route,
            (Self::Find(_), Route::List(listing)) => lists(listing, None, LARGEST_PAGE),
            (Self::Everybody(filter, limit), Route::List(listing)) => {
                lists(listing, *filter, LARGEST_PAGE.min(*limit))
            }
            (Self::Changes(changes), Route::List(listing)) => {
                lists(listing, None, LARGEST_PAGE) && changes.names_an_address()
            }
            (Self::Changes(changes), Route::User(id)) => changes.names(id),
            (Self::Changes(changes), Route::Change(_, state)) => changes.state == *state,
            _ => false,
        }
    }
}

impl Changes {
    fn deadline(&self) -> Option<Duration> {
        let ms = self.options.deadline_ms.map(u64::from);
        ms.filter(|&ms| is_deadline(ms)).map(Duration::from_millis)
    }

    /// Whether the call is wrong as a whole, before anything is sent.
    pub fn is_wrong(&self) -> bool {
        let options = &self.options;
        !options
            .concurrency
            .is_none_or(|many| (1..=16).contains(&many))
            || !options.deadline_ms.is_none_or(|ms| is_deadline(ms.into()))
            || options.protect.iter().any(is_wrong)
    }

    /// Whether a target has this id.
    fn names(&self, id: &str) -> bool {
        let mut targets = self.targets.iter();
        targets.any(|target| {
            matches!(&target.who, Selector::Id(named) if named == id) && !is_wrong_target(target)
        })
    }

    /// Whether a target is to be found in the list.
    pub fn names_an_address(&self) -> bool {
        let mut targets = self.targets.iter();
        targets.any(|target| matches!(target.who, Selector::Email(_)) && !is_wrong_target(target))
    }
}

const fn is_deadline(ms: u64) -> bool {
    1 <= ms && ms <= 3_600_000
}

/// Whether a target can be nobody, whatever the account holds.
pub(super) fn is_wrong_target(target: &Target) -> bool {
    let expected = target.expect_email.as_deref();
    is_wrong(&target.who) || expected.is_some_and(|email| !email.contains('@'))
}

/// Whether a selector of the simulation can be nobody: one of an empty id, or of an address without an `@`.
fn is_wrong(who: &Selector) -> bool {
    match who {
        Selector::Id(id) => id.is_empty(),
        Selector::Email(email) => !email.contains('@'),
    }
}

/// An e-mail address as it is compared.
pub(super) fn folded(email: &str) -> String {
    email.trim().to_lowercase()
}
