//! Whoever watches the wire of an instance: it hears of users and changes before the component does, and can close it.

use percent_encoding::percent_decode_str;

use crate::User;

/// What a request to the API asks for, as its method and its path tell. The path of a token endpoint tells of none.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Operation {
    /// A page of the list.
    List,
    /// The user with this id.
    Get(String),
    /// To suspend the user with this id.
    Suspend(String),
    /// To reactivate the user with this id.
    Reactivate(String),
}

impl Operation {
    /// What this request asks for.
    pub(crate) fn of(method: &str, path_and_query: &str) -> Option<Self> {
        let path = path_and_query.split('?').next()?;
        let mut segments = path.rsplit('/');
        let last = segments.next()?;
        if method == "GET" && last == "users" {
            segments.next()?;
            return (segments.next()? == "accounts").then_some(Self::List);
        }
        if segments.next()? != "users" || segments.nth(1)? != "accounts" {
            return None;
        }
        let id = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        match (method, last.split_once(':')) {
            ("GET", None) => Some(Self::Get(id(last))),
            ("POST", Some((user, "suspend"))) => Some(Self::Suspend(id(user))),
            ("POST", Some((user, "reactivate"))) => Some(Self::Reactivate(id(user))),
            _ => None,
        }
    }

    /// Whether it is a change, and of whom.
    #[must_use]
    pub fn changes(&self) -> Option<&str> {
        match self {
            Self::Suspend(user) | Self::Reactivate(user) => Some(user),
            Self::List | Self::Get(_) => None,
        }
    }
}

/// Watches an instance's wire.
pub trait Watch: Send + Sync + 'static {
    /// Whether a request may go out: asked before anything of it is sent. To the component, one that may not was denied by
    /// its host.
    fn admits(&self, operation: Option<&Operation>) -> bool;

    /// The server showed these users, in answer to a list or a get. The component does not have the end of that answer yet.
    fn shown(&self, users: Vec<User>);

    /// The server acknowledged a change: a 200 to a suspend or a reactivate. The component does not hear of it before this
    /// returns; it may block, and it runs to its end even if the component gives the request up.
    ///
    /// The user is what the answer shows, where it came at once, is small, and repeats no secret. Without a user in the new
    /// state it proves nothing: a proxy can answer 200 too.
    fn acknowledged(&self, change: &Operation, user: Option<User>);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_tells_by_its_path_what_it_asks_for() {
        for (method, path, operation) in [
            ("GET", "/v1/accounts/A/users", Some(Operation::List)),
            (
                "GET",
                "/v1/accounts/A/users?page_token=a%2Fusers",
                Some(Operation::List),
            ),
            (
                "GET",
                "/v1beta1/accounts/users/users/U%20%C3%A9",
                Some(Operation::Get("U é".into())),
            ),
            (
                "POST",
                "/v1/accounts/A/users/a%3Asuspend:suspend",
                Some(Operation::Suspend("a:suspend".into())),
            ),
            (
                "POST",
                "/v1/accounts/A/users/U:reactivate",
                Some(Operation::Reactivate("U".into())),
            ),
            ("POST", "/v1beta1/users/oauth2/token", None),
            ("POST", "/v1beta1/users/oauth2/revoke", None),
            ("POST", "/v1/accounts/A/users/U:delete", None),
            ("POST", "/v1/accounts/A/users/U", None),
            ("GET", "/users", None),
            ("GET", "/", None),
        ] {
            assert_eq!(Operation::of(method, path), operation, "{method} {path}");
        }
    }
}
