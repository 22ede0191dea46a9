//! The account behind the API: its users and tokens, with what the server truly says of them.

use super::{
    bodies,
    dice::Dice,
    route::{Listing, Route},
};
use crate::{
    ErrorCode, Operation, StateFilter, User, UserPage, UserState,
    host::{Duration, Instant},
    tests::server::BASIC,
};

/// What the server remembers.
pub(super) struct Account {
    pub users: Vec<User>,
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
/// The last remaining owner is the first user, an externally managed administrator the second.
const OWNER: usize = 0;
const EXTERNAL: usize = 1;
/// How many users a page has that nobody sized.
const DEFAULT_SIZE: usize = 3;

impl Account {
    pub fn new(mut dice: Dice) -> Self {
        let states = [
            UserState::Active,
            UserState::Suspended,
            UserState::Unspecified,
            UserState::Other("INVITED".into()),
        ];
        let users = (0..4 + dice.below(4)).map(|number| User {
            id: format!("USER{number}"),
            email: format!("{number}@example.com"),
            display_name: format!("Person {number}"),
            state: match number {
                OWNER | EXTERNAL => UserState::Active,
                _ if dice.one_in(8) => dice.pick(&states).clone(),
                _ => dice.pick(&states[..2]).clone(),
            },
            create_time: "2024-01-15T10:30:00Z".into(),
            path: format!("accounts/ACCOUNT123/users/USER{number}"),
        });
        let users = users.collect();
        let operations = [
            Operation::ListUsers,
            Operation::GetUser,
            Operation::SuspendUser,
            Operation::ReactivateUser,
        ];
        Self {
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
            Route::List(listing) => match self.page(listing) {
                Some(page) => Says::Page(page),
                None => {
                    return Answered::refused(ErrorCode::InvalidArgument, 400, 3, "no such page");
                }
            },
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
            Says::Page(page) => bodies::of_page(page, &mut self.dice),
            Says::User(user) => bodies::of_user(user),
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

    fn page(&self, listing: &Listing) -> Option<UserPage> {
        let shown = self.users.iter().filter(|user| match listing.filter {
            None => true,
            Some(StateFilter::Active) => user.state == UserState::Active,
            Some(StateFilter::Suspended) => user.state == UserState::Suspended,
        });
        let shown: Vec<_> = shown.cloned().collect();
        let filter = match listing.filter {
            None => "all",
            Some(StateFilter::Active) => "active",
            Some(StateFilter::Suspended) => "suspended",
        };
        let token = |from: usize| format!("CA+{from}/{filter}=");
        let from = match &listing.page {
            None => 0,
            Some(page) => (0..=self.users.len()).find(|&from| token(from) == *page)?,
        };
        let size = listing.size.map_or(DEFAULT_SIZE, |size| size as usize);
        let until = (from + size).min(shown.len());
        Some(UserPage {
            users: shown.get(from..until).unwrap_or_default().to_vec(),
            next_page_token: (until < shown.len()).then(|| token(until)),
        })
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
