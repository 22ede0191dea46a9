//! Events: what a host tells the module.

use alloc::{collections::BTreeMap, string::String};

use serde::{Deserialize, Serialize};

use crate::{operation::Operation, settings::Settings};

/// An event. Its bytes are one line of JSON; for `answer` and `body`, a line feed and the bytes of a piece of the body may
/// follow.
///
/// `now` is the host's monotonic clock in milliseconds, from any origin that makes it 0 to 10^13. The module never lets it go
/// back.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Event {
    /// Replaces all settings at once, and forgets the token. Calls under way keep the settings that they started with.
    Configure(Configure),
    /// Starts a call.
    Start(Start),
    /// The head of a response arrived, and as much of its body as is there.
    Answer(Answer),
    /// More of the body of a response arrived.
    Body(BodyPiece),
    /// A request got no response, or not the whole of one.
    Fail(Fail),
    /// The time is now at, or after, the `wake` of the last actions.
    Tick(Tick),
    /// Ends a call early, or all of them. Each still ends with `done`.
    Stop(Stop),
}

/// Settings for an instance. Calls of an instance without valid settings fail with the problems of the last ones.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Configure {
    /// Current time in milliseconds.
    pub now: f64,
    /// Source of the settings.
    pub from: SettingsSource,
    /// A random number, so that instances that start together do not retry together. That of the first
    /// `configure` counts. Default: 0.
    #[serde(default)]
    pub seed: u32,
}

/// Source of settings.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum SettingsSource {
    /// The settings themselves.
    Settings(Settings),
    /// Environment variables. Those that start with `OP_USERS_` are the settings, under the names and rules of the plugin; a
    /// host may leave out the others.
    Environment(BTreeMap<String, String>),
}

/// A call to start.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Start {
    /// Current time in milliseconds.
    pub now: f64,
    /// Number of the call, chosen by the host. Not that of a call under way.
    pub call: u32,
    /// The function of the contract to call, with its arguments.
    pub operation: Operation,
}

/// Head of a response.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Answer {
    /// Current time in milliseconds.
    pub now: f64,
    /// `id` of the request. An id that is not open any more changes nothing.
    pub request: u32,
    /// HTTP status.
    pub status: u16,
    /// Header `Retry-After`, as sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<String>,
    /// Header `Date`, as sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Header `Content-Length`, as sent. Counts before decompression, so that it is a lower bound only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_length: Option<String>,
    /// True if more of the body follows, in `body` or `fail` events.
    pub more: bool,
}

/// A piece of the body of a response.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BodyPiece {
    /// Current time in milliseconds.
    pub now: f64,
    /// `id` of the request.
    pub request: u32,
    /// True if more of the body follows.
    pub more: bool,
}

/// Failure of a request.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Fail {
    /// Current time in milliseconds.
    pub now: f64,
    /// `id` of the request.
    pub request: u32,
    /// Kind of the failure.
    pub kind: FailureKind,
    /// False only if no byte of the request can have reached the server. Default: true.
    #[serde(default = "yes")]
    pub possibly_sent: bool,
    /// Cause in words, without secrets: part of the message of the error. The module removes the secrets that it knows and control
    /// characters, and keeps 512 bytes.
    pub detail: String,
}

const fn yes() -> bool {
    true
}

/// Kind of a request's failure.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// The host does not allow or accept the request. With `possiblySent: false` after a `stop` of its call, as if the module
    /// had not asked for it: a host may learn of the stop when it has the request already.
    Denied,
    /// DNS, TCP or TLS failed, or the connection broke.
    Connection,
    /// A time-out of the host's HTTP client passed.
    TimedOut,
    /// The response is larger than the host's HTTP client accepts.
    TooLarge,
    /// The response is not HTTP.
    Malformed,
}

/// The time, told because of `wake`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Tick {
    /// Current time in milliseconds.
    pub now: f64,
}

/// An early end.
///
/// No new request of the call is sent, and no wait before a retry goes on: the call then fails with what the last response said.
/// A call of which nothing has failed yet fails with `other`. Targets of a bulk change for which no change was sent are
/// `skipped`.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Stop {
    /// Current time in milliseconds.
    pub now: f64,
    /// Number of the call. Default: all calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<u32>,
    /// True to cancel requests under way too: changes among them are then `possibly-applied`, and the calls end in this step.
    /// False to wait for their responses.
    pub at_once: bool,
}
