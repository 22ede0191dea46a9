//! Checks that a text can be the e-mail address or the id of a user: a guard that is misread would protect no user.
//!
//! Only arguments are checked. The account's own addresses are compared as they are.

use core::ops::RangeInclusive;

use crate::{
    error::ErrorCode,
    failure::Failure,
    letters::{is_in, is_invisible, trimmed},
    request::Id,
};

/// Maximum length of an address or an id in bytes: four times the maximum of a path (RFC 5321, section 4.5.3.1.3).
const MAX_LENGTH: usize = 1024;
/// Requirement for the domain of an address to protect.
pub(super) const ENCODED: &str = "must have a domain in letters, not in the form xn--";
/// Requirement for the characters of a name.
const NOT_OF_NAMES: &str = "must not contain quotes, separators or symbols";
/// Ranges of characters above ASCII that are no letters, digits or marks of a word: punctuation, quotation marks, symbols,
/// accents apart from their letter, and private characters. Invisible letters are in [`is_invisible`].
const SYMBOLS: [(u16, u16); 27] = [
    (0x80, 0xa9),
    (0xab, 0xb4),
    (0xb6, 0xb9),
    (0xbb, 0xbf),
    (0xd7, 0xd7),
    (0xf7, 0xf7),
    (0x2b0, 0x36f),
    (0x55a, 0x55f),
    (0x589, 0x58a),
    (0x5f3, 0x5f4),
    (0x60c, 0x60d),
    (0x61b, 0x61f),
    (0x66a, 0x66d),
    (0x2000, 0x20ff),
    (0x2190, 0x2bff),
    (0x2e00, 0x2e7f),
    (0x3000, 0x3004),
    (0x3008, 0x3020),
    (0x303d, 0x303f),
    (0xa700, 0xa721),
    (0xa789, 0xa78c),
    (0xe000, 0xf8ff),
    (0xfe10, 0xfe6f),
    (0xff00, 0xff0f),
    (0xff1a, 0xff20),
    (0xff3b, 0xff40),
    (0xff5b, 0xff65),
];
/// Ranges of letters that stand for others: parts of syllables, ligatures, full-width letters, marks that join a letter.
const VARIANTS: [(u16, u16); 8] = [
    (0x653, 0x655),
    (0x1100, 0x11ff),
    (0x2100, 0x218f),
    (0xa960, 0xa97f),
    (0xd7b0, 0xd7ff),
    (0xfb00, 0xfdff),
    (0xfe70, 0xfeff),
    (0xff00, 0xffef),
];
/// Letters of mathematics, which stand for others too.
const MATHEMATICAL: RangeInclusive<char> = '\u{1d400}'..='\u{1d7ff}';
/// Ranges of alphabets with letters that look like those of ASCII.
const LOOK_ALIKES: [(u16, u16); 8] = [
    (0x250, 0x58f),
    (0x10a0, 0x10ff),
    (0x13a0, 0x13ff),
    (0x1c80, 0x1dff),
    (0x1f00, 0x1fff),
    (0x2c00, 0x2dff),
    (0xa640, 0xa69f),
    (0xab30, 0xabbf),
];
/// First of the emoji and other symbols.
const FIRST_EMOJI: char = '\u{1f000}';
/// First character after [`FIRST_EMOJI`] that belongs to a word: an ideograph.
const FIRST_AFTER_EMOJI: char = '\u{20000}';
/// First character after the ideographs: tags, variation selectors, private characters.
const FIRST_PRIVATE: char = '\u{e0000}';

/// Checks that a text can be an e-mail address. White space around it is ignored.
///
/// It has exactly one `@`. The part before it begins with a letter, a digit or `_`, and does not end with a dot or an
/// apostrophe. The domain after it has a dot; its labels consist of letters, digits, `-` and `_`, and begin
/// and end with a letter or a digit. Everywhere, letters and digits are
/// those of any script; of ASCII's other characters only `._-+&#~/'` may stand before the `@`. At
/// most 1024 bytes. RFC 5321 allows more, which people do not have, and which is the trace of a misread list or guard.
///
/// # Errors
///
/// The requirement that is not met, which completes the sentence "the e-mail address …".
pub fn check_email(text: &str) -> Result<(), &'static str> {
    let text = trimmed(text);
    check_length(text)?;
    let Some((local, domain)) = text.split_once('@') else {
        check_letters(text)?;
        return Err("must have an @");
    };
    check_letters(local)?;
    check_letters(domain)?;
    if local.is_empty() {
        return Err("must have a name before the @");
    }
    if domain.contains('@') {
        return Err("must have only one @");
    }
    if local.split('.').any(str::is_empty) {
        return Err("must not have a dot at an end of the name before the @, or two in a row");
    }
    if matches!(
        local.as_bytes(),
        [b'-' | b'+' | b'&' | b'#' | b'~' | b'\'' | b'/', ..] | [.., b'\'']
    ) {
        return Err(NOT_OF_NAMES);
    }
    let is_broken =
        |label: &str| matches!(label.as_bytes(), [] | [b'-' | b'_', ..] | [.., b'-' | b'_']);
    if !domain.contains('.') || domain.split('.').any(is_broken) {
        return Err("must have a domain with a dot after the @");
    }
    let is_foreign = |byte| matches!(byte, b'+' | b'&' | b'#' | b'~' | b'\'' | b'/');
    if domain.bytes().any(is_foreign) {
        return Err(NOT_OF_NAMES);
    }
    Ok(())
}

