//! What the simulated server does, and what it sees: requests, replies, and the order they are given in.

use std::collections::VecDeque;

use super::fake_platform::FakePlatform;
use crate::{
    Client, Error, ListOptions, Operation, Secret,
    platform::{Duration, Method, Request, Scheme, SendError, SendErrorKind, Timeouts},
    settings::{ApiVersion, Credentials, Origin, RawSettings, Settings},
};

pub(super) const ID: &str = "IR7VJHJ36JHINBFAD7V2T5MP3E";
pub(super) const CLIENT_SECRET: &str = "correct-horse-battery-staple";
/// base64 of `client-1:correct-horse-battery-staple`.
pub(super) const BASIC: &str = "Y2xpZW50LTE6Y29ycmVjdC1ob3JzZS1iYXR0ZXJ5LXN0YXBsZQ==";
/// The sample of the documentation: a Bearer token for 900 seconds.
pub(super) const TOKEN: &str =
    r#"{"access_token":"stub-token-1","token_type":"Bearer","expires_in":900,"scope":"openid"}"#;
pub(super) const ACTIVE: &str = r#"{"id":"IR7VJHJ36JHINBFAD7V2T5MP3E","email":"wendy_appleseed@agilebits.com","display_name":"Wendy Appleseed","state":"ACTIVE","create_time":"2024-01-15T10:30:00Z","path":"accounts/ACCOUNT123/users/IR7VJHJ36JHINBFAD7V2T5MP3E"}"#;
/// The hint for a response that cannot be from the API.
pub(super) const CHECK_BASE_URL: &str =
    "check that the base URL is that of the API, and that no proxy answers in its place";
/// The hint for a call that has used up its time.
pub(super) const SET_LONGER_DEADLINE: &str = "try again, or set a longer deadline";
pub(super) const SUSPENDED: &str = r#"{"id":"IR7VJHJ36JHINBFAD7V2T5MP3E","state":"SUSPENDED"}"#;

/// A request, as it was sent.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Sent {
    pub method: Method,
    pub url: String,
    /// In alphabetical order.
    pub headers: Vec<(&'static str, String)>,
    pub body: Option<String>,
    pub timeouts: Timeouts,
    /// Since the simulation began.
    pub at: Duration,
}

impl Sent {
    pub fn of(request: &Request<'_>, at: Duration) -> Self {
        let scheme = match request.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        };
        let mut headers: Vec<_> = request
            .headers
            .iter()
            .map(|&(name, value)| (name, value.to_owned()))
            .collect();
        headers.sort_unstable();
        Self {
            method: request.method,
            url: format!("{scheme}://{}{}", request.authority, request.path_and_query),
            headers,
            body: request.body.map(str::to_owned),
            timeouts: request.timeouts,
            at,
        }
    }

    pub fn is_token(&self) -> bool {
        self.body.as_deref() == Some("grant_type=client_credentials")
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|header| header.0 == name);
        found.map(|header| header.1.as_str())
    }

    pub fn authorization(&self) -> &str {
        self.header("authorization").unwrap()
    }
}

/// What the server does with one request.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub after: Duration,
    pub answer: Answer,
}

#[derive(Clone, Debug)]
pub(super) enum Answer {
    Head {
        status: u16,
        headers: Headers,
        pieces: Vec<Piece>,
    },
    Fails(SendError),
    Never,
}

/// The headers of an answer that the core reads.
#[derive(Clone, Debug, Default)]
pub(super) struct Headers {
    pub retry_after: Option<String>,
    pub date: Option<String>,
    pub content_length: Option<u64>,
}

/// A piece of a body; after the last one it ends.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    Bytes(Duration, Vec<u8>),
    Fails(SendError),
    Never,
}

impl Reply {
    /// The same, so much later.
    pub fn after(mut self, duration: Duration) -> Self {
        self.after = duration;
        self
    }

    pub fn retry_after(mut self, value: &str) -> Self {
        if let Answer::Head { headers, .. } = &mut self.answer {
            headers.retry_after = Some(value.to_owned());
        }
        self
    }

    /// With a `Date` header.
    pub fn date(mut self, value: &str) -> Self {
        if let Answer::Head { headers, .. } = &mut self.answer {
            headers.date = Some(value.to_owned());
        }
        self
    }

    /// With a `Content-Length` header, true or not.
    pub fn content_length(mut self, length: u64) -> Self {
        if let Answer::Head { headers, .. } = &mut self.answer {
            headers.content_length = Some(length);
        }
        self
    }
}

