//! What responders do in an incident, built on the four operations: `containment` in the contract.

mod address_lookup;
mod change;
mod email;
mod guards;
mod list_all;
mod name_set;

mod memory_budget;
mod pages;
mod resolve;
mod target_state;
mod user_table;
mod worker_pool;

use alloc::{string::String, vec::Vec};

use crate::{
    error::Error,
    user::{User, UserState},
};

/// How a call names a user.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Selector {
    /// By id.
    Id(String),
    /// By e-mail address, compared without regard to case and to the space around it.
    Email(String),
}

impl Selector {
    /// How long the name is, in bytes.
    fn size(&self) -> usize {
        let (Self::Id(who) | Self::Email(who)) = self;
        who.len()
    }
}

/// A user to be changed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Target {
    /// Who.
    pub who: Selector,
    /// The e-mail address that the user must have.
    pub expect_email: Option<String>,
}

impl Target {
    /// How long its names are together, in bytes.
    fn size(&self) -> usize {
        let expected = self.expect_email.as_ref().map_or(0, String::len);
        self.who.size().saturating_add(expected)
    }
}

/// The guards of a call, and how it goes about its work.
#[derive(Clone, Debug, Default)]
pub struct ChangeOptions {
    /// Looks everything up, changes nothing.
    pub dry_run: bool,
    /// The most users that may be changed.
    pub max_changes: Option<u32>,
    /// Users to leave alone.
    pub protect: Vec<Selector>,
    /// Requests at a time, 1 to 16. 4 if none.
    pub concurrency: Option<u8>,
    /// Begins nothing new after the first target that failed.
    pub stop_on_error: bool,
    /// Milliseconds for this call, in place of the settings' deadline.
    pub deadline_ms: Option<u32>,
}

/// What became of a target.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Outcome {
    /// The server made the change that this call asked for.
    Changed,
    /// The user was in that state already.
    Unchanged,
    /// A change would have been sent.
    WouldChange,
    /// Not changed, or nobody knows.
    Failed(Error),
    /// Not tried, because another target failed.
    Skipped,
}

/// A target, and all that the call learnt of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct TargetReport {
    /// What became of it.
    pub outcome: Outcome,
    /// The user, as this call saw them last.
    pub user: Option<User>,
    /// State before any change, as found during look-up.
    pub previous_state: Option<UserState>,
}

/// What became of a call.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Report {
    /// One for each target, in the order of the targets.
    pub targets: Vec<TargetReport>,
    /// Why the whole call was refused.
    pub refused: Option<Error>,
    /// Number of HTTP requests sent for this call.
    pub requests: u32,
}

/// The users of the account, or as many as were wanted.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UserList {
    /// In the server's order, each once.
    pub users: Vec<User>,
    /// Whether the last page was reached.
    pub complete: bool,
}
