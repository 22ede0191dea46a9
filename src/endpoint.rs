//! The endpoints of the API.

use crate::platform::Method;

/// What is asked of, which decides what a refusal means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Endpoint {
    /// The token endpoint.
    Token,
    /// The revocation endpoint.
    Revoke,
    /// The list of users.
    List,
    /// One user, to be read.
    User,
    /// One user, to be changed.
    Change,
}

impl Endpoint {
    /// The method that it takes.
    pub const fn method(self) -> Method {
        match self {
            Self::List | Self::User => Method::Get,
            Self::Token | Self::Revoke | Self::Change => Method::Post,
        }
    }
}
