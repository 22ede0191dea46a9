//! Users and pages of users.

use alloc::{string::String, vec::Vec};

/// Maximum length of a user's text in the report of a bulk change, in bytes.
const MAX_REPORTED_TEXT: usize = 1024;

/// A user of the account: `user` in the contract. A field that the server left out is empty, except `id`.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct User {
    /// Opaque identifier, case-sensitive.
    pub id: String,
    /// E-mail address used to sign in, as the server spells it.
    pub email: String,
    /// Full name.
    pub display_name: String,
    /// Access state.
    pub state: UserState,
    /// Creation time in UTC, as the server sent it (RFC 3339).
    pub create_time: String,
    /// Resource name: `accounts/<account>/users/<id>`.
    pub path: String,
}

impl User {
    /// All texts of the user.
    pub(crate) fn texts(&self) -> [&str; 6] {
        let state = match &self.state {
            UserState::Other(state) => state.as_str(),
            UserState::Active | UserState::Suspended | UserState::Unspecified => "",
        };
        [
            &self.id,
            &self.email,
            &self.display_name,
            state,
            &self.create_time,
            &self.path,
        ]
    }

    /// Empties texts longer than [`MAX_REPORTED_TEXT`] that no guard compares: a report must fit into memory.
    pub(crate) fn drop_long_texts(&mut self) {
        for text in [
            &mut self.display_name,
            &mut self.create_time,
            &mut self.path,
        ] {
            if text.len() > MAX_REPORTED_TEXT {
                *text = String::new();
            }
        }
    }

    /// Copies the user for a report: texts longer than [`MAX_REPORTED_TEXT`] are empty. None if the id or the state is longer.
    pub(crate) fn reported(&self) -> Option<Self> {
        let is_short = |text: &str| text.len() <= MAX_REPORTED_TEXT;
        let copy = |text: &String| {
            if is_short(text) {
                text.clone()
            } else {
                String::new()
            }
        };
        let state = self.state.reported()?;
        is_short(&self.id).then(|| Self {
            id: self.id.clone(),
            email: copy(&self.email),
            display_name: copy(&self.display_name),
            state,
            create_time: copy(&self.create_time),
            path: copy(&self.path),
        })
    }

    /// Total length of the texts, in bytes.
    pub(crate) fn size(&self) -> usize {
        let sizes = self.texts().map(str::len);
        sizes.into_iter().fold(0, usize::saturating_add)
    }
}

/// Access state of a user: `user-state` in the contract.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum UserState {
    /// `ACTIVE`: the user has access.
    Active,
    /// `SUSPENDED`: the user has no access until reactivated.
    Suspended,
    /// The server sent no state, or `STATE_UNSPECIFIED`.
    Unspecified,
    /// A state unknown to this version, as the server spells it.
    Other(String),
}

impl UserState {
    /// Name in the contract; for a state unknown to this version, the server's spelling.
    pub fn name(&self) -> &str {
        user_state_name!(self)
    }

    /// Copies the state for a report. None if its text is longer than [`MAX_REPORTED_TEXT`].
    pub(crate) fn reported(&self) -> Option<Self> {
        (self.name().len() <= MAX_REPORTED_TEXT).then(|| self.clone())
    }
}

/// Filter of a list by state: `state-filter` in the contract.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum StateFilter {
    /// Active users only: `user.isActive()`.
    Active,
    /// Suspended users only: `user.isSuspended()`.
    Suspended,
}

/// Filter and position of a list: `list-options` in the contract.
#[derive(Clone, Debug, Default)]
pub struct ListOptions {
    /// State of the users to list. None lists users in every state.
    pub filter: Option<StateFilter>,
    /// Maximum number of users in the page: 1 to 1000. None leaves it to the server.
    pub max_page_size: Option<u32>,
    /// Position to continue from: `next_page_token` of the previous page, 1 to 4096 bytes. None starts at the first page.
    pub page_token: Option<String>,
}

/// One page of a list: `user-page` in the contract.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UserPage {
    /// Users in the server's order. May be empty even if more pages follow.
    pub users: Vec<User>,
    /// Position of the next page. None on the last page.
    pub next_page_token: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(text: &str) -> User {
        User {
            id: "U".into(),
            email: text.into(),
            display_name: text.into(),
            state: UserState::Active,
            create_time: text.into(),
            path: text.into(),
        }
    }

    #[test]
    fn the_size_of_a_user_is_that_of_its_texts() {
        assert_eq!(user("").size(), "U".len());
        assert_eq!(user("xy").size(), user("").size() + 8);
    }

    #[test]
    fn long_texts_that_no_guard_compares_are_dropped() {
        let (longest, long) = (
            "x".repeat(MAX_REPORTED_TEXT),
            "x".repeat(MAX_REPORTED_TEXT + 1),
        );
        let mut kept = user(&longest);
        kept.drop_long_texts();
        assert_eq!(kept, user(&longest));
        let mut dropped = user(&long);
        dropped.drop_long_texts();
        assert_eq!(
            dropped,
            User {
                email: long,
                ..user("")
            }
        );
    }
}
