//! Settings for `configure`: those of the contract, with a `Debug` that shows no secret.

use std::fmt;

use crate::bindings::configuration;

pub use crate::bindings::configuration::{ApiVersion, BaseUrl};

/// All settings of an instance: `settings` in the contract.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Account id.
    pub account_id: String,
    /// Credentials of the OAuth application.
    pub credentials: Credentials,
    /// Origin of the API.
    pub base_url: BaseUrl,
    /// Generation of the API's paths.
    pub api_version: ApiVersion,
    /// Path of the token endpoint, if not the one of the API version.
    pub token_path: Option<String>,
    /// Path of the revocation endpoint, if not the one of the API version.
    pub revoke_path: Option<String>,
    /// Product of the host for the `User-Agent` header, as `product/version`.
    pub user_agent: Option<String>,
    /// Deadline of a call in milliseconds: 1 to 3,600,000. Default: 30,000.
    pub deadline_ms: Option<u32>,
}

/// Credentials of the OAuth application.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// Client id and secret.
    Client(ClientCredentials),
    /// Value of the `Authorization` header after `Basic `.
    Basic(BasicCredentials),
}

/// Client id and secret of the OAuth application, as 1Password shows them.
#[derive(Clone)]
pub struct ClientCredentials {
    /// Client id.
    pub client_id: String,
    /// Client secret.
    pub client_secret: String,
}

/// Base64 of `id:secret`, or a placeholder that the host replaces in outgoing headers.
#[derive(Clone)]
pub struct BasicCredentials(pub String);

impl fmt::Debug for ClientCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCredentials")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for BasicCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BasicCredentials([redacted])")
    }
}

impl From<&Settings> for configuration::Settings {
    fn from(settings: &Settings) -> Self {
        Self {
            account_id: settings.account_id.clone(),
            credentials: match &settings.credentials {
                Credentials::Client(client) => {
                    configuration::Credentials::Client(configuration::ClientCredentials {
                        client_id: client.client_id.clone(),
                        client_secret: client.client_secret.clone(),
                    })
                }
                Credentials::Basic(basic) => configuration::Credentials::Basic(basic.0.clone()),
            },
            base_url: settings.base_url.clone(),
            api_version: settings.api_version,
            token_path: settings.token_path.clone(),
            revoke_path: settings.revoke_path.clone(),
            user_agent: settings.user_agent.clone(),
            deadline_ms: settings.deadline_ms,
        }
    }
}
