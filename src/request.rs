//! Ids, paths and queries of requests, percent-encoded (RFC 3986).

use alloc::{
    borrow::ToOwned,
    string::{String, ToString},
};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{
    error::ErrorCode,
    failure::Failure,
    letters::has_control,
    user::{ListOptions, StateFilter},
};

/// Characters to encode: all but the unreserved ones (RFC 3986, section 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');
/// Maximum length of an id, in bytes. Ids seen so far have 26 letters.
const MAX_ID: usize = 1024;
/// Maximum length of a page token, in bytes. Percent-encoding can triple it, and it must fit into a request line.
pub(crate) const MAX_PAGE_TOKEN: usize = 4096;
/// Maximum page size, according to the API documentation.
pub(crate) const MAX_PAGE_SIZE: u32 = 1000;

/// Product of the client in the `User-Agent` header.
pub(crate) const PRODUCT: &str = concat!("onepassword-users/", env!("CARGO_PKG_VERSION"));

/// Id of a user or an account: opaque, and valid as one segment of a path.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Id(String);

impl Id {
    /// Checks an id. The error completes the sentence "the id …".
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        match text {
            "" => Err("must not be empty"),
            // Encoding does not help: `%2e%2e` in a URL is a dot segment too.
            "." | ".." => Err("must not be a dot segment"),
            _ if text.len() > MAX_ID => Err("must not be longer than 1024 bytes"),
            _ if has_control(text) => Err("must not contain control characters"),
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// Checks the id of a user in the arguments of a call.
    pub(crate) fn of_user(id: &str) -> Result<Self, Failure> {
        Self::parse(id).map_err(|requirement| {
            Failure::new(
                ErrorCode::InvalidArgument,
                ["the user's id ", requirement].concat(),
                None,
            )
        })
    }

    /// The id as text.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Path of an account's users, or of one of them, below the prefix of the API version.
pub(crate) fn users_path(account: &Id, user: Option<&Id>, suffix: &str) -> String {
    let mut path = String::from("/accounts/");
    push_encoded(&mut path, account.as_str());
    path.push_str("/users");
    if let Some(user) = user {
        path.push('/');
        push_encoded(&mut path, user.as_str());
    }
    path.push_str(suffix);
    path
}

/// Query of a list, with its question mark. Empty if there are no options.
pub(crate) fn list_query(options: &ListOptions) -> Result<String, Failure> {
    let invalid = |cause: &str| Failure::new(ErrorCode::InvalidArgument, cause.to_owned(), None);
    let mut query = String::new();
    let mut push = |name: &str, value: &str| {
        query.push(if query.is_empty() { '?' } else { '&' });
        query.push_str(name);
        query.push('=');
        push_encoded(&mut query, value);
    };
    match options.filter {
        None => {}
        Some(StateFilter::Active) => push("filter", "user.isActive()"),
        Some(StateFilter::Suspended) => push("filter", "user.isSuspended()"),
    }
    match options.max_page_size {
        None => {}
        Some(size @ 1..=MAX_PAGE_SIZE) => push(
            "max_page_size",
            &usize::try_from(size).unwrap_or(usize::MAX).to_string(),
        ),
        Some(_) => return Err(invalid("the page size must be from 1 to 1000")),
    }
    match options.page_token.as_deref() {
        None => {}
        Some("") => {
            return Err(invalid(
                "the page token must not be empty; leave it out for the first page",
            ));
        }
        Some(token) if token.len() > MAX_PAGE_TOKEN => {
            return Err(invalid("the page token must not be longer than 4096 bytes"));
        }
        Some(token) => push("page_token", token),
    }
    Ok(query)
}

/// Appends text as one path segment or one value of a query or form. Encodes all but the unreserved characters (RFC 3986,
/// section 2.3).
pub(crate) fn push_encoded(url: &mut String, text: &str) {
    url.extend(utf8_percent_encode(text, RESERVED));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn path_of(user: &str) -> String {
        let account = Id::parse("ACCOUNT123").unwrap();
        let user = Id::parse(user).unwrap();
        users_path(&account, Some(&user), ":suspend")
    }

    #[test]
    fn an_id_is_encoded_as_one_path_segment() {
        for (id, segment) in [
            ("USER1234", "USER1234"),
            ("a/b", "a%2Fb"),
            ("../../x", "..%2F..%2Fx"),
            ("a?b#c", "a%3Fb%23c"),
            ("a%2Fb", "a%252Fb"),
            ("a:suspend", "a%3Asuspend"),
            ("a b+c", "a%20b%2Bc"),
            ("\u{200f}\u{1f600}", "%E2%80%8F%F0%9F%98%80"),
            ("-._~", "-._~"),
        ] {
            assert_eq!(
                path_of(id),
                format!("/accounts/ACCOUNT123/users/{segment}:suspend")
            );
        }
    }

    #[test]
    fn ids_that_cannot_be_one_segment_are_rejected() {
        let long = "x".repeat(1025);
        for id in ["", ".", "..", "a\0", "a\r\nb", "\u{7f}", "\u{85}", &long] {
            assert!(Id::parse(id).is_err(), "{id:?}");
        }
        assert!(Id::parse(&"x".repeat(1024)).is_ok());
    }

    #[test]
    fn a_query_contains_only_the_given_options() {
        assert_eq!(list_query(&ListOptions::default()).unwrap(), "");
        let options = ListOptions {
            filter: Some(StateFilter::Suspended),
            max_page_size: Some(1000),
            page_token: Some("CA+/IQ==&x".into()),
        };
        assert_eq!(
            list_query(&options).unwrap(),
            "?filter=user.isSuspended%28%29&max_page_size=1000&page_token=CA%2B%2FIQ%3D%3D%26x"
        );
    }

    #[test]
    fn page_sizes_and_tokens_out_of_range_are_rejected() {
        let sized = |size| ListOptions {
            max_page_size: Some(size),
            ..ListOptions::default()
        };
        let paged = |token: String| ListOptions {
            page_token: Some(token),
            ..ListOptions::default()
        };
        for options in [
            sized(0),
            sized(1001),
            sized(u32::MAX),
            paged(String::new()),
            paged("x".repeat(4097)),
        ] {
            let failure = list_query(&options).unwrap_err();
            assert_eq!(failure.code, ErrorCode::InvalidArgument);
        }
        assert!(list_query(&sized(1)).is_ok());
        assert!(list_query(&paged("x".repeat(4096))).is_ok());
    }

    /// Percent-decodes a text (RFC 3986, section 2.1).
    fn decoded(encoded: &str) -> Vec<u8> {
        let mut bytes = encoded.bytes();
        let mut decoded = Vec::new();
        while let Some(byte) = bytes.next() {
            decoded.push(match byte {
                b'%' => {
                    let digits = [bytes.next().unwrap(), bytes.next().unwrap()];
                    let digits = core::str::from_utf8(&digits).unwrap();
                    u8::from_str_radix(digits, 16).unwrap()
                }
                byte => byte,
            });
        }
        decoded
    }

    proptest! {
        #[test]
        fn any_text_survives_percent_encoding(text in any::<String>()) {
            let mut encoded = String::new();
            push_encoded(&mut encoded, &text);
            let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%".contains(&byte);
            prop_assert!(encoded.bytes().all(unreserved), "{}", encoded);
            prop_assert_eq!(decoded(&encoded), text.as_bytes());
        }

        #[test]
        fn any_valid_id_is_one_path_segment(text in any::<String>()) {
            if Id::parse(&text).is_ok() {
                let path = path_of(&text);
                let segments: Vec<_> = path.split('/').collect();
                prop_assert_eq!(segments.len(), 5);
                let id = segments[4].strip_suffix(":suspend").unwrap();
                prop_assert!(!id.contains([':', '?', '#']) && id != "." && id != "..");
            }
        }
    }
}
