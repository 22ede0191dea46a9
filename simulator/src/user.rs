//! A user of the simulated account.

use serde::Serialize;

/// A user as the API returns it, plus the role, which the API does not return.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct User {
    /// Id: 26 upper-case letters and digits.
    pub id: String,
    /// E-mail address: `userNNNN@acme.example`, where `NNNN` is the position in
    /// the list.
    pub email: String,
    /// First and last name.
    pub display_name: String,
    /// State; only an active user can sign in.
    pub state: State,
    /// Time of creation: RFC 3339 in UTC with whole seconds.
    pub create_time: String,
    /// Resource path: `accounts/<account id>/users/<user id>`.
    pub path: String,
    /// Role in the account; never sent.
    #[serde(skip)]
    pub role: Role,
}

/// The state of a user.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// The user can sign in.
    Active,
    /// The user cannot sign in.
    Suspended,
    /// Invented in this API: people ask for invited users by this name.
    Pending,
    /// Invented in this API: a state that 1Password's command line knows.
    Inactive,
    /// Invented in this API: a state that 1Password's command line knows.
    RecoveryStarted,
    /// Invented in this API: a state that 1Password's command line knows.
    TransferSuspended,
}

impl State {
    /// The states that the API does not document.
    pub const UNKNOWN: [Self; 4] = [
        Self::Pending,
        Self::Inactive,
        Self::RecoveryStarted,
        Self::TransferSuspended,
    ];
}

/// The role of a user in the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// An owner. The last active owner cannot be suspended.
    Owner,
    /// An administrator managed from outside the account, who cannot be
    /// suspended.
    ExternallyManagedAdministrator,
    /// An administrator managed by the account.
    Administrator,
    /// A user without a special role.
    Member,
}
