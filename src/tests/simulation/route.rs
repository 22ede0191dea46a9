//! Routes of the API, parsed from requests.

use crate::{
    Operation, StateFilter, UserState, platform::Method, tests::scripted_server::SentRequest,
};

/// Route of a request with its parameters.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Route {
    Token,
    /// Revocation of this token.
    Revoke(String),
    List(ListQuery),
    User(String),
    Change(String, UserState),
}

/// Query of a list.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct ListQuery {
    pub filter: Option<StateFilter>,
    pub size: Option<u32>,
    pub page: Option<String>,
}

const ORIGIN: &str = "https://api.1password.com/v1beta1/";

impl Route {
    /// Parses a request. Panics for requests that the API does not have.
    pub(super) fn of(sent: &SentRequest) -> Self {
        let known = sent.url.strip_prefix(ORIGIN).and_then(|path| {
            Some(match (sent.method, path) {
                (Method::Post, "users/oauth2/token") if sent.is_token() => Self::Token,
                (Method::Post, "users/oauth2/revoke") => {
                    let form = sent.body.as_deref()?;
                    Self::Revoke(form.strip_prefix("token=")?.to_owned())
                }
                (method, path) => {
                    let rest = path.strip_prefix("accounts/ACCOUNT123/users")?;
                    match method {
                        Method::Post => Self::change(rest.strip_prefix('/')?)?,
                        Method::Get => match rest.strip_prefix('/') {
                            Some(id) => Self::User(id.to_owned()),
                            None => Self::List(ListQuery::of(rest)?),
                        },
                    }
                }
            })
        });
        known.unwrap_or_else(|| panic!("a request that the API does not have: {sent:?}"))
    }

    fn change(segment: &str) -> Option<Self> {
        let (id, verb) = segment.split_once(':')?;
        let state = match verb {
            "suspend" => UserState::Suspended,
            "reactivate" => UserState::Active,
            _ => return None,
        };
        Some(Self::Change(id.to_owned(), state))
    }

    /// Returns the operation for which the application needs a permission.
    pub(super) fn operation(&self) -> Option<Operation> {
        Some(match self {
            Self::List(_) => Operation::ListUsers,
            Self::User(_) => Operation::GetUser,
            Self::Change(_, UserState::Suspended) => Operation::SuspendUser,
            Self::Change(..) => Operation::ReactivateUser,
            Self::Token | Self::Revoke(_) => return None,
        })
    }

    /// Returns true if the request is authorized by a token.
    pub(super) const fn is_resource(&self) -> bool {
        !matches!(self, Self::Token | Self::Revoke(_))
    }
}

impl ListQuery {
    fn of(text: &str) -> Option<Self> {
        let mut query = Self {
            filter: None,
            size: None,
            page: None,
        };
        for pair in text.trim_start_matches('?').split('&') {
            match pair.split_once('=') {
                None if pair.is_empty() => {}
                Some(("filter", "user.isActive%28%29")) => {
                    query.filter = Some(StateFilter::Active);
                }
                Some(("filter", "user.isSuspended%28%29")) => {
                    query.filter = Some(StateFilter::Suspended);
                }
                Some(("max_page_size", size)) => query.size = Some(size.parse().ok()?),
                // The special characters of the simulated page tokens.
                Some(("page_token", page)) => {
                    let page = page.replace("%2B", "+").replace("%2F", "/");
                    query.page = Some(page.replace("%3D", "="));
                }
                _ => return None,
            }
        }
        Some(query)
    }
}
