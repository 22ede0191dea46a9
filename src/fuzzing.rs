//! Fuzz targets of the parsers: each asserts the properties of its results.
//!
//! The crate `fuzz` runs them; a test replays its corpus.

use alloc::{borrow::ToOwned, string::String, vec, vec::Vec};

use crate::{
    endpoint::Endpoint,
    error_response,
    generation::Generation,
    platform::Scheme,
    request::{self, Id},
    response,
    retry_after::retry_after as parse_retry_after,
    settings,
    user::{ListOptions, StateFilter},
    user_action::UserAction,
};

/// A fuzz target: the name of its corpus, and the function that takes the input.
pub type FuzzTarget = (&'static str, fn(&[u8]));

/// All fuzz targets.
pub const TARGETS: [FuzzTarget; 5] = [
    ("response", response),
    ("error_response", error_response),
    ("retry_after", retry_after),
    ("settings", settings),
    ("url", url),
];

/// Parses users, pages and tokens. An accepted result is valid.
pub fn response(data: &[u8]) {
    if let Ok(user) = response::user(data) {
        assert!(!user.id.is_empty());
    }
    if let Ok(page) = response::page(data, 3) {
        assert!(page.users.len() <= 3);
        assert!(page.users.iter().all(|user| !user.id.is_empty()));
        assert!(page.next_page_token.is_none_or(|token| !token.is_empty()));
    }
    if let Ok(granted) = response::token(data) {
        let token = granted.token.expose();
        assert!(!token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()));
        assert!(granted.expires_in.is_none_or(|seconds| seconds > 0.0));
    }
}

/// Classifies error responses. The message is short and printable, and contains no secret.
pub fn error_response(data: &[u8]) {
    const SECRETS: [&str; 2] = ["correct-horse-battery-staple", "s3cr3t\u{e9}\u{20ac}"];
    const ENDPOINTS: [Endpoint; 5] = [
        Endpoint::Token,
        Endpoint::Revoke,
        Endpoint::List,
        Endpoint::User,
        Endpoint::Change(UserAction::Suspend),
    ];
    let Some((&[kind, status], body)) = data.split_first_chunk() else {
        return;
    };
    let endpoint = ENDPOINTS[usize::from(kind) % ENDPOINTS.len()];
    let status = 201 + u16::from(status) * 2;
    // The body, and the body followed by a secret.
    let mut leaking = body.to_vec();
    leaking.extend_from_slice(SECRETS[0].as_bytes());
    for body in [body, &leaking] {
        let problem = response::problem(body);
        let failure =
            error_response::classify(endpoint, Generation::V1, status, None, problem, &SECRETS);
        let message = failure.api_message.as_deref().unwrap_or_default();
        assert!(message.len() <= 512);
        for text in [message, &failure.cause] {
            assert!(!text.contains(char::is_control));
            for secret in SECRETS {
                for part in secret.as_bytes().windows(8) {
                    assert!(!text.as_bytes().windows(8).any(|stretch| stretch == part));
                }
            }
        }
    }
}

/// Checks settings, one variable per line. Accepted ones can be sent, and unencrypted only to loopback.
pub fn settings(data: &[u8]) {
    let mut variables: Vec<(String, String)> = vec![];
    for line in String::from_utf8_lossy(data).split('\n') {
        let (name, value) = line.split_once('=').unwrap_or((line, ""));
        // The prefix is left out of the input. A name cannot occur twice in an environment.
        let name = ["OP_USERS_", name].concat();
        if variables.iter().all(|(known, _)| *known != name) {
            variables.push((name, value.to_owned()));
        }
    }
    let Ok(settings) = settings::from_environment(variables) else {
        return;
    };
    let base_url = &settings.base_url;
    let authority = base_url.authority.as_str();
    assert!(!authority.contains(['@', '/', '?', '#', ' ', '\\']) && authority.is_ascii());
    let is_loopback = |host: &str| {
        authority.strip_prefix(host).is_some_and(|rest| {
            rest.is_empty()
                || rest
                    .strip_prefix(':')
                    .is_some_and(|port| port.parse::<u16>().is_ok())
        })
    };
    let is_loopback_address = authority.starts_with("127.") && authority.split('.').count() == 4;
    assert!(
        base_url.scheme == Scheme::Https
            || is_loopback("localhost")
            || is_loopback("[::1]")
            || is_loopback_address
    );
    for header in [settings.authorization.expose(), &settings.user_agent] {
        assert!(!header.contains(|letter: char| letter.is_control()));
    }
    for generation in [Generation::FIRST, Generation::FIRST.other()] {
        for path in [
            settings.token_path(generation),
            settings.revoke_path(generation),
        ] {
            assert!(
                path.starts_with('/') && path.is_ascii() && !path.contains(['?', '#', ' ', '%'])
            );
        }
    }
}

/// Parses `Retry-After`, followed by a line break and the `Date` of the response.
pub fn retry_after(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (value, date) = text.split_once('\n').unwrap_or((&text, ""));
    parse_retry_after(value, Some(date));
    parse_retry_after(value, None);
}

/// Encodes ids and page tokens. Each stays one path segment or one value.
pub fn url(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let account = Id::parse("ACCOUNT123");
    if let (Ok(account), Ok(id)) = (account, Id::parse(&text)) {
        let path = request::users_path(&account, Some(&id), ":suspend");
        let segments: Vec<&str> = path.split('/').collect();
        assert_eq!(segments.len(), 5);
        let encoded = segments[4].strip_suffix(":suspend").unwrap_or_default();
        assert_eq!(decoded(encoded), text.as_bytes());
        assert!(encoded != "." && encoded != "..");
    }
    let options = ListOptions {
        filter: Some(StateFilter::Active),
        max_page_size: None,
        page_token: Some(text.clone().into_owned()),
    };
    if let Ok(query) = request::list_query(&options) {
        let (_, encoded) = query.split_once("&page_token=").unwrap_or_default();
        assert_eq!(decoded(encoded), text.as_bytes());
    }
}

/// Percent-decodes a text, and asserts that all other characters are unreserved.
fn decoded(encoded: &str) -> Vec<u8> {
    let mut decoded = vec![];
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        decoded.push(if byte == b'%' {
            let digit = |digit: Option<u8>| digit.and_then(|digit| char::from(digit).to_digit(16));
            let (high, low) = (digit(rest.next()), digit(rest.next()));
            let value = high.zip(low).map(|(high, low)| high * 16 + low);
            value
                .and_then(|value| u8::try_from(value).ok())
                .unwrap_or(0)
        } else {
            assert!(byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
            byte
        });
    }
    decoded
}
