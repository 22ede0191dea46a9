//! The client credentials grant of OAuth 2.0, and revocation.

use axum::http::HeaderMap;
use axum::http::header::CONTENT_TYPE;
use serde_json::json;

use crate::api::Api;
use crate::api::error::ApiError;
use crate::api::percent_encoding;
use crate::api::response::ApiResponse;

impl Api {
    /// RFC 6749, section 4.4.
    pub(crate) fn issue_token(
        &mut self,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<ApiResponse, ApiError> {
        let [grant_type, scope] = form(headers, body, ["grant_type", "scope"])?;
        self.application.authenticate(headers)?;
        match grant_type.as_deref() {
            None => return Err(ApiError::MissingGrantType),
            Some("client_credentials") => {}
            Some(_) => return Err(ApiError::UnsupportedGrantType),
        }
        if scope.is_some_and(|scope| scope != "openid") {
            return Err(ApiError::UnsupportedScope);
        }
        let token = self.tokens.issue(self.clock.now());
        let answer = json!({
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": self.tokens.life().as_secs(),
            "scope": "openid",
        });
        Ok(ApiResponse::json(200, &answer).with_header("cache-control", "no-store"))
    }

    /// RFC 7009: a token that is unknown or no longer valid is no error.
    pub(crate) fn revoke_token(
        &mut self,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Result<ApiResponse, ApiError> {
        let [token] = form(headers, body, ["token"])?;
        self.application.authenticate(headers)?;
        let token = token.ok_or(ApiError::MissingTokenField)?;
        self.tokens.revoke(&token);
        Ok(ApiResponse::empty(200))
    }
}

/// The values of the `known` fields of a form, which may have no others.
fn form<const N: usize>(
    headers: &HeaderMap,
    body: &[u8],
    known: [&str; N],
) -> Result<[Option<String>; N], ApiError> {
    if !is_form(headers) {
        return Err(ApiError::NotFormEncoded);
    }
    let fields = std::str::from_utf8(body)
        .ok()
        .and_then(percent_encoding::fields)
        .ok_or(ApiError::MalformedForm)?;
    let mut values = [const { None }; N];
    for (name, value) in fields {
        if name == "client_id" || name == "client_secret" {
            return Err(ApiError::CredentialsInBody);
        }
        let Some(at) = known.iter().position(|known| *known == name) else {
            return Err(ApiError::UnknownField(name));
        };
        if values[at].replace(value).is_some() {
            return Err(ApiError::RepeatedField(name));
        }
    }
    Ok(values)
}

fn is_form(headers: &HeaderMap) -> bool {
    let kind = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .unwrap_or_default();
    kind.trim()
        .eq_ignore_ascii_case("application/x-www-form-urlencoded")
}
