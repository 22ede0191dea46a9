//! Result of a call in the simulation.

use crate::{Effect, Error, Finding, Report, User, UserList, UserPage};

/// Returned value of a call.
#[derive(Debug)]
pub(super) enum CallResult {
    Cancelled,
    Page(UserPage),
    User(User),
    Users(UserList),
    Report(Report),
    Revoked,
    Configured,
    Checked(Vec<Finding>),
    Failed(Box<Error>),
}

/// End of a call, without its value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum CallEnd {
    Succeeded,
    Failed(Effect),
    Cancelled,
}
