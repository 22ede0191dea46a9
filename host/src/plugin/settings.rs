//! Settings for `configure`: as the contract has them, but with a Debug that shows no secret.

use std::fmt;

use crate::bindings::connection;
pub use crate::bindings::connection::{ApiVersion, BaseUrl};

/// Everything that an instance needs to know: `settings` in the contract.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The account's id.
    pub account_id: String,
    /// What the application proves itself with.
    pub credentials: Credentials,
    /// Where the account lives.
    pub base_url: BaseUrl,
    /// The generation of the API's paths.
    pub api_version: ApiVersion,
    /// Another path for the token exchange than the version's own.
    pub token_path: Option<String>,
    /// Another path for the revocation than the version's own.
    pub revoke_path: Option<String>,
    /// `Product/version` of the host.
    pub user_agent: Option<String>,
    /// Milliseconds for a whole call: 1 to 3,600,000. 30,000 if none.
    pub deadline_ms: Option<u32>,
}

/// What the application proves itself with.
#[derive(Clone, Debug)]
pub enum Credentials {
    /// The id and the secret.
    Client(ClientCredentials),
    /// base64 of `id:secret`, or a placeholder for it.
    Basic(Basic),
}

/// The OAuth application's id and secret, raw.
#[derive(Clone)]
pub struct ClientCredentials {
    /// The application's id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
}

/// base64 of `id:secret`, or a placeholder for it.
#[derive(Clone)]
pub struct Basic(pub String);

impl fmt::Debug for ClientCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCredentials")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Basic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Basic([redacted])")
    }
}

impl From<&Settings> for connection::Settings {
    fn from(settings: &Settings) -> Self {
        Self {
            account_id: settings.account_id.clone(),
            credentials: match &settings.credentials {
                Credentials::Client(client) => {
                    connection::Credentials::Client(connection::ClientCredentials {
                        client_id: client.client_id.clone(),
                        client_secret: client.client_secret.clone(),
                    })
                }
                Credentials::Basic(basic) => connection::Credentials::Basic(basic.0.clone()),
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
