//! Header `Authorization`: the key that a request presents, as a bearer token or as a Basic password.

use alloc::{borrow::ToOwned, vec::Vec};

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::request::Request;

/// Values of `WWW-Authenticate`, each a header of its own: many programs read only one challenge per header (RFC 9110, section
/// 11.6.1).
pub(crate) const CHALLENGES: [&str; 2] = [
    "Bearer",
    "Basic realm=\"onepassword-users\", charset=\"UTF-8\"",
];

/// Returns the key that a request presents: a bearer token (RFC 6750, section 2.1), or the password of Basic (RFC 7617), with any
/// user name.
///
/// Errors: the reason, for the operator.
pub(crate) fn presented_key(request: &Request) -> Result<Vec<u8>, &'static str> {
    const MISSING: &str =
        "not exactly one header authorization with a bearer key or a Basic password";
    let (scheme, credentials) = request
        .header("authorization")
        .and_then(|value| value.split_once(' '))
        .ok_or(MISSING)?;
    let credentials = credentials.trim_start_matches(' ');
    let key = if scheme.eq_ignore_ascii_case("bearer") {
        credentials.as_bytes().to_owned()
    } else if scheme.eq_ignore_ascii_case("basic") {
        if is_from_web_page(request) {
            return Err("a web page sent the request, with a Basic password that a browser keeps");
        }
        basic_password(credentials).ok_or("the Basic credentials are not base64 of NAME:KEY")?
    } else {
        return Err(MISSING);
    };
    if key.is_empty() {
        return Err(MISSING);
    }
    Ok(key)
}

/// Returns the password of Basic credentials: everything after the first colon.
fn basic_password(credentials: &str) -> Option<Vec<u8>> {
    let mut decoded = STANDARD.decode(credentials).ok()?;
    let colon = decoded.iter().position(|byte| *byte == b':')?;
    Some(decoded.split_off(colon.saturating_add(1)))
}

/// Returns true if a page in a browser sent the request. A browser adds a Basic password that it knows to requests of any page,
/// also to those that change a user.
fn is_from_web_page(request: &Request) -> bool {
    request.headers.iter().any(|(name, value)| {
        name == "origin" || (name == "sec-fetch-site" && !value.eq_ignore_ascii_case("none"))
    })
}
