//! A user of the simulated account.

use serde::Serialize;

/// A user, as the API shows it, with the role that the API does not show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct User {
    /// 26 upper-case alphanumerics.
    pub id: String,
    /// `userNNNN@acme.example`, where `NNNN` is the position in the list.
    pub email: String,
    /// A first and a last name.
    pub display_name: String,
    /// Whether the user may sign in.
    pub state: State,
    /// RFC 3339, UTC, whole seconds.
    pub create_time: String,
    /// `accounts/<account>/users/<user>`.
    pub path: String,
    /// What the user is in the account; never on the wire.
    #[serde(skip)]
    pub role: Role,
}

/// The states that the simulator gives a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum State {
    /// May sign in.
    Active,
    /// May not.
    Suspended,
}

/// What a user is in the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Cannot be suspended while it is the last active one.
    Owner,
    /// Cannot be suspended at all.
    ExternallyManagedAdministrator,
    /// An administrator whom the account manages itself.
    Administrator,
    /// Everybody else.
    Member,
}
