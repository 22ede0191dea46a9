//! Comparison of e-mail addresses.

use alloc::string::String;

use super::name_check::{check_email, check_protected_email};
use crate::{
    error::ErrorCode,
    failure::Failure,
    letters::{has_control, trimmed},
    user::User,
};

/// Maximum length of an expected address in bytes.
const MAX_EXPECTED_LENGTH: usize = 1024;

/// An e-mail address in the form that is compared: without surrounding white space and in lower case, letter by letter.
///
/// There is no other normalisation: two addresses that are taken for one would cut off the wrong user.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Email(String);

impl Email {
    /// Reads an address that is an argument of a call.
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        match check_email(text) {
            Ok(()) => Ok(Self(comparable_email(text))),
            Err(must) => Err(invalid(must)),
        }
    }

    /// Reads the address that a user is expected to have. One of an unusual form is compared too: if it was misread, the
    /// user has another one and is not changed.
    pub(super) fn parse_expected(text: &str) -> Result<Self, Failure> {
        let text = trimmed(text);
        match text {
            "" => Err(invalid("must not be empty")),
            _ if text.len() > MAX_EXPECTED_LENGTH => {
                Err(invalid("must not be longer than 1024 bytes"))
            }
            _ if has_control(text) => Err(invalid("must not contain control characters")),
            _ if !text.contains('@') => Err(invalid("must have an @")),
            _ => Ok(Self(fold(text))),
        }
    }

    /// True if this can be compared with another address: the server may have left it out.
    pub(super) fn is_comparable(&self) -> bool {
        self.0.contains('@')
    }

    /// Returns the address of a user, without checks.
    pub(super) fn of(user: &User) -> Self {
        Self(comparable_email(&user.email))
    }

    /// Reads an address to protect.
    pub(super) fn parse_protected(text: &str) -> Result<Self, Failure> {
        match check_protected_email(text) {
            Ok(()) => Ok(Self(comparable_email(text))),
            Err(must) => Err(invalid(must)),
        }
    }

    /// The address in the form in which it is compared with addresses to protect: letters that some programs replace by
    /// others are taken for these. It protects one user more at worst.
    pub(super) fn protected_key(&self) -> String {
        let mut key = String::with_capacity(self.0.len());
        for letter in self.0.chars() {
            match letter {
                'İ' | 'ı' => key.push('i'),
                'ſ' => key.push('s'),
                'ß' => key.push_str("ss"),
                _ => key.push(letter),
            }
        }
        key
    }

    /// The address in the form that is compared.
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }
}

fn invalid(must: &str) -> Failure {
    Failure::new(
        ErrorCode::InvalidArgument,
        ["the e-mail address ", must].concat(),
        None,
    )
}

/// An e-mail address in the form in which the client compares addresses: two addresses are the same if these are.
///
/// Without surrounding white space, and with each character replaced by its lowercase mapping where that is one character.
#[must_use]
pub fn comparable_email(email: &str) -> String {
    fold(trimmed(email))
}

/// Replaces each character by its lowercase mapping, where that is one character.
fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    folded.extend(text.chars().map(|letter| {
        let mut lowercase = letter.to_lowercase();
        match (lowercase.next(), lowercase.next()) {
            // The two lowercase sigmas have the same capital letter.
            (Some('ς'), None) => 'σ',
            (Some(lowercase), None) => lowercase,
            _ => letter,
        }
    }));
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn email(text: &str) -> Email {
        Email::parse(text).unwrap()
    }

    #[test]
    fn letter_case_and_surrounding_space_are_ignored() {
        for (one, other) in [
            ("Wendy@Acme.example", "wendy@acme.EXAMPLE"),
            ("  wendy@acme.example\t", "wendy@acme.example"),
            ("\u{a0}wendy@acme.example\u{2003}", "wendy@acme.example"),
            ("ÉLODIE@BÜCHER.example", "élodie@bücher.example"),
            ("ИВАН@ПОЧТА.рф", "иван@почта.рф"),
            ("ΜΑΡΊΑ@ΠΑΡΆΔΕΙΓΜΑ.gr", "μαρία@παράδειγμα.gr"),
            ("ΓΙΏΡΓΟΣ@acme.example", "γιώργος@acme.example"),
            ("\u{212a}ate@acme.example", "kate@acme.example"),
        ] {
            assert_eq!(email(one), email(other));
        }
    }

    #[test]
    fn addresses_that_differ_otherwise_are_different() {
        for (one, other) in [
            ("wendy@acme.example", "wendy+x@acme.example"),
            ("wen.dy@acme.example", "wendy@acme.example"),
            ("x@bücher.example", "x@xn--bcher-kva.example"),
            ("strasse@acme.example", "straße@acme.example"),
            ("irem@acme.example", "ırem@acme.example"),
            ("irem@acme.example", "İrem@acme.example"),
            ("sam@acme.example", "ſam@acme.example"),
        ] {
            assert_ne!(email(one), email(other));
        }
    }

    #[test]
    fn invalid_addresses_are_rejected() {
        let long = format!("{}@acme.example", "x".repeat(1024));
        for (text, must) in [
            ("", "must not be empty"),
            (" \t", "must not be empty"),
            ("IR7VJHJ36JHINBFAD7V2T5MP3E", "must have an @"),
            ("a\0@b.c", "must not contain control characters"),
            ("a@b.c\r\nc@d.e", "must not contain control characters"),
            (&long, "must not be longer than 1024 bytes"),
        ] {
            let failure = Email::parse(text).unwrap_err();
            assert_eq!(failure.code, ErrorCode::InvalidArgument);
            assert_eq!(failure.cause, format!("the e-mail address {must}"));
        }
        assert!(Email::parse(&format!("{}@b.c", "x".repeat(1020))).is_ok());
    }

    #[test]
    fn an_expected_address_may_be_of_any_form_but_one_line() {
        for (text, must) in [
            ("", "must not be empty"),
            (" ", "must not be empty"),
            ("x", "must have an @"),
            ("a\n@b.c", "must not contain control characters"),
        ] {
            let failure = Email::parse_expected(text).unwrap_err();
            assert_eq!(failure.cause, format!("the e-mail address {must}"));
        }
        let of_length =
            |length: usize| Email::parse_expected(&format!("{}@", "x".repeat(length - 1)));
        assert!(of_length(1024).is_ok());
        assert!(of_length(1025).is_err());
        assert!(of_length(1026).is_err());
        assert!(Email::parse_expected("\"a b\"@<c>").is_ok());
    }

    #[test]
    fn only_a_dotted_capital_i_keeps_its_case() {
        for letter in '\0'..=char::MAX {
            let folded = fold(letter.encode_utf8(&mut [0; 4]));
            let lowercase: String = letter.to_lowercase().collect();
            let expected = match letter {
                'Σ' | 'ς' => "σ",
                'İ' => "İ",
                _ => &lowercase,
            };
            assert_eq!(folded, expected, "{letter:?}");
        }
    }
}
