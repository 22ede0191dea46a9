//! Which operation a path names.

/// The generations of the API, which differ in their paths alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// The documented one.
    V1Beta1,
    /// The coming one, as partners' code shows it.
    V1,
}

/// What a request was for, whatever its method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// Issues an access token.
    Token,
    /// Revokes an access token.
    Revoke,
    /// Lists users.
    List,
    /// Gets a user.
    Get,
    /// Suspends a user.
    Suspend,
    /// Reactivates a user.
    Reactivate,
    /// Any path that the API does not have.
    Other,
}

/// An operation and the raw path segments that it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Route<'a> {
    pub(crate) endpoint: Endpoint,
    /// Percent-encoded; empty for `Token`, `Revoke` and `Other`.
    pub(crate) account: &'a str,
    /// Percent-encoded; empty for all but the operations on one user.
    pub(crate) user: &'a str,
}

impl<'a> Route<'a> {
    /// Reads a path as it was sent: an encoded `/` or `:` in an id is part of
    /// the id, never of the route.
    pub(crate) fn parse(path: &'a str, generations: &[Generation]) -> Self {
        Self::find(path, generations).unwrap_or(Self::plain(Endpoint::Other))
    }

    fn find(path: &'a str, generations: &[Generation]) -> Option<Self> {
        let (prefix, rest) = path.strip_prefix('/')?.split_once('/')?;
        let generation = match prefix {
            "v1beta1" => Generation::V1Beta1,
            "v1" => Generation::V1,
            _ => return None,
        };
        if !generations.contains(&generation) {
            return None;
        }
        match (generation, rest) {
            (Generation::V1Beta1, "users/oauth2/token") | (Generation::V1, "oauth/token") => {
                Some(Self::plain(Endpoint::Token))
            }
            // The path in v1 is by analogy: no witness has been found.
            (Generation::V1Beta1, "users/oauth2/revoke") | (Generation::V1, "oauth/revoke") => {
                Some(Self::plain(Endpoint::Revoke))
            }
            _ => Self::resource(rest),
        }
    }

    fn resource(rest: &'a str) -> Option<Self> {
        let (account, users) = rest.strip_prefix("accounts/")?.split_once('/')?;
        let (endpoint, user) = match users.strip_prefix("users")? {
            "" => (Endpoint::List, ""),
            user => named(user.strip_prefix('/')?)?,
        };
        (!account.is_empty()).then_some(Self {
            endpoint,
            account,
            user,
        })
    }

    fn plain(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            account: "",
            user: "",
        }
    }
}

/// The operation on one user, and the user's raw id.
fn named(segment: &str) -> Option<(Endpoint, &str)> {
    let (endpoint, user) = if let Some(user) = segment.strip_suffix(":suspend") {
        (Endpoint::Suspend, user)
    } else if let Some(user) = segment.strip_suffix(":reactivate") {
        (Endpoint::Reactivate, user)
    } else {
        (Endpoint::Get, segment)
    };
    (!user.is_empty() && !user.contains('/')).then_some((endpoint, user))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: &[Generation] = &[Generation::V1Beta1, Generation::V1];

    fn route(path: &str) -> (Endpoint, &str, &str) {
        let route = Route::parse(path, BOTH);
        (route.endpoint, route.account, route.user)
    }

    #[test]
    fn an_encoded_separator_stays_in_the_id() {
        let of = |id| format!("/v1/accounts/A%2FB/users/{id}");
        assert_eq!(
            route(&of("x%2Fy:suspend")),
            (Endpoint::Suspend, "A%2FB", "x%2Fy")
        );
        assert_eq!(
            route(&of("x%3Asuspend")),
            (Endpoint::Get, "A%2FB", "x%3Asuspend")
        );
    }

    #[test]
    fn a_path_that_is_nearly_right_is_wrong() {
        for path in [
            "",
            "/",
            "*",
            "/v1",
            "/v2/accounts/A/users",
            "/v1/accounts//users",
            "/v1/accounts/A/users/",
            "/v1/accounts/A/usersX",
            "/v1/accounts/A/users/x/y",
            "/v1/accounts/A/users/:suspend",
            "/v1/users/oauth2/token",
            "/v1beta1/oauth/token",
            "//v1/accounts/A/users",
        ] {
            assert_eq!(route(path).0, Endpoint::Other, "{path}");
        }
    }
}