/// Checks that a text can be the e-mail address of a user to protect: an address by [`check_email`] that has one spelling only.
///
/// Its domain is not in the form `xn--` (RFC 5890), which stands for another spelling. It has no letters that stand for others,
/// such as full-width letters and ligatures. No word in it mixes ASCII with letters of Greek, Cyrillic and other alphabets that
/// look alike. A guard in such a spelling would protect no one, or someone else.
///
/// # Errors
///
/// The requirement that is not met, which completes the sentence "the e-mail address …".
pub fn check_protected_email(text: &str) -> Result<(), &'static str> {
    check_email(text)?;
    let (mut has_ascii, mut has_look_alike) = (false, false);
    for letter in text.chars() {
        if is_variant(letter) {
            return Err("must be written in the usual letters");
        }
        if letter.is_ascii() && !letter.is_ascii_alphanumeric() {
            // The next word begins.
            (has_ascii, has_look_alike) = (false, false);
        }
        has_ascii |= letter.is_ascii_alphabetic();
        has_look_alike |= is_in(letter, &LOOK_ALIKES);
        if has_ascii && has_look_alike {
            return Err("must not mix the letters of several alphabets");
        }
    }
    let mut labels = text.split(['@', '.']);
    let is_encoded = |label: &str| {
        let start = label.as_bytes().get(..4);
        start.is_some_and(|start| start.eq_ignore_ascii_case(b"xn--"))
    };
    if labels.any(is_encoded) {
        return Err(ENCODED);
    }
    Ok(())
}

/// Checks that a text can be the id of a user: one word of letters, digits, `.`, `_`, `-`, `+`, `~` and `/`, not an e-mail
/// address. Every id seen so far consists of 26 capital letters and digits, but the documentation promises no form.
///
/// # Errors
///
/// The requirement that is not met, which completes the sentence "the user's id …".
pub fn check_user_id(text: &str) -> Result<(), &'static str> {
    check_length(text)?;
    if text.contains('@') {
        return Err("must not be an e-mail address");
    }
    check_letters(text)?;
    if text.bytes().any(|byte| matches!(byte, b'&' | b'#' | b'\'')) {
        return Err(NOT_OF_NAMES);
    }
    if matches!(text, "." | "..") {
        return Err("must not be \".\" or \"..\"");
    }
    Ok(())
}

/// The first letter of a text that neither an e-mail address nor an id has, such as a quotation mark. None for a text that
/// may still be refused for another reason.
#[must_use]
pub fn unfit_letter(text: &str) -> Option<char> {
    text.chars()
        .find(|&letter| letter != '@' && misfit(letter).is_some())
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

fn check_length(text: &str) -> Result<(), &'static str> {
    match text.len() {
        0 => Err("must not be empty"),
        1..=MAX_LENGTH => Ok(()),
        _ => Err("must not be longer than 1024 bytes"),
    }
}

fn check_letters(text: &str) -> Result<(), &'static str> {
    text.chars()
        .find_map(|letter| if letter == '@' { None } else { misfit(letter) })
        .map_or(Ok(()), Err)
}

/// Requirement that a character of a name does not meet. None for a character that names have.
fn misfit(letter: char) -> Option<&'static str> {
    // Not `contains`, which would bring the search for strings.
    let is_plain = letter.is_ascii_alphanumeric()
        || matches!(letter, '.' | '_' | '-' | '+' | '&' | '#' | '~' | '\'' | '/');
    if is_plain {
        None
    } else if letter.is_control() {
        Some("must not contain control characters")
    } else if is_invisible(letter) {
        Some("must not contain invisible letters")
    } else if letter.is_whitespace() {
        Some("must not contain white space")
    } else if letter.is_ascii() || is_symbol(letter) {
        Some(NOT_OF_NAMES)
    } else {
        None
    }
}

/// True for a character above ASCII that no word has.
fn is_symbol(letter: char) -> bool {
    is_in(letter, &SYMBOLS)
        || (FIRST_EMOJI..FIRST_AFTER_EMOJI).contains(&letter)
        || letter >= FIRST_PRIVATE
}

/// True for a letter that stands for others: a part of a syllable, a ligature, a full-width letter, a mark that joins a letter.
fn is_variant(letter: char) -> bool {
    is_in(letter, &VARIANTS) || MATHEMATICAL.contains(&letter)
}
