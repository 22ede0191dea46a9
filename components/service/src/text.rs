//! Text that callers and operators send: limits, names, numbers and selectors.

use alloc::{borrow::ToOwned, string::String};
use core::str::FromStr;

use onepassword_users::is_invisible;

use crate::bindings::containment::Selector;

/// Maximum length of an id, e-mail address, reason or ticket, in characters. At most 1024 bytes of UTF-8, which is the
/// contract's limit.
pub(crate) const MAX_CHARS: usize = 256;

/// Returns true if the text has more than [`MAX_CHARS`] characters.
pub(crate) fn is_too_long(text: &str) -> bool {
    text.chars().nth(MAX_CHARS).is_some()
}

/// Returns true if the text is a valid name for an API key or a webhook secret: 1 to 64 letters, digits, dots, dashes or
/// underscores of ASCII.
pub(crate) fn is_caller_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte))
}

/// Makes a caller's text safe to print: drops control characters and everything after [`MAX_CHARS`] characters.
pub(crate) fn printable(text: &str) -> String {
    let printable = text.chars().filter(|char| !char.is_control());
    printable.take(MAX_CHARS).collect()
}

/// Removes a byte order mark, which some programs put at the start of a text (RFC 8259, section 8.1).
pub(crate) fn without_byte_order_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}

/// Returns true if the text can be the id or the e-mail address of a user, as a person writes it. False for text around an
/// address, several addresses in one, patterns, and letters that cannot be seen: a guard with them would match no one.
pub(crate) fn can_name_user(text: &str) -> bool {
    let is_refused =
        |char: char| is_invisible(char) || char.is_whitespace() || REFUSED_IN_NAMES.contains(char);
    if text.is_empty() || is_too_long(text) || text.contains(is_refused) {
        return false;
    }
    let Some((local, domain)) = text.split_once('@') else {
        return text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    };
    let is_quoted = local.starts_with('\'');
    !local.is_empty()
        && !is_quoted
        && domain.contains('.')
        && !domain.contains(['@', '\''])
        && domain.split('.').all(|label| !label.is_empty())
}

/// Letters that stand around or between addresses, in patterns and in encodings, and not in addresses.
const REFUSED_IN_NAMES: &str = "\"`<>()[]{};:,|*?\\=&#%$!";

/// Parses a number that consists of digits only. `FromStr` alone would accept a sign.
pub(crate) fn parse_digits<N: FromStr>(text: &str) -> Option<N> {
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_digits)
}

/// Reads an e-mail address if the text contains an `@`, and an id otherwise.
pub(crate) fn parse_selector(text: &str) -> Selector {
    if text.contains('@') {
        Selector::Email(text.to_owned())
    } else {
        Selector::Id(text.to_owned())
    }
}
