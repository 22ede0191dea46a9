//! The response of the token endpoint, from JSON.

use super::{
    json::{Schema, Value},
    object::{malformed, optional, read},
};
use crate::{failure::Failure, secret::Secret};

/// Maximum length of a token, in bytes: hosts limit the size of a header.
const MAX_TOKEN: usize = 8192;
const TOKEN: Schema = Schema {
    fields: &["access_token", "token_type", "expires_in"],
    list: None,
};

/// Response of the token endpoint (RFC 6749, section 5.1).
pub(crate) struct TokenResponse {
    pub token: Secret,
    /// Lifetime in seconds, if the server gave a number.
    pub expires_in: Option<f64>,
}

/// Reads a token. The letter case of `token_type` is not documented.
pub(crate) fn token(body: &[u8]) -> Result<TokenResponse, Failure> {
    let [token, kind, expires_in, ..] = read(body, TOKEN)?.values;
    let token = Secret::new(optional(token)?.unwrap_or_default());
    if optional(kind)?.is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
        return Err(malformed("the token is not a bearer token"));
    }
    let value = token.expose();
    if value.is_empty()
        || value.len() > MAX_TOKEN
        || !value.bytes().all(|byte| byte.is_ascii_graphic())
    {
        return Err(malformed("the token is missing or invalid"));
    }
    let expires_in = match expires_in {
        Value::Number(seconds) => Some(seconds),
        _ => None,
    };
    Ok(TokenResponse { token, expires_in })
}
