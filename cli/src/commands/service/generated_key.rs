//! Keys of callers, generated for one run.

use ring::{
    digest::{SHA256, digest},
    rand::{SecureRandom, SystemRandom},
};

use crate::failure::Failure;

/// A key that no one else knows.
pub(in crate::commands) struct GeneratedKey {
    /// The key, which its caller presents.
    pub(in crate::commands) key: String,
}

impl GeneratedKey {
    pub(in crate::commands) fn new() -> Result<Self, Failure> {
        let key = hex(&random_bytes()?);
        Ok(Self { key })
    }

    /// Value of `OP_SERVICE_KEYS` with the key.
    pub(in crate::commands) fn setting(&self, name: &str, role: &str) -> String {
        let digest = digest(&SHA256, self.key.as_bytes());
        format!("{name}:{role}:{}", hex(digest.as_ref()))
    }
}

/// Returns random bytes that no one can guess.
pub(in crate::commands) fn random_bytes() -> Result<[u8; 32], Failure> {
    let mut bytes = [0; 32];
    SystemRandom::new()
        .fill(&mut bytes)
        .map_err(|_| Failure::other("the system provides no random numbers"))?;
    Ok(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
