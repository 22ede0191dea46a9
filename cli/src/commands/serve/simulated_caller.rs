//! Credentials of a caller of the service, generated for each run with a simulated account.

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::{
    commands::service::{GeneratedKey, random_bytes},
    failure::Failure,
};

const NAME: &str = "simulated";

/// A caller with the role `contain`.
pub(super) struct SimulatedCaller {
    pub(super) key: String,
    /// Value of `OP_SERVICE_KEYS` with the key.
    pub(super) keys_setting: String,
    pub(super) webhook_secret: String,
}

impl SimulatedCaller {
    /// Generates a key and a webhook secret.
    pub(super) fn new() -> Result<Self, Failure> {
        let generated = GeneratedKey::new()?;
        Ok(Self {
            keys_setting: generated.setting(NAME, "contain"),
            key: generated.key,
            webhook_secret: format!("whsec_{}", BASE64_STANDARD.encode(random_bytes()?)),
        })
    }

    /// Value of `OP_SERVICE_WEBHOOK_SECRETS` with the webhook secret.
    pub(super) fn webhook_secrets_setting(&self) -> String {
        format!("{NAME}:{}", self.webhook_secret)
    }
}
