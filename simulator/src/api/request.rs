//! Requests as the API receives them, with the headers that it checks.

use axum::{
    body::Bytes,
    http::{
        HeaderMap, Method,
        header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, USER_AGENT},
    },
};

use crate::api::error::ApiError;

/// A received request.
#[derive(Debug)]
pub(crate) struct ApiRequest {
    pub(crate) method: Method,
    /// Path, still percent-encoded.
    pub(crate) path: String,
    /// Query, still percent-encoded; empty if there was none.
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    /// `None` if the body was longer than the server reads.
    pub(crate) body: Option<Bytes>,
}

impl ApiRequest {
    /// Checks that the body is empty, and that a POST says so in a
    /// `Content-Length` header (RFC 9110, section 8.6).
    pub(crate) fn check_empty_body(&self) -> Result<(), ApiError> {
        if !self.body.as_ref().is_some_and(Bytes::is_empty) {
            return Err(ApiError::BodyNotEmpty);
        }
        if self.method == Method::POST && !self.headers.contains_key(CONTENT_LENGTH) {
            return Err(ApiError::MissingContentLength);
        }
        Ok(())
    }
}

/// Returns the credentials of an `Authorization` header with this scheme.
///
/// `None` if the header is missing, repeated or has another scheme.
pub(crate) fn authorization<'a>(headers: &'a HeaderMap, scheme: &str) -> Option<&'a str> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return None;
    };
    let (found, credentials) = value.to_str().ok()?.split_once(' ')?;
    found.eq_ignore_ascii_case(scheme).then_some(credentials)
}

/// Returns true if the body is declared as a form.
pub(crate) fn is_form(headers: &HeaderMap) -> bool {
    let media_type = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next())
        .unwrap_or_default();
    media_type
        .trim()
        .eq_ignore_ascii_case("application/x-www-form-urlencoded")
}

/// Returns true if the `User-Agent` is a list of `name/version` products.
///
/// Stricter than RFC 9110, section 10.1.5: each product needs a version, and
/// comments are not allowed.
pub(crate) fn has_valid_user_agent(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(USER_AGENT).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return false;
    };
    value.to_str().is_ok_and(|products| {
        products.split(' ').all(|product| {
            product
                .split_once('/')
                .is_some_and(|(name, version)| is_token(name) && is_token(version))
        })
    })
}

/// Returns true if the client accepts JSON (RFC 9110, section 12.5.1).
///
/// A request without an `Accept` header accepts every media type.
pub(crate) fn accepts_json(headers: &HeaderMap) -> bool {
    if !headers.contains_key(ACCEPT) {
        return true;
    }
    headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(range_includes_json)
}

fn range_includes_json(media_range: &str) -> bool {
    let mut parts = media_range.split(';').map(str::trim);
    let media_type = parts.next().unwrap_or_default().to_ascii_lowercase();
    let has_zero_weight = parts.any(|parameter| {
        parameter.split_once('=').is_some_and(|(name, weight)| {
            name.eq_ignore_ascii_case("q") && weight.parse() == Ok(0.0)
        })
    });
    let includes_json = matches!(
        media_type.as_str(),
        "*/*" | "application/*" | "application/json"
    );
    includes_json && !has_zero_weight
}

/// Returns true if the text is a token (RFC 9110, section 5.6.2).
fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    #[test]
    fn a_user_agent_is_a_list_of_products_with_versions() {
        for valid in ["Acme/1", "Acme-SOAR/2.1.0 op-users/0.2.0"] {
            assert!(has_valid_user_agent(&headers(USER_AGENT, valid)), "{valid}");
        }
        for invalid in [
            "",
            "Acme",
            "Acme/",
            "/1",
            "Acme /1",
            "Acme/1  x/2",
            "Acme/1 (linux)",
            "a/b/c",
        ] {
            let headers = headers(USER_AGENT, invalid);
            assert!(!has_valid_user_agent(&headers), "{invalid}");
        }
        assert!(!has_valid_user_agent(&HeaderMap::new()));
    }

    #[test]
    fn json_is_accepted_by_name_by_range_or_without_a_header() {
        for accepting in ["application/json", "text/html, Application/*;q=0.1", "*/*"] {
            assert!(accepts_json(&headers(ACCEPT, accepting)), "{accepting}");
        }
        for refusing in ["", "text/html", "application/json;q=0", "application/jsonx"] {
            assert!(!accepts_json(&headers(ACCEPT, refusing)), "{refusing}");
        }
        assert!(accepts_json(&HeaderMap::new()));
    }
}
