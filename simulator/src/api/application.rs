//! The OAuth application that a client acts as.

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::api::error::ApiError;
use crate::api::prng::{LOWER, SplitMix64, UPPER};
use crate::permission::{Permission, Permissions};

/// The client id, its secret and the permissions that it was given.
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
            client_id: prng.text(UPPER, 26),
            client_secret: secret(&mut prng),
            permissions,
            prng,
        }
    }

    /// Replaces the secret, and returns the new one.
    pub(crate) fn rotate_secret(&mut self) -> String {
        self.client_secret = secret(&mut self.prng);
        self.client_secret.clone()
    }

    /// Checks the credentials of a token or revoke request, which the API
    /// takes raw, without the form-encoding of RFC 6749, section 2.3.1.
    pub(crate) fn authenticate(&self, headers: &HeaderMap) -> Result<(), ApiError> {
        let credentials = basic(headers).ok_or(ApiError::MissingBasic)?;
        let (id, secret) = credentials.split_once(':').ok_or(ApiError::MissingBasic)?;
        if id == self.client_id && secret == self.client_secret {
            Ok(())
        } else {
            Err(ApiError::InvalidClient)
        }
    }

    pub(crate) fn permit(&self, permission: Permission) -> Result<(), ApiError> {
        if self.permissions.contains(permission) {
            Ok(())
        } else {
            Err(ApiError::MissingPermission(permission))
        }
    }
}

/// The text behind `Authorization: Basic`, RFC 7617.
fn basic(headers: &HeaderMap) -> Option<String> {
    let bytes = STANDARD.decode(authorization(headers, "basic")?).ok()?;
    String::from_utf8(bytes).ok()
}

/// What follows the scheme in the only `Authorization` header.
pub(crate) fn authorization<'a>(headers: &'a HeaderMap, scheme: &str) -> Option<&'a str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return None;
    };
    let (found, rest) = value.to_str().ok()?.split_once(' ')?;
    found.eq_ignore_ascii_case(scheme).then_some(rest)
}

/// Its `:`, `+`, `/` and `%3D` find out clients that encode a secret before
/// the base64, or that split the credentials at the last colon.
fn secret(prng: &mut SplitMix64) -> String {
    format!(
        "simulated-secret-{}:+/%3D{}",
        prng.text(LOWER, 16),
        prng.text(LOWER, 4)
    )
}
