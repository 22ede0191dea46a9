//! Users, and lists of them, in the words of the contract.

use alloc::{string::String, vec::Vec};

/// A person in the account: `user` in the contract.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct User {
    /// Opaque, and the only key that the API knows.
    pub id: String,
    /// The e-mail address.
    pub email: String,
    /// The person's name.
    pub display_name: String,
    /// Whether the user has access.
    pub state: UserState,
    /// RFC 3339, as the server sent it.
    pub create_time: String,
    /// `accounts/<account>/users/<id>`.
    pub path: String,
}

impl User {
    /// Every text of it.
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

    /// How long all its texts are together, in bytes.
    pub(crate) fn size(&self) -> usize {
        let sizes = self.texts().map(str::len);
        sizes.into_iter().fold(0, usize::saturating_add)
    }
}

/// Whether a user has access: `user-state` in the contract.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum UserState {
    /// `ACTIVE`
    Active,
    /// `SUSPENDED`
    Suspended,
    /// `STATE_UNSPECIFIED`, or none.
    Unspecified,
    /// Any other, as the server spelt it.
    Other(String),
}

/// Which users a list shows.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum StateFilter {
    /// `user.isActive()`
    Active,
    /// `user.isSuspended()`
    Suspended,
}

/// What to list, and from where on.
#[derive(Clone, Debug, Default)]
pub struct ListOptions {
    /// Which users. None shows all.
    pub filter: Option<StateFilter>,
    /// 1 to 1000. None leaves it to the server.
    pub max_page_size: Option<u32>,
    /// `next_page_token` of the page before.
    pub page_token: Option<String>,
}

/// One page of a list.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct UserPage {
    /// In the server's order.
    pub users: Vec<User>,
    /// Where the next page starts. None after the last one.
    pub next_page_token: Option<String>,
}
