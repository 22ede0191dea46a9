//! Calls and their arguments.

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Serialize};

/// A function of the contract, with its arguments.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Operation {
    /// `users.list-users`: one page. Result: `page`.
    ListUsers(ListUsers),
    /// `users.get-user`. Result: `user`.
    GetUser(OneUser),
    /// `users.suspend-user`. Result: `user`.
    SuspendUser(OneUser),
    /// `users.reactivate-user`. Result: `user`.
    ReactivateUser(OneUser),
    /// `containment.find-user`. Result: `user`.
    FindUser(FindUser),
    /// `containment.list-all-users`. Result: `list`.
    ListAllUsers(ListAllUsers),
    /// `containment.suspend-users`. Result: `report`.
    SuspendUsers(ChangeUsers),
    /// `containment.reactivate-users`. Result: `report`.
    ReactivateUsers(ChangeUsers),
    /// `connection.check`. Result: `findings`.
    Check(NoArguments),
    /// `connection.revoke-token`. Result: `revoked`.
    RevokeToken(NoArguments),
}

/// Filter of a list by state.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum StateFilter {
    /// Active users only.
    Active,
    /// Suspended users only.
    Suspended,
}

/// Filter and position of a list.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListUsers {
    /// State of the users to list. Default: users in every state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<StateFilter>,
    /// Maximum number of users in the page: 1 to 1000. Default: the server's, 25 according to its documentation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_page_size: Option<u32>,
    /// Position to continue from: `nextPageToken` of the previous page, 1 to 4096 bytes. Default: the first page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page_token: Option<String>,
}

/// The user of a call.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OneUser {
    /// User id: 1 to 1024 bytes, without control characters, not `.` or `..`.
    pub id: String,
}

/// An address to find.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FindUser {
    /// E-mail address: at most 1024 bytes, with an `@`, without control characters.
    pub email: String,
    /// Deadline in milliseconds, in place of that from the settings: 1 to 3,600,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_ms: Option<u32>,
}

/// Filter and limit of a whole list.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ListAllUsers {
    /// State of the users to list. Default: users in every state.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<StateFilter>,
    /// Maximum number of users: at least 1.
    pub limit: u32,
    /// Deadline in milliseconds, in place of that from the settings: 1 to 3,600,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_ms: Option<u32>,
}

/// Targets and options of a bulk change.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeUsers {
    /// Users to change: at most 10,000.
    pub targets: Vec<Target>,
    /// Guards and limits.
    #[serde(default)]
    pub options: ChangeOptions,
}

/// A user to change.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Target {
    /// Id or e-mail address of the user.
    pub who: Selector,
    /// E-mail address that the user must have; otherwise the target fails with `precondition-failed`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expect_email: Option<String>,
}

/// Name of a user.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Selector {
    /// User id.
    Id(String),
    /// E-mail address. Resolved by reading the list.
    Email(String),
}

/// Guards and limits of a bulk change. A guard that cannot be checked counts as violated.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeOptions {
    /// Looks everything up and checks every guard as a real run does, and changes nothing. Default: false.
    #[serde(default)]
    pub dry_run: bool,
    /// Maximum number of users to change. If more would be changed, the whole call is refused before the first change.
    /// Default: no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_changes: Option<u32>,
    /// Users who must not be changed. Default: none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub protect: Vec<Selector>,
    /// Maximum number of concurrent requests: 1 to 16. Default: 4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<u8>,
    /// Starts nothing new after the first target that fails. Default: false.
    #[serde(default)]
    pub stop_on_error: bool,
    /// Deadline in milliseconds, in place of that from the settings: 1 to 3,600,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_ms: Option<u32>,
}

/// The arguments of a function that takes none: `{}`.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct NoArguments {}
