//! Credentials of a caller of the service, generated for each run with a simulated account.

use base64::{Engine, prelude::BASE64_STANDARD};
use ring::{
    digest::{SHA256, digest},
    rand::{SecureRandom, SystemRandom},
};

use crate::failure::Failure;

const NAME: &str = "simulated";

/// A caller with the role `contain`.
pub(super) struct SimulatedCaller {
    pub(super) key: String,
    pub(super) webhook_secret: String,
}

impl SimulatedCaller {
    /// Generates a key and a webhook secret.
    pub(super) fn new() -> Result<Self, Failure> {
        Ok(Self {
            key: hex(&random()?),
            webhook_secret: format!("whsec_{}", BASE64_STANDARD.encode(random()?)),
        })
    }

    /// Value of `OP_SERVICE_KEYS` with the key.
    pub(super) fn keys_setting(&self) -> String {
        let digest = digest(&SHA256, self.key.as_bytes());
        format!("{NAME}:contain:{}", hex(digest.as_ref()))
    }

    /// Value of `OP_SERVICE_WEBHOOK_SECRETS` with the webhook secret.
    pub(super) fn webhook_secrets_setting(&self) -> String {
        format!("{NAME}:{}", self.webhook_secret)
    }
}

fn random() -> Result<[u8; 32], Failure> {
    let mut bytes = [0; 32];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| Failure::other("the system provides no random numbers"))?;
    Ok(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
