//! The origin of the API: `https`, or `http` on loopback.

use alloc::{borrow::ToOwned, string::String};

use super::raw::Origin;
use crate::platform::Scheme;

/// An origin that credentials may be sent to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct BaseUrl {
    pub scheme: Scheme,
    /// Host in lower case, with the port if there is one.
    pub authority: String,
}

impl BaseUrl {
    /// Base URL of an origin. The error completes the sentence "the base URL …".
    pub(crate) fn of(origin: &Origin) -> Result<Self, &'static str> {
        let region = |host: &str| BaseUrl {
            scheme: Scheme::Https,
            authority: host.to_owned(),
        };
        match origin {
            Origin::Com => Ok(region("api.1password.com")),
            Origin::Ca => Ok(region("api.1password.ca")),
            Origin::Eu => Ok(region("api.1password.eu")),
            Origin::Other(text) => Self::parse(text),
        }
    }

    fn parse(text: &str) -> Result<Self, &'static str> {
        const REQUIREMENT: &str =
            "must be an origin such as https://api.1password.com, without a path";
        let lower = text.to_ascii_lowercase();
        let (scheme, rest) = if let Some(rest) = lower.strip_prefix("https://") {
            (Scheme::Https, rest)
        } else if let Some(rest) = lower.strip_prefix("http://") {
            (Scheme::Http, rest)
        } else {
            return Err(REQUIREMENT);
        };
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        // An IPv6 address has its colons within brackets.
        let colon = authority.bytes().rposition(|byte| byte == b':');
        let (host, port) = match colon.and_then(|at| authority.split_at_checked(at)) {
            Some((host, port)) if !port.ends_with(']') => (host, port.get(1..)),
            _ => (authority, None),
        };
        if !port.is_none_or(is_port) {
            return Err(REQUIREMENT);
        }
        let Some(loopback) = is_loopback(host) else {
            return Err(REQUIREMENT);
        };
        if scheme == Scheme::Http && !loopback {
            return Err("must be https, unless it is on loopback");
        }
        Ok(Self {
            scheme,
            authority: authority.to_owned(),
        })
    }
}

/// True for a port from 1 to 65535.
fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<u16>().is_ok_and(|port| port > 0)
}

/// True if the host is loopback by its spelling alone. None if it is not a valid host.
fn is_loopback(host: &str) -> Option<bool> {
    if let Some(address) = host
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        let is_address = address.len() <= 45
            && address.contains(':')
            && address
                .bytes()
                .all(|byte| byte.is_ascii_hexdigit() || byte == b':' || byte == b'.');
        return is_address.then_some(address == "::1");
    }
    if let Some(first) = ipv4(host) {
        return Some(first == 127);
    }
    let is_label = |label: &str| {
        !label.is_empty()
            && label
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    // A host that ends in a number is an IPv4 address in a form that parsers read differently (`127.1`).
    let last = host.split('.').fold("", |_, label| label);
    let ends_in_number = last.bytes().all(|byte| byte.is_ascii_digit()) || last.starts_with("0x");
    (host.len() <= 253 && host.split('.').all(is_label) && !ends_in_number)
        .then_some(host == "localhost")
}

/// First number of an IPv4 address.
fn ipv4(host: &str) -> Option<u8> {
    let mut numbers = host.split('.').map(|text| match text.as_bytes() {
        [b'0'] | [b'1'..=b'9', ..] => text.parse::<u8>().ok(),
        _ => None,
    });
    let first = numbers.next()??;
    let mut left = 3_u8;
    for number in numbers {
        number?;
        left = left.checked_sub(1)?;
    }
    (left == 0).then_some(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<BaseUrl, &'static str> {
        BaseUrl::of(&Origin::Other(text.into()))
    }

    #[test]
    fn regions_are_https() {
        for (origin, authority) in [
            (Origin::Com, "api.1password.com"),
            (Origin::Ca, "api.1password.ca"),
            (Origin::Eu, "api.1password.eu"),
        ] {
            let base_url = BaseUrl::of(&origin).unwrap();
            assert_eq!(base_url.scheme, Scheme::Https);
            assert_eq!(base_url.authority, authority);
        }
    }

    #[test]
    fn valid_origins_are_accepted() {
        for (text, scheme, authority) in [
            (
                "https://Gateway.Example:8443",
                Scheme::Https,
                "gateway.example:8443",
            ),
            ("https://gateway.example/", Scheme::Https, "gateway.example"),
            (
                "https://api-gateway_2.example",
                Scheme::Https,
                "api-gateway_2.example",
            ),
            ("https://10.0.0.1", Scheme::Https, "10.0.0.1"),
            (
                "https://[2001:db8::1]:8443",
                Scheme::Https,
                "[2001:db8::1]:8443",
            ),
            ("http://127.0.0.1:8080", Scheme::Http, "127.0.0.1:8080"),
            ("http://127.8.8.8", Scheme::Http, "127.8.8.8"),
            ("http://localhost:1", Scheme::Http, "localhost:1"),
            ("http://[::1]", Scheme::Http, "[::1]"),
        ] {
            let base_url = parse(text).unwrap();
            assert_eq!(base_url.scheme, scheme, "{text}");
            assert_eq!(base_url.authority, authority);
        }
    }

    #[test]
    fn invalid_origins_and_lookalikes_of_loopback_are_rejected() {
        for text in [
            "",
            "api.1password.com",
            "ftp://api.1password.com",
            "https://",
            "https://user@api.1password.com",
            "https://user:pw@api.1password.com",
            "https://api.1password.com/v1",
            "https://api.1password.com//",
            "https://api.1password.com?x",
            "https://api.1password.com#x",
            "https://api.1password.com:",
            "https://api.1password.com:0",
            "https://api.1password.com:65536",
            "https://api.1password.com:+1",
            "https://api..1password.com",
            "https://api.1password.com\r\nx: y",
            "https://\u{ff41}pi.1password.com",
            "https://[::1",
            "https://[fe80::1%25eth0]",
            "https://127.1",
            "https://0x7f.1",
            "http://api.1password.com",
            "http://127.0.0.1.evil.test",
            "http://localhost.evil.test",
            "http://evil.test:80@127.0.0.1",
            "http://127.0.0.1@evil.test",
            "http://0.0.0.0",
            "http://[::ffff:127.0.0.1]",
            "http://2130706433",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
