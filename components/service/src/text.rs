//! Text that callers and operators send: limits, names, numbers and selectors.

use alloc::{borrow::ToOwned, string::String};
use core::str::FromStr;

use onepassword_users::{check_protected_email, is_invisible};

use crate::bindings::containment::Selector;

/// Maximum length of an id, e-mail address, reason or ticket, in characters. At most 1024 bytes of UTF-8, which is the
/// contract's limit.
pub(crate) const MAX_CHARS: usize = 256;

/// Length of a user's id, in characters. The API documents no form, but every id seen so far has it, and a word that is no id
/// would protect no one.
const ID_LENGTH: usize = 26;

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

/// Makes a text from outside safe to show to a person or a language model: letters that cannot be seen, or that change how their
/// neighbours are shown, become `\\u{202e}`.
pub(crate) fn visible(text: &str) -> String {
    let mut visible = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_invisible(letter) {
            visible.extend(letter.escape_unicode());
        } else {
            visible.push(letter);
        }
    }
    visible
}

/// Removes a byte order mark, which some programs put at the start of a text (RFC 8259, section 8.1).
pub(crate) fn without_byte_order_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}

/// Checks that a text can be the id or the e-mail address of a user, by the rule that the plugin has for guards. A guard that is
/// misread would protect no one.
///
/// # Errors
///
/// The requirement that is not met, which completes the sentence "the entry …".
pub(crate) fn check_name(text: &str) -> Result<(), &'static str> {
    if is_too_long(text) {
        Err("must not be longer than 256 characters")
    } else if text.contains('@') {
        check_protected_email(text)
    } else if text.len() == ID_LENGTH && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        Ok(())
    } else {
        Err("must have an @, or be an id of 26 letters and digits")
    }
}

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
