//! Simulated account: users, tokens, and the server's responses to requests.

use super::{
    directory::{self, EXTERNAL, OWNER},
    json,
    rng::Rng,
    route::{ListQuery, Route},
};
use crate::{
    ErrorCode, Operation, StateFilter, User, UserPage, UserState,
    platform::{Duration, Instant},
    tests::fixtures::BASIC,
};

/// State of the simulated server.
pub(super) struct SimulatedAccount {
    pub users: Vec<User>,
    /// Indexes into `users` in the order of the list.
    pub order: Vec<usize>,
    /// True if the order changes between requests, so that the pages of a list can repeat or omit users.
    pub is_list_changing: bool,
    /// Maximum number of users in a page, whatever size the request asks for.
    pub max_page_size: usize,
    /// Operation for which the application has no permission.
    pub missing_permission: Option<Operation>,
    /// False if the server rejects the client id and secret.
    pub is_application_known: bool,
    tokens: Vec<IssuedToken>,
    rng: Rng,
}

/// Token that the server accepts until it expires.
struct IssuedToken {
    value: String,
    until: Instant,
}

/// Response of the server to a request that arrived.
#[derive(Clone, Debug)]
pub(super) struct ServerResponse {
    pub status: u16,
    pub body: String,
    pub payload: Payload,
    /// True if the request changed the state of a user.
    pub is_changed: bool,
}

/// Content of a response.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Payload {
    /// Token, with its lifetime if the response contains one.
    Token(String, Option<Duration>),
    Revoked,
    Page(UserPage),
    User(User),
    Refused(ErrorCode),
}

