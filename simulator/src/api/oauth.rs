//! Access tokens: the OAuth 2.0 client credentials grant and token revocation.

use axum::http::HeaderMap;
use serde_json::json;

use crate::api::{
    error::ApiError, percent_encoding, request::is_form, response::ApiResponse, state::ApiState,
};

/// Issues an access token (RFC 6749, section 4.4).
pub(crate) fn issue_token(
    state: &mut ApiState,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<ApiResponse, ApiError> {
    let [grant_type, scope] = parse_form(headers, body, ["grant_type", "scope"])?;
    state.application.authenticate(headers)?;
    match grant_type.as_deref() {
        None => return Err(ApiError::MissingGrantType),
        Some("client_credentials") => {}
        Some(_) => return Err(ApiError::UnsupportedGrantType),
    }
    if scope.is_some_and(|scope| scope != "openid") {
        return Err(ApiError::UnsupportedScope);
    }
    let token = state.tokens.issue(state.clock.now());
    let body = json!({
        "access_token": token,
        "token_type": "Bearer",
        "expires_in": state.tokens.life().as_secs(),
        "scope": "openid",
    });
    Ok(ApiResponse::json(200, &body).with_header("cache-control", "no-store"))
}

/// Revokes an access token (RFC 7009).
///
/// A token that is unknown, expired or already revoked is not an error
/// (section 2.2).
pub(crate) fn revoke_token(
    state: &mut ApiState,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<ApiResponse, ApiError> {
    let [token] = parse_form(headers, body, ["token"])?;
    state.application.authenticate(headers)?;
    let token = token.ok_or(ApiError::MissingTokenField)?;
    state.tokens.revoke(&token);
    Ok(ApiResponse::empty(200))
}

/// Returns the values of the fields in `allowed`; any other field is an error.
fn parse_form<const N: usize>(
    headers: &HeaderMap,
    body: &[u8],
    allowed: [&str; N],
) -> Result<[Option<String>; N], ApiError> {
    if !is_form(headers) {
        return Err(ApiError::NotFormEncoded);
    }
    let fields = std::str::from_utf8(body)
        .ok()
        .and_then(percent_encoding::decode_fields)
        .ok_or(ApiError::MalformedForm)?;
    let mut values = [const { None }; N];
    for (name, value) in fields {
        if name == "client_id" || name == "client_secret" {
            return Err(ApiError::CredentialsInBody);
        }
        let Some(index) = allowed.iter().position(|allowed| *allowed == name) else {
            return Err(ApiError::UnknownField(name));
        };
        if values[index].replace(value).is_some() {
            return Err(ApiError::RepeatedField(name));
        }
    }
    Ok(values)
}
