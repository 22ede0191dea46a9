//! E-mail addresses, as they are compared.

use alloc::string::String;

use crate::{error::ErrorCode, failure::Failure, small::lowercase::lowercase, user::User};

/// The longest address that is taken, in bytes: four times what RFC 5321 (section 4.5.3.1) lets through.
const LONGEST: usize = 1024;

/// An address in lower case, without the space around it. Nothing else of it is normalised: an address that is taken for
/// another one cuts off the wrong person.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Email(String);

impl Email {
    /// Takes an address that a call names.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let text = text.trim();
        let must = match text {
            "" => "must not be empty",
            _ if text.len() > LONGEST => "must not be longer than 1024 bytes",
            _ if text.contains(char::is_control) => "must not hold control characters",
            _ if !text.contains('@') => "must have an @",
            _ => return Ok(Self(folded(text))),
        };
        Err(Failure::new(
            ErrorCode::InvalidArgument,
            ["the e-mail address ", must].concat(),
            None,
        ))
    }

    /// The address of a user, whatever the server has for one.
    pub fn of(user: &User) -> Self {
        Self(folded(user.email.trim()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    // A sigma that ends a word is one like the others, and has the same capital.
    folded.extend(text.chars().map(|letter| match lowercase(letter) {
        'ς' => 'σ',
        letter => letter,
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
    fn case_and_surrounding_space_make_no_difference() {
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
    fn everything_else_does() {
        for (one, other) in [
            ("wendy@acme.example", "wendy@acme.example."),
            ("wendy@acme.example", "wendy+x@acme.example"),
            ("wen.dy@acme.example", "wendy@acme.example"),
            ("wen dy@acme.example", "wendy@acme.example"),
            ("élodie@acme.example", "e\u{301}lodie@acme.example"),
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
    fn what_cannot_be_an_address_is_refused() {
        let long = format!("{}@acme.example", "x".repeat(1024));
        for (text, must) in [
            ("", "must not be empty"),
            (" \t", "must not be empty"),
            ("IR7VJHJ36JHINBFAD7V2T5MP3E", "must have an @"),
            ("a\0@b", "must not hold control characters"),
            ("a@b\r\nc@d", "must not hold control characters"),
            (&long, "must not be longer than 1024 bytes"),
        ] {
            let failure = Email::parse(text).unwrap_err();
            assert_eq!(failure.code, ErrorCode::InvalidArgument);
            assert_eq!(failure.cause, format!("the e-mail address {must}"));
        }
        assert!(Email::parse(&format!("{}@b", "x".repeat(1022))).is_ok());
    }
}
