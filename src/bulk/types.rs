//! Arguments and results of the bulk calls, as the contract names them.

use alloc::{string::String, vec::Vec};

use crate::{
    error::Error,
    user::{User, UserState},
};

/// Name of a user in a call.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Selector {
    /// User id, of the form that [`check_user_id`](crate::check_user_id) asks for.
    Id(String),
    /// E-mail address, of the form that [`check_email`](crate::check_email) asks for. Resolved by reading the list.
    Email(String),
}

impl Selector {
    /// Length of the name in bytes.
    pub(super) fn size(&self) -> usize {
        let (Self::Id(name) | Self::Email(name)) = self;
        name.len()
    }
}

/// A user to change.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Target {
    /// Id or e-mail address of the user.
    pub who: Selector,
    /// E-mail address that the user must have; otherwise the target fails with `precondition-failed`. Applies to this target
    /// only: another target that names the same user can still change them. At most 1024 bytes, with an `@`, without control
    /// characters; otherwise the target fails with `invalid-argument`.
    pub expect_email: Option<String>,
}

impl Target {
    /// Total length of the names in bytes.
    pub(super) fn size(&self) -> usize {
        let expected = self.expect_email.as_ref().map_or(0, String::len);
        self.who.size().saturating_add(expected)
    }
}

/// Guards and limits of a bulk change. A guard that cannot be checked counts as violated.
#[derive(Clone, Debug, Default)]
pub struct ChangeOptions {
    /// Looks everything up and checks every guard as a real run does, and changes nothing.
    pub dry_run: bool,
    /// Maximum number of users to change. If more would be changed, the whole call is refused before the first change.
    /// Default: no limit.
    pub max_changes: Option<u32>,
    /// Users who must not be changed, by id or e-mail address.
    pub protect: Vec<Selector>,
    /// Maximum number of concurrent requests: 1 to 16. Default: 4.
    pub concurrency: Option<u8>,
    /// Starts nothing new after the first target that fails.
    pub stop_on_error: bool,
    /// Deadline of this call in milliseconds, in place of the one from the settings: 1 to 3,600,000.
    pub deadline_ms: Option<u32>,
}

/// Result for one target.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// This call made the change: the server answered its request with the user in the new state.
    Changed,
    /// The look-up found the user in the requested state. No change was sent.
    Unchanged,
    /// A change would have been sent if this were not a dry run, or if `max_changes` had not been exceeded.
    WouldChange,
    /// The target failed. The error's `effect` tells if the change may have been made.
    Failed(Error),
    /// Not tried, because another target failed and `stop_on_error` is set, or because the call was stopped.
    Skipped,
}

impl Outcome {
    /// Name in the contract, for example `would-change`.
    pub const fn name(&self) -> &'static str {
        outcome_name!(self)
    }
}

/// Result for one target, with everything the call learnt about the user.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TargetReport {
    /// Result.
    pub outcome: Outcome,
    /// User as last seen by this call: in the response to the change, or during look-up. None if never seen.
    pub user: Option<User>,
    /// State before any change, as found during look-up. None if the user was not found or could not be read.
    pub previous_state: Option<UserState>,
}

/// Result for one target, while its call goes on.
#[derive(Clone, Copy, Debug)]
pub struct SettledTarget<'a> {
    /// Position of the target in the call's arguments, from 0.
    pub index: usize,
    /// The same as in the report of the call, with the user as last seen at this time: the call may change the user later for
    /// another target.
    pub report: &'a TargetReport,
}

/// Result of a bulk change.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Report {
    /// One report per target, in the order of the targets. A user named twice is changed once and reported twice.
    pub targets: Vec<TargetReport>,
    /// Error `precondition-failed` if the whole call was refused because it would have changed more users than
    /// `max_changes`. Nothing was changed then.
    pub refused: Option<Error>,
    /// Number of HTTP requests sent for this call, token requests and retries included.
    pub requests: u32,
    /// Sentences for people about guards that did less than they seem to: at most two, with at most 8 names.
    pub warnings: Vec<String>,
}

/// A list of users, read to its end or to a limit.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UserList {
    /// Users in the server's order. A user whom the server lists twice while the list changes is contained once.
    pub users: Vec<User>,
    /// False if the limit was reached before the last page: more users may follow.
    pub complete: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_size_of_a_target_is_that_of_its_names() {
        let target = |expect_email: Option<&str>| Target {
            who: Selector::Id("U12".into()),
            expect_email: expect_email.map(Into::into),
        };
        assert_eq!(target(None).size(), 3);
        assert_eq!(target(Some("a@b.c")).size(), 8);
        assert_eq!(Selector::Email("a@b.c".into()).size(), 5);
    }
}
