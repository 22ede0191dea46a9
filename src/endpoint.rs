//! The endpoints of the API.

use crate::{
    platform::{Method, Purpose},
    user_action::UserAction,
};

/// An endpoint, which decides the meaning of an error response.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Endpoint {
    /// Token endpoint.
    Token,
    /// Revocation endpoint.
    Revoke,
    /// List of users.
    List,
    /// One user, to be read.
    User,
    /// One user, to be changed.
    Change(UserAction),
}

impl Endpoint {
    /// Method of its requests.
    pub(crate) const fn method(self) -> Method {
        match self {
            Self::List | Self::User => Method::Get,
            Self::Token | Self::Revoke | Self::Change(_) => Method::Post,
        }
    }

    /// Purpose of its requests.
    pub(crate) const fn purpose(self) -> Purpose {
        match self {
            Self::Token => Purpose::Token,
            Self::Revoke => Purpose::Revoke,
            Self::List => Purpose::List,
            Self::User => Purpose::Get,
            Self::Change(UserAction::Suspend) => Purpose::Suspend,
            Self::Change(UserAction::Reactivate) => Purpose::Reactivate,
        }
    }
}
