//! A caller of the service in front of a simulated account: a key and a webhook secret, made anew each time.

use base64::{Engine, prelude::BASE64_STANDARD};
use ring::{
    digest::{SHA256, digest},
    rand::{SecureRandom, SystemRandom},
};

use crate::failure::Failure;

const NAME: &str = "simulated";

/// A caller who may contain.
pub(crate) struct Caller {
    pub key: String,
    pub webhook_secret: String,
}

impl Caller {
    pub fn new() -> Result<Self, Failure> {
        Ok(Self {
            key: hex(&random()?),
            webhook_secret: format!("whsec_{}", BASE64_STANDARD.encode(random()?)),
        })
    }

    /// `OP_SERVICE_KEYS` that lets the key in.
    pub fn key_setting(&self) -> String {
        let digest = digest(&SHA256, self.key.as_bytes());
        format!("{NAME}:contain:{}", hex(digest.as_ref()))
    }

    /// `OP_SERVICE_WEBHOOK_SECRETS` that lets the webhooks in.
    pub fn secret_setting(&self) -> String {
        format!("{NAME}:{}", self.webhook_secret)
    }
}

fn random() -> Result<[u8; 32], Failure> {
    let mut bytes = [0; 32];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| Failure::Other("the system gives no random numbers".to_owned()))?;
    Ok(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
