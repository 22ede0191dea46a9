//! The operation of the API that a request asks for.

use percent_encoding::percent_decode_str;

/// Operation of the API, as given by a request's method and path. Token endpoints have none.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum ApiOperation {
    /// Lists one page of users.
    List,
    /// Reads the user with this id.
    Get(String),
    /// Suspends the user with this id.
    Suspend(String),
    /// Reactivates the user with this id.
    Reactivate(String),
}

impl ApiOperation {
    /// Operation of a request. None if it is not one of the four operations.
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
        let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        match (method, last.split_once(':')) {
            ("GET", None) => Some(Self::Get(decode(last))),
            ("POST", Some((id, "suspend"))) => Some(Self::Suspend(decode(id))),
            ("POST", Some((id, "reactivate"))) => Some(Self::Reactivate(decode(id))),
            _ => None,
        }
    }

    /// Id of the user that the operation changes. None for operations that only read.
    #[must_use]
    pub fn changed_user_id(&self) -> Option<&str> {
        match self {
            Self::Suspend(id) | Self::Reactivate(id) => Some(id),
            Self::List | Self::Get(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn method_and_path_give_the_operation() {
        for (method, path, operation) in [
            ("GET", "/v1/accounts/A/users", Some(ApiOperation::List)),
            (
                "GET",
                "/v1/accounts/A/users?page_token=a%2Fusers",
                Some(ApiOperation::List),
            ),
            (
                "GET",
                "/v1beta1/accounts/users/users/U%20%C3%A9",
                Some(ApiOperation::Get("U é".into())),
            ),
            (
                "POST",
                "/v1/accounts/A/users/a%3Asuspend:suspend",
                Some(ApiOperation::Suspend("a:suspend".into())),
            ),
            (
                "POST",
                "/v1/accounts/A/users/U:reactivate",
                Some(ApiOperation::Reactivate("U".into())),
            ),
            ("POST", "/v1beta1/users/oauth2/token", None),
            ("POST", "/v1beta1/users/oauth2/revoke", None),
            ("POST", "/v1/accounts/A/users/U:delete", None),
            ("POST", "/v1/accounts/A/users/U", None),
            ("GET", "/users", None),
            ("GET", "/", None),
        ] {
            assert_eq!(ApiOperation::of(method, path), operation, "{method} {path}");
        }
    }
}
