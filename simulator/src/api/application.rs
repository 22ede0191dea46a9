//! The OAuth application that a client authenticates as.

use axum::http::HeaderMap;
use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{
    api::{
        error::ApiError,
        prng::{LOWER_ALPHANUMERIC, SplitMix64, UPPER_ALPHANUMERIC},
        request::authorization,
    },
    permission::{Permission, Permissions},
};

/// A client id, its secret and its permissions.
#[derive(Clone, Debug)]
pub(crate) struct Application {
    pub(crate) client_id: String,
    pub(crate) client_secret: String,
    pub(crate) permissions: Permissions,
    prng: SplitMix64,
}

impl Application {
    pub(crate) fn new(seed: u64, permissions: Permissions) -> Self {
        let mut prng = SplitMix64::new(seed, "application");
        Self {
            client_id: prng.text(UPPER_ALPHANUMERIC, 26),
            client_secret: generate_secret(&mut prng),
            permissions,
            prng,
        }
    }

    /// Replaces the secret and returns the new one.
    pub(crate) fn rotate_secret(&mut self) -> String {
        self.client_secret = generate_secret(&mut self.prng);
        self.client_secret.clone()
    }

    /// Checks the credentials of a token or revoke request.
    ///
    /// The API takes id and secret as they are, without the form-encoding of
    /// RFC 6749, section 2.3.1.
    pub(crate) fn authenticate(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        let credentials = basic_credentials(headers).ok_or(ApiError::MissingBasic)?;
        let (id, secret) = credentials.split_once(':').ok_or(ApiError::MissingBasic)?;
        if id == self.client_id && secret == self.client_secret {
            Ok(())
        } else {
            Err(ApiError::InvalidClient)
        }
    }

    pub(crate) fn check_permission(&self, permission: Permission) -> Result<(), ApiError> {
        if self.permissions.contains(permission) {
            Ok(())
        } else {
            Err(ApiError::MissingPermission(permission))
        }
    }
}

/// Returns the decoded credentials of `Authorization: Basic` (RFC 7617).
fn basic_credentials(headers: &HeaderMap) -> Option<String> {
    let bytes = STANDARD.decode(authorization(headers, "basic")?).ok()?;
    String::from_utf8(bytes).ok()
}

/// Returns a secret that contains `:`, `+`, `/` and `%3D`.
///
/// These characters expose clients that encode the secret before base64, or
/// split the credentials at the last colon.
fn generate_secret(prng: &mut SplitMix64) -> String {
    format!(
        "simulated-secret-{}:+/%3D{}",
        prng.text(LOWER_ALPHANUMERIC, 16),
        prng.text(LOWER_ALPHANUMERIC, 4)
    )
}
