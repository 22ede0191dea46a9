//! The two headers that a resource asks about the client: who it is, and what
//! it can read.

use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, USER_AGENT};

/// Whether the `User-Agent` is a list of products, `name/version` each: RFC
/// 9110, section 10.1.5, with the version required and without comments.
pub(crate) fn names_a_product(headers: &HeaderMap) -> bool {
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

/// Whether the `Accept` header, if any, admits JSON: RFC 9110, section 12.5.1.
pub(crate) fn accepts_json(headers: &HeaderMap) -> bool {
    if !headers.contains_key(ACCEPT) {
        return true;
    }
    headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(admits_json)
}

fn admits_json(range: &str) -> bool {
    let mut parts = range.split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
    let refused = parts.any(|parameter| {
        parameter.split_once('=').is_some_and(|(name, weight)| {
            name.eq_ignore_ascii_case("q") && weight.parse() == Ok(0.0)
        })
    });
    matches!(kind.as_str(), "*/*" | "application/*" | "application/json") && !refused
}

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
    fn a_user_agent_is_products_with_versions() {
        for good in ["Acme/1", "Acme-SOAR/2.1.0 op-users/0.2.0"] {
            assert!(names_a_product(&headers(USER_AGENT, good)), "{good}");
        }
        for bad in [
            "",
            "Acme",
            "Acme/",
            "/1",
            "Acme /1",
            "Acme/1  x/2",
            "Acme/1 (linux)",
            "a/b/c",
        ] {
            assert!(!names_a_product(&headers(USER_AGENT, bad)), "{bad}");
        }
        assert!(!names_a_product(&HeaderMap::new()));
    }

    #[test]
    fn json_is_admitted_by_name_by_range_or_by_silence() {
        for good in ["application/json", "text/html, Application/*;q=0.1", "*/*"] {
            assert!(accepts_json(&headers(ACCEPT, good)), "{good}");
        }
        for bad in ["", "text/html", "application/json;q=0", "application/jsonx"] {
            assert!(!accepts_json(&headers(ACCEPT, bad)), "{bad}");
        }
        assert!(accepts_json(&HeaderMap::new()));
    }
}
