//! The API's paths and the operations that they name.

/// A generation of the API. Generations differ in their paths only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Generation {
    /// The documented generation, `v1beta1`.
    V1Beta1,
    /// The next generation, `v1`, as seen in partners' code.
    V1,
}

impl Generation {
    /// Returns the generation of a path, and the rest of the path after its
    /// prefix.
    pub(crate) fn of(path: &str) -> Option<(Self, &str)> {
        let (prefix, rest) = path.strip_prefix('/')?.split_once('/')?;
        match prefix {
            "v1beta1" => Some((Self::V1Beta1, rest)),
            "v1" => Some((Self::V1, rest)),
            _ => None,
        }
    }
}

/// The answer to a path of a generation that is not served. Invented: no
/// public source says how the real API answers then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ShutOff {
    /// 404 with plain text, as for any path that the API does not have.
    #[default]
    NotFound,
    /// 410 without a body.
    Gone,
    /// 404 with a page of HTML, as a proxy sends it.
    Html,
}

/// The operation that a path names, independent of the method.
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
    /// A path that the API does not have.
    Other,
}

/// An operation, with the ids in its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Route<'a> {
    pub(crate) endpoint: Endpoint,
    /// Account id, percent-encoded; empty for `Token`, `Revoke` and `Other`.
    pub(crate) account: &'a str,
    /// User id, percent-encoded; empty unless the operation is on one user.
    pub(crate) user: &'a str,
}

impl<'a> Route<'a> {
    /// Parses a percent-encoded path. An encoded `/` or `:` is part of an id,
    /// never a separator.
    pub(crate) fn parse(path: &'a str, generations: &[Generation]) -> Self {
        Self::find(path, generations).unwrap_or(Self::without_ids(Endpoint::Other))
    }

    fn find(path: &'a str, generations: &[Generation]) -> Option<Self> {
        let (generation, rest) = Generation::of(path)?;
        if !generations.contains(&generation) {
            return None;
        }
        match (generation, rest) {
            (Generation::V1Beta1, "users/oauth2/token") | (Generation::V1, "oauth/token") => {
                Some(Self::without_ids(Endpoint::Token))
            }
            // The path in v1 is a guess by analogy with `oauth/token`.
            (Generation::V1Beta1, "users/oauth2/revoke") | (Generation::V1, "oauth/revoke") => {
                Some(Self::without_ids(Endpoint::Revoke))
            }
            _ => Self::parse_users(rest),
        }
    }

    fn parse_users(rest: &'a str) -> Option<Self> {
        let (account, users) = rest.strip_prefix("accounts/")?.split_once('/')?;
        let (endpoint, user) = match users.strip_prefix("users")? {
            "" => (Endpoint::List, ""),
            user => parse_user(user.strip_prefix('/')?)?,
        };
        (!account.is_empty()).then_some(Self {
            endpoint,
            account,
            user,
        })
    }

    fn without_ids(endpoint: Endpoint) -> Self {
        Self {
            endpoint,
            account: "",
            user: "",
        }
    }
}

/// Parses the path segment of an operation on one user.
fn parse_user(segment: &str) -> Option<(Endpoint, &str)> {
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

    const GENERATIONS: &[Generation] = &[Generation::V1Beta1, Generation::V1];

    fn route(path: &str) -> (Endpoint, &str, &str) {
        let route = Route::parse(path, GENERATIONS);
        (route.endpoint, route.account, route.user)
    }

    #[test]
    fn an_encoded_separator_is_part_of_the_id() {
        let path = |id| format!("/v1/accounts/A%2FB/users/{id}");
        assert_eq!(
            route(&path("x%2Fy:suspend")),
            (Endpoint::Suspend, "A%2FB", "x%2Fy")
        );
        assert_eq!(
            route(&path("x%3Asuspend")),
            (Endpoint::Get, "A%2FB", "x%3Asuspend")
        );
    }

    #[test]
    fn a_path_close_to_a_valid_one_is_other() {
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
