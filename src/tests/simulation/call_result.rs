//! The result of a call, as the simulation records it.

use crate::{Effect, Error, Finding, Report, User, UserList, UserPage};

/// What a call came to.
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

/// How a call ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum CallEnd {
    Succeeded,
    Failed(Effect),
    Cancelled,
}