/// An answer that is all there at once.
pub(super) fn reply(status: u16, body: impl Into<Vec<u8>>) -> Reply {
    pieces(status, vec![Piece::Bytes(Duration::ZERO, body.into())])
}

/// An answer that arrives piece by piece.
pub(super) fn pieces(status: u16, pieces: Vec<Piece>) -> Reply {
    Reply {
        after: Duration::ZERO,
        answer: Answer::Head {
            status,
            headers: Headers::default(),
            pieces,
        },
    }
}

/// No answer, ever.
pub(super) fn never() -> Reply {
    Reply {
        after: Duration::ZERO,
        answer: Answer::Never,
    }
}

/// No answer, because of this.
pub(super) fn fails(kind: SendErrorKind, possibly_received: bool) -> Reply {
    Reply {
        after: Duration::ZERO,
        answer: Answer::Fails(send_error(kind, possibly_received)),
    }
}

pub(super) fn send_error(kind: SendErrorKind, possibly_received: bool) -> SendError {
    SendError {
        kind,
        possibly_received,
        detail: "the wire is cut".into(),
    }
}

/// These replies, one after the other, and no more requests than that.
pub(super) fn script(replies: impl IntoIterator<Item = Reply>) -> impl FnMut(&Sent) -> Reply {
    let mut replies: VecDeque<_> = replies.into_iter().collect();
    move |sent| {
        let reply = replies.pop_front();
        reply.unwrap_or_else(|| panic!("not in the script: {sent:?}"))
    }
}

/// Gives a new token for 900 seconds to whoever asks for one, `stub-token-1` first, and leaves the rest to `resources`.
pub(super) fn with_tokens(mut resources: impl FnMut(&Sent) -> Reply) -> impl FnMut(&Sent) -> Reply {
    let mut made = 0;
    move |sent| {
        if !sent.is_token() {
            return resources(sent);
        }
        made += 1;
        reply(
            200,
            format!(r#"{{"access_token":"stub-token-{made}","expires_in":900}}"#),
        )
    }
}

/// The settings of the tests, to change one of them.
pub(super) fn proposal() -> RawSettings {
    RawSettings {
        account_id: "ACCOUNT123".into(),
        credentials: Credentials::Client {
            id: "client-1".into(),
            secret: Secret::new(CLIENT_SECRET.into()),
        },
        origin: Origin::Com,
        api_version: ApiVersion::V1Beta1,
        token_path: None,
        revoke_path: None,
        user_agent: None,
        deadline_ms: None,
    }
}

pub(super) fn client(server: impl FnMut(&Sent) -> Reply + 'static) -> Client<FakePlatform> {
    client_of(proposal(), server)
}

pub(super) fn client_of(
    proposal: RawSettings,
    server: impl FnMut(&Sent) -> Reply + 'static,
) -> Client<FakePlatform> {
    Client::new(FakePlatform::new(server), Settings::new(proposal))
}

/// Makes a call, whatever it returns when it goes well.
pub(super) async fn call(client: &Client<FakePlatform>, operation: Operation) -> Result<(), Error> {
    match operation {
        Operation::ListUsers => client.list_users(&ListOptions::default()).await.map(drop),
        Operation::GetUser => client.get_user(ID).await.map(drop),
        Operation::SuspendUser => client.suspend_user(ID).await.map(drop),
        Operation::ReactivateUser => client.reactivate_user(ID).await.map(drop),
        Operation::RevokeToken => client.revoke_token().await,
        Operation::FindUser
        | Operation::ListAllUsers
        | Operation::SuspendUsers
        | Operation::ReactivateUsers
        | Operation::Configure
        | Operation::Check => unreachable!("not a call of one request"),
    }
}

/// The error of a call that has its token and is then served by this script.
pub(super) fn error_of(operation: Operation, replies: impl IntoIterator<Item = Reply>) -> Error {
    let client = client(with_tokens(script(Vec::from_iter(replies))));
    let result = client.platform().run(call(&client, operation));
    result.expect_err("the call should have failed")
}

/// The message and the hint of an error.
pub(super) fn texts(error: &Error) -> (&str, Option<&str>) {
    (&error.message, error.hint)
}

/// What a user is read as who is asked for and answered with this.
pub(super) fn get(client: &Client<FakePlatform>) -> Result<crate::User, Error> {
    client.platform().run(client.get_user(ID))
}
