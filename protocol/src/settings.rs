//! Settings of an instance.

use alloc::string::String;
use core::fmt;

use serde::{Deserialize, Serialize};

/// Settings of an instance, which serves one account: `settings` in the contract.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Settings {
    /// Id of the 1Password account.
    pub account_id: String,
    /// Credentials of the OAuth application.
    pub credentials: Credentials,
    /// Server. Default: `com`.
    #[serde(default)]
    pub base_url: BaseUrl,
    /// Version of the API. Default: `auto`.
    #[serde(default)]
    pub api_version: ApiVersion,
    /// Path of the token endpoint, if it is not that of the API version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub token_path: Option<String>,
    /// Path of the revocation endpoint, if it is not that of the API version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revoke_path: Option<String>,
    /// Value of the header `User-Agent`. Default: name and version of this client.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_agent: Option<String>,
    /// Deadline of each call in milliseconds: 1 to 3,600,000. Default: 30,000.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_ms: Option<u32>,
}

/// Credentials of the OAuth application.
#[derive(Clone, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum Credentials {
    /// Client id and secret.
    Client(ClientCredentials),
    /// The base64 of `id:secret`, as 1Password shows it.
    Basic(String),
}

/// Client id and secret.
#[derive(Clone, Deserialize, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ClientCredentials {
    /// Client id.
    pub client_id: String,
    /// Client secret.
    pub client_secret: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Client(_) => "Client(..)",
            Self::Basic(_) => "Basic(..)",
        })
    }
}

impl fmt::Debug for ClientCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientCredentials { .. }")
    }
}

/// Server of the API.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
pub enum BaseUrl {
    /// `https://api.1password.com`
    #[default]
    Com,
    /// `https://api.1password.ca`
    Ca,
    /// `https://api.1password.eu`
    Eu,
    /// Another origin, for example `https://proxy.example:8443`. `http` only on loopback.
    Origin(String),
}

/// Version of the API.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum ApiVersion {
    /// The one that the token endpoint answers in.
    #[default]
    Auto,
    /// `v1beta1`
    V1Beta1,
    /// `v1`
    V1,
}
