//! Whom a command names: an id or an e-mail address, in a word of text.

use host::{Selector, Target};

/// A user, as named.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in super::super) struct Who {
    /// The id or the address.
    pub text: String,
    /// The address that the user of this id must have.
    pub expect_email: Option<String>,
}

impl Who {
    /// Takes a word that can be an id or an e-mail address. An address is what has an `@`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_word = !text.is_empty()
            && text.len() <= 1024
            && !text.contains(|letter: char| {
                letter.is_whitespace() || letter.is_control() || ",;<>\"".contains(letter)
            });
        let is_one = match text.split_once('@') {
            Some((local, domain)) => {
                !local.is_empty() && !domain.is_empty() && !domain.contains('@')
            }
            None => text != "." && text != "..",
        };
        (is_word && is_one).then(|| Self {
            text: text.to_owned(),
            expect_email: None,
        })
    }

    pub fn is_email(&self) -> bool {
        self.text.contains('@')
    }

    pub fn selector(&self) -> Selector {
        if self.is_email() {
            Selector::Email(self.text.clone())
        } else {
            Selector::Id(self.text.clone())
        }
    }

    pub fn target(&self) -> Target {
        Target {
            who: self.selector(),
            expect_email: self.expect_email.clone(),
        }
    }
}

/// An e-mail address, as the component compares it.
pub(in super::super) fn folded(email: &str) -> String {
    let lower = |letter: char| {
        let mut lower = letter.to_lowercase();
        match (lower.next(), lower.next()) {
            (Some('ς'), None) => 'σ',
            (Some(lower), None) => lower,
            _ => letter,
        }
    };
    email.trim().chars().map(lower).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_what_has_an_at() {
        for (text, is_email) in [
            (" IR7VJHJ36JHINBFAD7V2T5MP3E ", false),
            ("wendy+x@acme.example", true),
            ("élodie@bücher.example", true),
        ] {
            let who = Who::parse(text).unwrap();
            assert_eq!((who.text.as_str(), who.is_email()), (text.trim(), is_email));
        }
    }

    #[test]
    fn what_is_neither_an_id_nor_an_address_is_refused() {
        for text in [
            "",
            " ",
            "Wendy Smith",
            "Wendy <wendy@acme.example>",
            "a@b;c@d",
            "a@b,c@d",
            "a@b@c",
            "@acme.example",
            "wendy@",
            ".",
            "..",
            "a\u{7}b",
            &"x".repeat(1025),
        ] {
            assert_eq!(Who::parse(text), None, "{text:?}");
        }
    }
}
