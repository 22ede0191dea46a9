//! Routes: the paths of the service, with the method and the role that each needs.

use alloc::string::String;

use crate::{api_key::Role, query::percent_decode};

/// Operation that a path names.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Route {
    Health,
    Ready,
    OpenApi,
    Check,
    ListUsers,
    FindUser,
    GetUser(String),
    SuspendUser(String),
    ReactivateUser(String),
    Contain,
    Restore,
    ContainWebhook,
    Mcp,
}

impl Route {
    /// Parses a path that is still percent-encoded. None if there is no such route.
    pub(crate) fn parse(path: &str) -> Option<Self> {
        Some(match path {
            "/healthz" => Self::Health,
            "/readyz" => Self::Ready,
            "/openapi.json" => Self::OpenApi,
            "/v1/check" => Self::Check,
            "/v1/users" => Self::ListUsers,
            "/v1/users:find" => Self::FindUser,
            "/v1/contain" => Self::Contain,
            "/v1/restore" => Self::Restore,
            "/hooks/contain" => Self::ContainWebhook,
            "/mcp" => Self::Mcp,
            _ => {
                let segment = path.strip_prefix("/v1/users/")?;
                if segment.contains('/') {
                    return None;
                }
                // The verb follows the last colon. A colon inside an id must be encoded.
                match segment.rsplit_once(':') {
                    None => Self::GetUser(parse_id(segment)?),
                    Some((segment, "suspend")) => Self::SuspendUser(parse_id(segment)?),
                    Some((segment, "reactivate")) => Self::ReactivateUser(parse_id(segment)?),
                    Some(_) => return None,
                }
            }
        })
    }

    /// Returns the path of the route, with `{id}` in the place of an id.
    pub(crate) const fn pattern(&self) -> &'static str {
        match self {
            Self::Health => "/healthz",
            Self::Ready => "/readyz",
            Self::OpenApi => "/openapi.json",
            Self::Check => "/v1/check",
            Self::ListUsers => "/v1/users",
            Self::FindUser => "/v1/users:find",
            Self::GetUser(_) => "/v1/users/{id}",
            Self::SuspendUser(_) => "/v1/users/{id}:suspend",
            Self::ReactivateUser(_) => "/v1/users/{id}:reactivate",
            Self::Contain => "/v1/contain",
            Self::Restore => "/v1/restore",
            Self::ContainWebhook => "/hooks/contain",
            Self::Mcp => "/mcp",
        }
    }

    /// Returns the method of the route. Every route allows `OPTIONS`, too, and a `GET` route `HEAD`.
    pub(crate) const fn method(&self) -> &'static str {
        match self {
            Self::Health
            | Self::Ready
            | Self::OpenApi
            | Self::Check
            | Self::ListUsers
            | Self::FindUser
            | Self::GetUser(_) => "GET",
            Self::SuspendUser(_)
            | Self::ReactivateUser(_)
            | Self::Contain
            | Self::Restore
            | Self::ContainWebhook
            | Self::Mcp => "POST",
        }
    }

    /// Returns the value of `Allow` (RFC 9110, section 10.2.1).
    pub(crate) fn allow(&self) -> &'static str {
        match self.method() {
            "GET" => "GET, HEAD, OPTIONS",
            _ => "POST, OPTIONS",
        }
    }

    /// Returns the role that a caller needs. Tools need roles of their own.
    pub(crate) fn role(&self) -> Role {
        match self {
            Self::Mcp => Role::Read,
            _ if self.method() == "GET" => Role::Read,
            _ => Role::Contain,
        }
    }
}

/// Decodes a segment that is an id. None if it is empty.
fn parse_id(segment: &str) -> Option<String> {
    percent_decode(segment).filter(|id| !id.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_parsed_into_routes() {
        for (path, route) in [
            ("/healthz", Some(Route::Health)),
            ("/readyz", Some(Route::Ready)),
            ("/v1/users", Some(Route::ListUsers)),
            ("/v1/users:find", Some(Route::FindUser)),
            ("/v1/users/A", Some(Route::GetUser("A".into()))),
            ("/v1/users/a%2Fb%3Ac", Some(Route::GetUser("a/b:c".into()))),
            ("/v1/users/A:suspend", Some(Route::SuspendUser("A".into()))),
            (
                "/v1/users/A:reactivate",
                Some(Route::ReactivateUser("A".into())),
            ),
            (
                "/v1/users/A%3Asuspend",
                Some(Route::GetUser("A:suspend".into())),
            ),
            (
                "/v1/users/a:b:suspend",
                Some(Route::SuspendUser("a:b".into())),
            ),
            ("/v1/users/A:delete", None),
            ("/v1/users/", None),
            ("/v1/users/:suspend", None),
            ("/v1/users/A/B", None),
            ("/v1/users/%ff", None),
            ("/mcp", Some(Route::Mcp)),
            ("/mcp/", None),
            ("/v1/contain/", None),
            ("//v1/contain", None),
            ("/", None),
            ("", None),
        ] {
            assert_eq!(Route::parse(path), route, "{path}");
        }
    }
}
