//! Actions: what the module wants its host to do after an event.

use alloc::{collections::BTreeMap, string::String, vec::Vec};
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::result::{CallResult, Error, TargetReport};

/// Actions after an event. Lists without elements are left out.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Actions {
    /// The event was not carried out: it cannot be read (`invalid-argument`), or the settings of a `configure` are not valid
    /// (`not-configured`). Other members may be set nevertheless.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Error>,
    /// Requests to send, concurrently.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub send: Vec<SendRequest>,
    /// Requests to cancel. Nothing needs to be told about them any more.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cancel: Vec<Cancel>,
    /// Results of single targets of bulk changes, in the order in which they became known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settled: Vec<Settled>,
    /// Calls that ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub done: Vec<Done>,
    /// Time of the host's clock, in milliseconds, at which it tells `tick`, unless an earlier event brings other actions. It
    /// replaces the `wake` of all earlier actions: without it there is nothing to wait for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wake: Option<u64>,
}

/// A request to send.
#[derive(Clone, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SendRequest {
    /// Number of the request.
    pub id: u32,
    /// Number of the call that it belongs to. A token serves other calls too.
    pub call: u32,
    /// Purpose of the request.
    pub purpose: Purpose,
    /// Id of the user whom the request reads or changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// `GET` or `POST`.
    pub method: String,
    /// URL.
    pub url: String,
    /// Headers: names in lower case. The host adds `host` and `content-length`.
    pub headers: BTreeMap<String, String>,
    /// Body. Default: none, which for `POST` is an empty one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Time-out in milliseconds to make the connection, if the host's HTTP client has one. The module ends all other phases
    /// itself, by `cancel`.
    pub connect_ms: u64,
}

impl fmt::Debug for SendRequest {
    /// Shows method and URL. Headers and body contain secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.id, self.method, self.url)
    }
}

/// Purpose of a request.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Exchanges the credentials for a token, or asks if a token endpoint exists.
    Token,
    /// Revokes a token.
    Revoke,
    /// Lists users.
    List,
    /// Reads a user.
    Get,
    /// Suspends a user.
    Suspend,
    /// Reactivates a user.
    Reactivate,
}

/// A request to cancel.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cancel {
    /// Number of the request.
    pub id: u32,
    /// Number of the call that it belongs to.
    pub call: u32,
    /// Purpose of the request.
    pub purpose: Purpose,
    /// Id of the user whom the request reads or changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
}

/// Result of one target of a bulk change. Each target is settled once, before its call is done.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settled {
    /// Number of the call.
    pub call: u32,
    /// Index of the target, from 0.
    pub target: u32,
    /// Report of the target, as in the report of the call. `user` is as last seen at this time: a call may change the user later
    /// for another target.
    pub report: TargetReport,
}

/// End of a call.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Done {
    /// Number of the call, which may be used for another one now.
    pub call: u32,
    /// Result of the call.
    pub result: CallResult,
}
