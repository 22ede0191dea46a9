//! What a call is about, and which requests that takes.

use super::route::{Listing, Route};
use crate::{
    ChangeOptions, Operation, Selector, StateFilter, Target, UserState, platform::Duration,
};

/// What a call is about.
#[derive(Debug)]
pub(super) enum Intent {
    /// The settings, the token, or whatever a check finds.
    Connection,
    /// What one request asks for.
    SingleRequest(Route),
    /// The user with this e-mail address.
    FindUser(String),
    /// The users in a state, or all of them: at most so many.
    ListAll(Option<StateFilter>, u32),
    /// A state for many users.
    ChangeUsers(BulkChange),
}

/// A call that changes many users.
#[derive(Clone, Debug)]
pub(super) struct BulkChange {
    pub state: UserState,
    pub targets: Vec<Target>,
    pub options: ChangeOptions,
}

/// The largest page that the API documents.
const MAX_PAGE_SIZE: u32 = 1000;
/// Requests at a time, when a call does not say.
const DEFAULT_CONCURRENCY: u8 = 4;

impl Intent {
    /// How long the call may take, if the settings allow for so much.
    pub fn deadline(&self, configuration: Duration) -> Duration {
        match self {
            Self::ChangeUsers(changes) => changes.deadline().unwrap_or(configuration),
            _ => configuration,
        }
    }

    /// Whether it is a call for many users, whose requests do not wait for each other.
    pub const fn is_bulk_change(&self) -> bool {
        matches!(self, Self::ChangeUsers(_))
    }

    /// Whether it reads a list to its end.
    pub const fn reads_list(&self) -> bool {
        matches!(
            self,
            Self::FindUser(_) | Self::ListAll(..) | Self::ChangeUsers(_)
        )
    }

    /// How many of its requests may be open at once.
    pub fn concurrency(&self) -> usize {
        match self {
            Self::ChangeUsers(changes) => changes
                .options
                .concurrency
                .unwrap_or(DEFAULT_CONCURRENCY)
                .into(),
            _ => 1,
        }
    }

    /// Whether a call of this operation needs such a request.
    pub fn allows(&self, operation: Operation, route: &Route) -> bool {
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
            (Self::SingleRequest(wanted), _) => wanted == route,
            (Self::FindUser(_), Route::List(listing)) => lists(listing, None, MAX_PAGE_SIZE),
            (Self::ListAll(filter, limit), Route::List(listing)) => {
                lists(listing, *filter, MAX_PAGE_SIZE.min(*limit))
            }
            (Self::ChangeUsers(changes), Route::List(listing)) => {
                lists(listing, None, MAX_PAGE_SIZE) && changes.names_an_address()
            }
            (Self::ChangeUsers(changes), Route::User(id)) => changes.names(id),
            (Self::ChangeUsers(changes), Route::Change(_, state)) => changes.state == *state,
            _ => false,
        }
    }
}

impl BulkChange {
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
pub(super) fn normalized(email: &str) -> String {
    email.trim().to_lowercase()
}
