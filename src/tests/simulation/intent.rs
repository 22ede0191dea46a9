//! Intent of a call, and the requests that it allows.

use super::route::{ListQuery, Route};
use crate::{
    ChangeOptions, Operation, Selector, StateFilter, Target, UserState, platform::Duration,
};

/// Intent of a call.
#[derive(Debug)]
pub(super) enum Intent {
    /// Settings, token, or check.
    Connection,
    /// An operation of a single request.
    SingleRequest(Route),
    /// Finds the user with this e-mail address.
    FindUser(String),
    /// Lists all users that match the filter, up to the limit.
    ListAll(Option<StateFilter>, u32),
    /// Changes many users.
    ChangeUsers(BulkIntent),
}

/// Arguments of a bulk change.
#[derive(Clone, Debug)]
pub(super) struct BulkIntent {
    pub state: UserState,
    pub targets: Vec<Target>,
    pub options: ChangeOptions,
}

/// Maximum page size of the API.
const MAX_PAGE_SIZE: u32 = 1000;
/// Maximum number of concurrent requests if the options contain none.
const DEFAULT_CONCURRENCY: u8 = 4;

impl Intent {
    /// Returns the deadline of the call: its own, or that of the settings.
    pub(super) fn deadline(&self, configuration: Duration) -> Duration {
        match self {
            Self::ChangeUsers(changes) => changes.deadline().unwrap_or(configuration),
            _ => configuration,
        }
    }

    /// Returns true for a bulk change, whose requests are concurrent.
    pub(super) const fn is_bulk_change(&self) -> bool {
        matches!(self, Self::ChangeUsers(_))
    }

    /// Returns true if the call reads the list to its end.
    pub(super) const fn reads_list(&self) -> bool {
        matches!(
            self,
            Self::FindUser(_) | Self::ListAll(..) | Self::ChangeUsers(_)
        )
    }

    /// Returns the maximum number of concurrent requests.
    pub(super) fn concurrency(&self) -> usize {
        match self {
            Self::ChangeUsers(changes) => changes
                .options
                .concurrency
                .unwrap_or(DEFAULT_CONCURRENCY)
                .into(),
            _ => 1,
        }
    }

    /// Returns true if a call with this intent may send a request of this route.
    pub(super) fn allows(&self, operation: Operation, route: &Route) -> bool {
        match (operation, route) {
            (Operation::Check, Route::Token | Route::List(_) | Route::User(_))
            | (Operation::RevokeToken, Route::Revoke(_)) => return true,
            (Operation::Configure | Operation::Check | Operation::RevokeToken, _) => return false,
            (_, Route::Token) => return true,
            _ => {}
        }
        let lists =
            |query: &ListQuery, filter, size| query.filter == filter && query.size == Some(size);
        match (self, route) {
            (Self::SingleRequest(wanted), _) => wanted == route,
            (Self::FindUser(_), Route::List(query)) => lists(query, None, MAX_PAGE_SIZE),
            (Self::ListAll(filter, limit), Route::List(query)) => {
                lists(query, *filter, MAX_PAGE_SIZE.min(*limit))
            }
            (Self::ChangeUsers(changes), Route::List(query)) => {
                lists(query, None, MAX_PAGE_SIZE) && changes.names_an_address()
            }
            (Self::ChangeUsers(changes), Route::User(id)) => changes.names(id),
            (Self::ChangeUsers(changes), Route::Change(_, state)) => changes.state == *state,
            _ => false,
        }
    }
}

impl BulkIntent {
    fn deadline(&self) -> Option<Duration> {
        let ms = self.options.deadline_ms.map(u64::from);
        ms.filter(|&ms| is_deadline(ms)).map(Duration::from_millis)
    }

    /// Returns true if the call must fail as a whole without a request.
    pub(super) fn is_invalid(&self) -> bool {
        let options = &self.options;
        !options
            .concurrency
            .is_none_or(|many| (1..=16).contains(&many))
            || !options.deadline_ms.is_none_or(|ms| is_deadline(ms.into()))
            || options.protect.iter().any(is_invalid)
    }

    /// Returns true if a valid target has this id.
    fn names(&self, id: &str) -> bool {
        let mut targets = self.targets.iter();
        targets.any(|target| {
            matches!(&target.who, Selector::Id(named) if named == id) && !is_invalid_target(target)
        })
    }

    /// Returns true if a valid target is named by e-mail address.
    pub(super) fn names_an_address(&self) -> bool {
        let mut targets = self.targets.iter();
        targets.any(|target| matches!(target.who, Selector::Email(_)) && !is_invalid_target(target))
    }
}

const fn is_deadline(ms: u64) -> bool {
    1 <= ms && ms <= 3_600_000
}

/// Returns true if a target is invalid, whatever users the account has.
pub(super) fn is_invalid_target(target: &Target) -> bool {
    let expected = target.expect_email.as_deref();
    is_invalid(&target.who) || expected.is_some_and(|email| !email.contains('@'))
}

/// Returns true for the invalid selectors of the simulation: an empty id, or an address without an `@`.
fn is_invalid(who: &Selector) -> bool {
    match who {
        Selector::Id(id) => id.is_empty(),
        Selector::Email(email) => !email.contains('@'),
    }
}

/// Normalizes an e-mail address for comparison.
pub(super) fn normalized(email: &str) -> String {
    email.trim().to_lowercase()
}
