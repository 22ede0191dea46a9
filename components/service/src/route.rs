//! Which path is what.

use alloc::string::String;

use crate::{api_key::Role, query::decoded};

/// What a path leads to.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Route {
    Health,
    OpenApi,
    Check,
    List,
    Find,
    User(String),
    Suspend(String),
    Reactivate(String),
    Contain,
    Restore,
    Hook,
}

impl Route {
    /// Where a path leads; none when it leads nowhere.
    pub fn of(path: &str) -> Option<Self> {
        Some(match path {
            "/healthz" => Self::Health,
            "/openapi.json" => Self::OpenApi,
            "/v1/check" => Self::Check,
            "/v1/users" => Self::List,
            "/v1/users:find" => Self::Find,
            "/v1/contain" => Self::Contain,
            "/v1/restore" => Self::Restore,
            "/hooks/contain" => Self::Hook,
            _ => {
                let segment = path.strip_prefix("/v1/users/")?;
                if segment.contains('/') {
                    return None;
                }
                // A colon of an id is encoded: what follows one is the verb.
                match segment.rsplit_once(':') {
                    None => Self::User(id(segment)?),
                    Some((segment, "suspend")) => Self::Suspend(id(segment)?),
                    Some((segment, "reactivate")) => Self::Reactivate(id(segment)?),
                    Some(_) => return None,
                }
            }
        })
    }

    /// The method that it answers, beside `OPTIONS`, and `HEAD` where that is `GET`.
    pub const fn method(&self) -> &'static str {
        match self {
            Self::Health
            | Self::OpenApi
            | Self::Check
            | Self::List
            | Self::Find
            | Self::User(_) => "GET",
            Self::Suspend(_) | Self::Reactivate(_) | Self::Contain | Self::Restore | Self::Hook => {
                "POST"
            }
        }
    }

    /// The value of `Allow` (RFC 9110, section 10.2.1).
    pub fn allow(&self) -> &'static str {
        match self.method() {
            "GET" => "GET, HEAD, OPTIONS",
            _ => "POST, OPTIONS",
        }
    }

    /// Who may go there.
    pub fn role(&self) -> Role {
        match self.method() {
            "GET" => Role::Read,
            _ => Role::Contain,
        }
    }
}

fn id(segment: &str) -> Option<String> {
    decoded(segment).filter(|id| !id.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_leads_where_it_should() {
        for (path, route) in [
            ("/healthz", Some(Route::Health)),
            ("/v1/users", Some(Route::List)),
            ("/v1/users:find", Some(Route::Find)),
            ("/v1/users/A", Some(Route::User("A".into()))),
            ("/v1/users/a%2Fb%3Ac", Some(Route::User("a/b:c".into()))),
            ("/v1/users/A:suspend", Some(Route::Suspend("A".into()))),
            (
                "/v1/users/A:reactivate",
                Some(Route::Reactivate("A".into())),
            ),
            (
                "/v1/users/A%3Asuspend",
                Some(Route::User("A:suspend".into())),
            ),
            ("/v1/users/a:b:suspend", Some(Route::Suspend("a:b".into()))),
            ("/v1/users/A:delete", None),
            ("/v1/users/", None),
            ("/v1/users/:suspend", None),
            ("/v1/users/A/B", None),
            ("/v1/users/%ff", None),
            ("/v1/contain/", None),
            ("//v1/contain", None),
            ("/", None),
            ("", None),
        ] {
            assert_eq!(Route::of(path), route, "{path}");
        }
    }
}
