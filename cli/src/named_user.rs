//! A user as named by an argument or a list: an id or an e-mail address.

use std::path::Path;

use host::{Selector, Target};
use lists::ListedUser;

use crate::failure::Failure;

/// A user as named by an argument or a list.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct NamedUser {
    /// Id or e-mail address.
    pub(crate) text: String,
    /// E-mail address that the user with this id must have.
    pub(crate) expect_email: Option<String>,
}

impl NamedUser {
    /// Parses an argument: an id or an e-mail address.
    pub(crate) fn of_argument(text: &str) -> Result<Self, Failure> {
        if !text.contains('@') && !lists::has_id_form(text) && Path::new(text).is_file() {
            return Err(
                Failure::usage(format!("{text:?} is a file, and no id or e-mail address"))
                    .with_hint("`contain` and `restore` read a list with --file"),
            );
        }
        Self::parse(text).map_err(|problem| {
            let cause = format!("{text:?} is neither an id nor an e-mail address: it {problem}");
            let failure = Failure::usage(cause);
            if text.trim().contains(char::is_whitespace) {
                failure
                    .with_hint("names are not looked up; `op-users list --match TEXT` finds users")
            } else {
                failure
            }
        })
    }

    /// Parses an id or an e-mail address, which has an `@`. The error completes the sentence "it …".
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim_matches([' ', '\t']);
        if text.contains('@') {
            lists::check_address(text)?;
        } else {
            lists::check_id(text)?;
        }
        Ok(Self {
            text: text.to_owned(),
            expect_email: None,
        })
    }

    /// The user in a list. One with an id is named by id, and must have the list's e-mail address. None without both.
    pub(crate) fn of(user: ListedUser) -> Option<Self> {
        let (text, expect_email) = match (user.id, user.email) {
            (Some(id), email) => (id, email),
            (None, email) => (email?, None),
        };
        Some(Self { text, expect_email })
    }

    /// Returns true if the user is named by e-mail address.
    pub(crate) fn is_email(&self) -> bool {
        self.text.contains('@')
    }

    /// The user, as the contract names them.
    pub(crate) fn selector(&self) -> Selector {
        if self.is_email() {
            Selector::Email(self.text.clone())
        } else {
            Selector::Id(self.text.clone())
        }
    }

    /// The user as a target of a change.
    pub(crate) fn target(&self) -> Target {
        Target {
            who: self.selector(),
            expect_email: self.expect_email.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_an_at_sign_is_an_address() {
        for (text, is_email) in [
            (" IR7VJHJ36JHINBFAD7V2T5MP3E ", false),
            ("wendy+x@acme.example", true),
            ("élodie@bücher.example", true),
        ] {
            let user = NamedUser::parse(text).unwrap();
            assert_eq!(
                (user.text.as_str(), user.is_email()),
                (text.trim(), is_email)
            );
        }
    }

    #[test]
    fn parse_refuses_text_that_is_no_id_and_no_address() {
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
            assert!(NamedUser::parse(text).is_err(), "{text:?}");
        }
    }
}
