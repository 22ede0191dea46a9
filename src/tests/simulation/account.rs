//! The account behind the API: its users and tokens, with what the server truly says of them.

use super::{
    directory::{self, EXTERNAL, OWNER},
    json,
    rng::Dice,
    route::Route,
};
use crate::{
    ErrorCode, Operation, User, UserPage, UserState,
    platform::{Duration, Instant},
    tests::scripted_server::BASIC,
};

/// What the server remembers.
pub(super) struct Account {
    pub users: Vec<User>,
    /// The places of the users in the order in which they are listed.
    pub order: Vec<usize>,
    /// Whether that changes now and then: whoever reads page by page may meet somebody twice, or not at all.
    pub is_restless: bool,
    /// How many users a page has at most, whatever is asked for.
    pub largest_page: usize,
    /// The operation that the application lacks the permission for.
    pub lacks: Option<Operation>,
    /// Whether the application's id and secret are right.
    pub knows_application: bool,
    tokens: Vec<Issued>,
    dice: Dice,
}

/// A token that the server knows.
struct Issued {
    value: String,
    until: Instant,
}

/// What the server truly said, when a request arrived.
#[derive(Clone, Debug)]
pub(super) struct Answered {
    pub status: u16,
    pub body: String,
    pub says: Says,
    /// Whether the request changed a user's state.
    pub changed: bool,
}

/// What an answer says, once it is read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Says {
    /// A token, and how long it lives if that is said.
    Token(String, Option<Duration>),
    Revoked,
    Page(UserPage),
    User(User),
    Refused(ErrorCode),
}

/// A life, as JSON and as the client may believe it.
const LIVES: [(&str, Option<u64>); 12] = [
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
    (r#","expires_in":0"#, None),
    (r#","expires_in":"900""#, None),
];

impl Account {
    pub fn new(mut dice: Dice) -> Self {
        let users = directory::users(&mut dice);
        let operations = [
            Operation::ListUsers,
            Operation::GetUser,
            Operation::SuspendUser,
            Operation::ReactivateUser,
        ];
        Self {
            order: (0..users.len()).collect(),
            is_restless: dice.one_in(4),
            largest_page: *dice.pick(&[1000, 1000, 4, 2]),
            users,
            lacks: dice.one_in(8).then(|| *dice.pick(&operations)),
            knows_application: !dice.one_in(16),
            tokens: Vec::new(),
            dice,
        }
    }

    /// Does what a request asks for, or refuses it.
    pub fn answer(&mut self, route: &Route, authorization: &str, at: Instant) -> Answered {
        let application = authorization.strip_prefix("Basic ") == Some(BASIC);
        let mut changed = false;
        let says = match route {
            Route::Token | Route::Revoke(_) if !(application && self.knows_application) => {
                return Answered::refused(ErrorCode::Unauthenticated, 401, 16, "who are you");
            }
            Route::Token => return self.issue(at),
            Route::Revoke(token) => {
                // Whether it is known or not (RFC 7009, section 2.2).
                self.tokens.retain(|issued| issued.value != *token);
                Says::Revoked
            }
            _ if !self.accepts(authorization, at) => {
                return Answered::refused(ErrorCode::Unauthenticated, 401, 16, "no good token");
            }
            _ if self.lacks.is_some() && self.lacks == route.operation() => {
                let words = "permission denied for this application";
                return Answered::refused(ErrorCode::PermissionDenied, 403, 7, words);
            }
            Route::List(listing) => {
                if self.is_restless && self.dice.one_in(3) {
                    let by = self.dice.below(self.order.len());
                    self.order.rotate_left(by);
                }
                match self.page(listing) {
                    Some(page) => Says::Page(page),
                    None => {
                        let words = "no such page";
                        return Answered::refused(ErrorCode::InvalidArgument, 400, 3, words);
                    }
                }
            }
            Route::User(id) | Route::Change(id, _) => {
                let Some(number) = self.users.iter().position(|user| user.id == *id) else {
                    return Answered::refused(ErrorCode::NotFound, 404, 5, "user not found");
                };
                if let Route::Change(_, state) = route {
                    match number {
                        OWNER if *state == UserState::Suspended => {
                            return Answered::refused(
                                ErrorCode::LastOwner,
                                403,
                                7,
                                "no_owner_remain",
                            );
                        }
                        EXTERNAL if *state == UserState::Suspended => {
                            let words = "the user is externally managed";
                            return Answered::refused(ErrorCode::ExternallyManaged, 403, 7, words);
                        }
                        _ => changed = self.set(number, state.clone()),
                    }
                }
                Says::User(self.users[number].clone())
            }
        };
        let body = match &says {
            Says::Page(page) => json::of_page(page, &mut self.dice),
            Says::User(user) => json::of_user(user),
            _ => String::new(),
        };
        Answered {
            status: 200,
            body,
            says,
            changed,
        }
    }

    /// Sets a user's state, and says whether that was another one.
    pub fn set(&mut self, number: usize, state: UserState) -> bool {
        let user = &mut self.users[number];
        let changed = user.state != state;
        user.state = state;
        changed
    }

    /// Ends every token: the server was started anew.
    pub fn forget_tokens(&mut self) {
        self.tokens.clear();
    }

    fn issue(&mut self, at: Instant) -> Answered {
        let (fields, life) = *self.dice.pick(&LIVES);
        let life = life.map(Duration::from_millis);
        let value = self.dice.letters(24);
        self.tokens.push(Issued {
            value: value.clone(),
            until: at.after(life.unwrap_or(Duration::from_secs(30))),
        });
        Answered {
            status: 200,
            body: format!(r#"{{"access_token":"{value}"{fields}}}"#),
            says: Says::Token(value, life),
            changed: false,
        }
    }

    fn accepts(&self, authorization: &str, at: Instant) -> bool {
        let token = authorization.strip_prefix("Bearer ");
        let mut tokens = self.tokens.iter();
        tokens.any(|issued| Some(issued.value.as_str()) == token && at <= issued.until)
    }
}

impl Answered {
    fn refused(code: ErrorCode, status: u16, api_code: i32, words: &str) -> Self {
        Self {
            status,
            body: format!(r#"{{"code":{api_code},"message":"{words}","details":[]}}"#),
            says: Says::Refused(code),
            changed: false,
        }
    }
}