/// Lifetimes: JSON fields of the token response, and the milliseconds that the client may assume.
const LIFETIMES: [(&str, Option<u64>); 12] = [
    (r#","expires_in":900"#, Some(900_000)),
    (r#","expires_in":900,"token_type":"Bearer""#, Some(900_000)),
    (r#","token_type":"bearer","expires_in":900"#, Some(900_000)),
    (r#","expires_in":899.5,"scope":"openid""#, Some(899_500)),
    (r#","expires_in":1e300"#, Some(86_400_000)),
    (r#","expires_in":61"#, Some(61_000)),
    (r#","expires_in":5"#, Some(5_000)),
    (r#","expires_in":0.5"#, Some(500)),
    (r#","expires_in":0.0001"#, Some(0)),
    ("", None),
    (r#","expires_in":0"#, Some(0)),
    (r#","expires_in":"900""#, None),
];

/// Number of users in a page if the request contains no size.
const DEFAULT_SIZE: usize = 3;

impl SimulatedAccount {
    pub(super) fn new(mut rng: Rng) -> Self {
        let users = directory::users(&mut rng);
        let operations = [
            Operation::ListUsers,
            Operation::GetUser,
            Operation::SuspendUser,
            Operation::ReactivateUser,
        ];
        Self {
            order: (0..users.len()).collect(),
            is_list_changing: rng.one_in(4),
            max_page_size: *rng.pick(&[1000, 1000, 4, 2]),
            users,
            missing_permission: rng.one_in(8).then(|| *rng.pick(&operations)),
            is_application_known: !rng.one_in(16),
            tokens: Vec::new(),
            rng,
        }
    }

    /// Processes a request and returns the response.
    pub(super) fn respond(
        &mut self,
        route: &Route,
        authorization: &str,
        at: Instant,
    ) -> ServerResponse {
        let application = authorization.strip_prefix("Basic ") == Some(BASIC);
        let mut is_changed = false;
        let payload = match route {
            Route::Token | Route::Revoke(_) if !(application && self.is_application_known) => {
                return ServerResponse::refused(
                    ErrorCode::Unauthenticated,
                    401,
                    16,
                    "unknown client",
                );
            }
            Route::Token => return self.issue_token(at),
            Route::Revoke(token) => {
                // Unknown tokens are accepted too (RFC 7009, section 2.2).
                self.tokens.retain(|issued| issued.value != *token);
                Payload::Revoked
            }
            _ if !self.accepts_token(authorization, at) => {
                return ServerResponse::refused(
                    ErrorCode::Unauthenticated,
                    401,
                    16,
                    "invalid token",
                );
            }
            _ if self.missing_permission.is_some()
                && self.missing_permission == route.operation() =>
            {
                let message = "permission denied for this application";
                return ServerResponse::refused(ErrorCode::PermissionDenied, 403, 7, message);
            }
            Route::List(query) => {
                if self.is_list_changing && self.rng.one_in(3) {
                    let by = self.rng.below(self.order.len());
                    self.order.rotate_left(by);
                }
                match self.page(query) {
                    Some(page) => Payload::Page(page),
                    None => {
                        let message = "no such page";
                        return ServerResponse::refused(
                            ErrorCode::InvalidArgument,
                            400,
                            3,
                            message,
                        );
                    }
                }
            }
            Route::User(id) | Route::Change(id, _) => {
                let Some(number) = self.users.iter().position(|user| user.id == *id) else {
                    return ServerResponse::refused(ErrorCode::NotFound, 404, 5, "user not found");
                };
                if let Route::Change(_, state) = route {
                    match number {
                        OWNER if *state == UserState::Suspended => {
                            return ServerResponse::refused(
                                ErrorCode::LastOwner,
                                403,
                                7,
                                "no_owner_remain",
                            );
                        }
                        EXTERNAL if *state == UserState::Suspended => {
                            let message = "the user is externally managed";
                            return ServerResponse::refused(
                                ErrorCode::ExternallyManaged,
                                403,
                                7,
                                message,
                            );
                        }
                        _ => is_changed = self.set_state(number, state.clone()),
                    }
                }
                Payload::User(self.users[number].clone())
            }
        };
        let body = match &payload {
            Payload::Page(page) => json::page(page, &mut self.rng),
            Payload::User(user) => json::user(user),
            _ => String::new(),
        };
        ServerResponse {
            status: 200,
            body,
            payload,
            is_changed,
        }
    }

    /// Returns a page of the list. None if the page token is unknown.
    fn page(&self, query: &ListQuery) -> Option<UserPage> {
        let users = self.order.iter().map(|&number| &self.users[number]);
        let shown = users.filter(|user| match query.filter {
            None => true,
            Some(StateFilter::Active) => user.state == UserState::Active,
            Some(StateFilter::Suspended) => user.state == UserState::Suspended,
        });
        let shown: Vec<_> = shown.cloned().collect();
        let filter = match query.filter {
            None => "all",
            Some(StateFilter::Active) => "active",
            Some(StateFilter::Suspended) => "suspended",
        };
        let token = |from: usize| format!("CA+{from}/{filter}=");
        let from = match &query.page {
            None => 0,
            Some(page) => (0..=self.users.len()).find(|&from| token(from) == *page)?,
        };
        let size = query.size.map_or(DEFAULT_SIZE, |size| size as usize);
        let until = (from + size.min(self.max_page_size)).min(shown.len());
        Some(UserPage {
            users: shown.get(from..until).unwrap_or_default().to_vec(),
            next_page_token: (until < shown.len()).then(|| token(until)),
        })
    }

    /// Sets the state of a user. Returns true if it was different before.
    pub(super) fn set_state(&mut self, number: usize, state: UserState) -> bool {
        let user = &mut self.users[number];
        let is_changed = user.state != state;
        user.state = state;
        is_changed
    }

    /// Invalidates all tokens.
    pub(super) fn forget_tokens(&mut self) {
        self.tokens.clear();
    }

    fn issue_token(&mut self, at: Instant) -> ServerResponse {
        let (fields, lifetime) = *self.rng.pick(&LIFETIMES);
        let lifetime = lifetime.map(Duration::from_millis);
        let value = self.rng.letters(24);
        self.tokens.push(IssuedToken {
            value: value.clone(),
            until: at.after(lifetime.unwrap_or(Duration::from_secs(30))),
        });
        ServerResponse {
            status: 200,
            body: format!(r#"{{"access_token":"{value}"{fields}}}"#),
            payload: Payload::Token(value, lifetime),
            is_changed: false,
        }
    }

    fn accepts_token(&self, authorization: &str, at: Instant) -> bool {
        let token = authorization.strip_prefix("Bearer ");
        let mut tokens = self.tokens.iter();
        tokens.any(|issued| Some(issued.value.as_str()) == token && at <= issued.until)
    }
}

impl ServerResponse {
    fn refused(code: ErrorCode, status: u16, api_code: i32, message: &str) -> Self {
        Self {
            status,
            body: format!(r#"{{"code":{api_code},"message":"{message}","details":[]}}"#),
            payload: Payload::Refused(code),
            is_changed: false,
        }
    }
}
