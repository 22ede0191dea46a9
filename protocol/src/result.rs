//! Results and errors of calls.

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::operation::NoArguments;

/// Result of a call.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum CallResult {
    /// A user.
    User(User),
    /// A page of users.
    Page(UserPage),
    /// A list of users.
    List(UserList),
    /// Report of a bulk change.
    Report(Report),
    /// Findings of a check.
    Findings(Vec<Finding>),
    /// The token was revoked, or there was none.
    Revoked(NoArguments),
    /// The call failed.
    Error(Error),
}

/// A user of the account. A field that the server left out is an empty string, except `id`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct User {
    /// Opaque identifier, case-sensitive.
    pub id: String,
    /// E-mail address used to sign in, as the server spells it.
    pub email: String,
    /// Full name.
    pub display_name: String,
    /// Access state.
    pub state: UserState,
    /// Creation time in UTC, as the server sent it (RFC 3339).
    pub create_time: String,
    /// Resource name: `accounts/<account>/users/<id>`.
    pub path: String,
}

/// Access state of a user.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum UserState {
    /// `ACTIVE`: the user has access.
    Active,
    /// `SUSPENDED`: the user has no access until reactivated.
    Suspended,
    /// The server sent no state, or `STATE_UNSPECIFIED`.
    Unspecified,
    /// A state unknown to this version, as the server spells it.
    Other(String),
}

/// One page of a list.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UserPage {
    /// Users in the server's order. May be empty even if more pages follow.
    pub users: Vec<User>,
    /// Position of the next page. Absent on the last page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_page_token: Option<String>,
}

/// A list of users, read to its end or to a limit.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct UserList {
    /// Users in the server's order. A user whom the server lists twice is contained once.
    pub users: Vec<User>,
    /// False if the limit was reached before the last page: more users may follow.
    pub complete: bool,
}

/// Result of a bulk change.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Report {
    /// One report per target, in the order of the targets.
    pub targets: Vec<TargetReport>,
    /// Error `precondition-failed` if the whole call was refused because it would have changed more users than `maxChanges`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<Error>,
    /// Number of HTTP requests sent for this call, token requests and retries included.
    pub requests: u32,
    /// Sentences for people about guards that did less than they seem to.
    pub warnings: Vec<String>,
}

/// Result for one target.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TargetReport {
    /// Result.
    pub outcome: OutcomeName,
    /// Error of a target that failed. Absent for all other outcomes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
    /// User as last seen by this call. Absent if never seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<User>,
    /// State before any change, as found during look-up. Absent if the user was not found or could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_state: Option<UserState>,
}

/// Result for one target, in a word.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum OutcomeName {
    /// This call made the change.
    Changed,
    /// The look-up found the user in the requested state. No change was sent.
    Unchanged,
    /// A change would have been sent if this were not a dry run, or if `maxChanges` had not been exceeded.
    WouldChange,
    /// The target failed. The error's `effect` tells if the change may have been made.
    Failed,
    /// Not tried, because another target failed or the call was stopped.
    Skipped,
}

/// Result of one check, with the details.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Finding {
    /// Name of the check.
    pub check: String,
    /// Result.
    pub verdict: Verdict,
    /// Observation and, for a failed check, advice; for people.
    pub detail: String,
}

/// Result of one check.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It works.
    Passed,
    /// It does not work.
    Failed,
    /// Not tried, or the response proves neither.
    Unknown,
}

/// Error of a failed call.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Error {
    /// Cause, to branch on.
    pub code: ErrorCode,
    /// Operation and cause, in one sentence for people. Contains no secrets and no tokens.
    pub message: String,
    /// Advice for people: what to check or change. Absent where nothing is known to help.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Effect on the account. `not-applied` for calls that only read.
    pub effect: Effect,
    /// True if the same call can succeed later without a change.
    pub retryable: bool,
    /// Wait that the server asked for, in milliseconds, at most a day: 86,400,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after_ms: Option<u64>,
    /// HTTP status of the decisive response. Absent if there was no response.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// Error code of the API, in the numbering of gRPC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_code: Option<i32>,
    /// Error message of the server: at most 512 bytes, with secrets and tokens redacted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_message: Option<String>,
    /// Ids of the users who share an e-mail address: the first 8 of them. Empty unless `code` is `ambiguous`.
    pub candidates: Vec<String>,
    /// Number of HTTP requests sent for this call; in the report of a target: of the step that failed.
    pub requests: u32,
}

/// Effect of a failed call on the account.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Effect {
    /// The call changed nothing.
    NotApplied,
    /// A change was sent, and no response of the API confirmed or rejected it: it may have been made.
    PossiblyApplied,
}

/// Cause of an error, to branch on.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ErrorCode {
    /// An argument is wrong.
    InvalidArgument,
    /// A setting is missing or wrong, or the server does not have the path.
    NotConfigured,
    /// The server rejected the client id and secret, or a token that it had just issued.
    Unauthenticated,
    /// The OAuth application lacks the permission for this operation.
    PermissionDenied,
    /// The last remaining owner cannot be suspended.
    LastOwner,
    /// An externally managed administrator cannot be suspended.
    ExternallyManaged,
    /// The user or the account does not exist.
    NotFound,
    /// Several users have this e-mail address.
    Ambiguous,
    /// The user is one of `protect`, and was not changed because of it.
    Protected,
    /// Another guard did not hold, and the change was not made because of it.
    PreconditionFailed,
    /// The server asked for fewer requests (429).
    RateLimited,
    /// The server failed (5xx or 408), on the last attempt too.
    Unavailable,
    /// No response in time.
    TimedOut,
    /// DNS, TCP or TLS failed, or the connection broke.
    ConnectionFailed,
    /// The response is not one of this API, does not match the request, or is too large.
    MalformedResponse,
    /// Any other cause, also that the call was stopped by its caller.
    Other,
}
