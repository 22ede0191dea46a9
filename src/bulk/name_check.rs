//! Checks that a text can be the e-mail address or the id of a user: a guard that is misread would protect no user.
//!
//! Only arguments are checked. The account's own addresses are compared as they are.

use alloc::string::String;

use crate::{error::ErrorCode, failure::Failure, letters::is_invisible, request::Id};

/// Maximum length of an address in bytes: four times the maximum of a path (RFC 5321, section 4.5.3.1.3).
const MAX_EMAIL_LENGTH: usize = 1024;
/// Maximum number of characters of a name in an error message.
const MAX_SHOWN: usize = 64;
/// Characters that surround, separate or stand for names: no address or id that people use has them. The apostrophe is
/// among them only where it surrounds an address: `o'brien@acme.example` is one.
const SEPARATORS: &[char] = &[
    '"', '<', '>', '(', ')', '[', ']', '{', '}', ';', ':', ',', '\\', '|', '*', '=', '$', '`',
    '\u{b4}', '\u{ab}', '\u{bb}', '\u{2018}', '\u{2019}', '\u{201a}', '\u{201b}', '\u{201c}',
    '\u{201d}', '\u{201e}', '\u{201f}', '\u{2039}', '\u{203a}', '\u{300c}', '\u{300d}', '\u{ff02}',
    '\u{ff07}', '\u{fe6b}', '\u{ff20}',
];

/// Checks that a text can be an e-mail address: one `@` with a local part before it and a domain with a dot after it, without
/// white space within, quotes, separators and invisible letters, at most 1024 bytes. White space around it is ignored.
///
/// # Errors
///
/// The requirement that is not met, which completes the sentence "the e-mail address …".
pub fn check_email(text: &str) -> Result<(), &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Err("must not be empty");
    }
    if text.len() > MAX_EMAIL_LENGTH {
        return Err("must not be longer than 1024 bytes");
    }
    check_letters(text)?;
    let Some((local, domain)) = text.split_once('@') else {
        return Err("must have an @");
    };
    if local.is_empty() {
        return Err("must have a name before the @");
    }
    if domain.contains('@') {
        return Err("must have only one @");
    }
    if !domain.contains('.') || domain.split('.').any(str::is_empty) {
        return Err("must have a domain with a dot after the @");
    }
    let is_of_domain = |letter: char| {
        !letter.is_ascii() || letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_' | '.')
    };
    if local.starts_with('\'') || !domain.chars().all(is_of_domain) {
        return Err("must not contain quotes or separators");
    }
    Ok(())
}

/// Checks that a text can be the id of a user: not an e-mail address, and without white space, quotes, separators and
/// invisible letters.
///
/// # Errors
///
/// The requirement that is not met, which completes the sentence "the user's id …".
pub fn check_user_id(text: &str) -> Result<(), &'static str> {
    check_letters(text)?;
    if text.contains('@') {
        return Err("must not be an e-mail address");
    }
    if text.contains('\'') {
        return Err("must not contain quotes or separators");
    }
    Ok(())
}

/// Reads an id that a person has named.
pub(super) fn named_id(text: &str) -> Result<Id, Failure> {
    let id = Id::of_user(text)?;
    check_user_id(text).map(|()| id).map_err(|must| {
        Failure::new(
            ErrorCode::InvalidArgument,
            ["the user's id ", must].concat(),
            None,
        )
    })
}

fn check_letters(text: &str) -> Result<(), &'static str> {
    if text.contains(char::is_control) {
        Err("must not contain control characters")
    } else if text.contains(is_invisible) {
        Err("must not contain invisible letters")
    } else if text.contains(char::is_whitespace) {
        Err("must not contain white space")
    } else if text.contains(SEPARATORS) {
        Err("must not contain quotes or separators")
    } else {
        Ok(())
    }
}

/// A name for an error message: its first 64 characters, with a `?` in place of each that is not shown as itself.
pub(super) fn shown(name: &str) -> String {
    let mut letters = name.chars();
    let mut shown: String = letters
        .by_ref()
        .take(MAX_SHOWN)
        .map(|letter| if is_invisible(letter) { '?' } else { letter })
        .collect();
    if letters.next().is_some() {
        shown.push('\u{2026}');
    }
    shown
}
