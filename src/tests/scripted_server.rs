//! What the simulated server does, and what it sees: requests, replies, and the order they are given in.

use std::collections::VecDeque;

use crate::platform::{Duration, Method, Request, Scheme, SendError, SendErrorKind, Timeouts};

/// A request, as it was sent.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SentRequest {
    pub method: Method,
    pub url: String,
    /// In alphabetical order.
    pub headers: Vec<(&'static str, String)>,
    pub body: Option<String>,
    pub timeouts: Timeouts,
    /// Since the simulation began.
    pub at: Duration,
}

impl SentRequest {
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
    pub answer: ScriptedResponse,
}

#[derive(Clone, Debug)]
pub(super) enum ScriptedResponse {
    Head {
        status: u16,
        headers: Headers,
        pieces: Vec<BodyPiece>,
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
pub(super) enum BodyPiece {
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
        if let ScriptedResponse::Head { headers, .. } = &mut self.answer {
            headers.retry_after = Some(value.to_owned());
        }
        self
    }

    /// With a `Date` header.
    pub fn date(mut self, value: &str) -> Self {
        if let ScriptedResponse::Head { headers, .. } = &mut self.answer {
            headers.date = Some(value.to_owned());
        }
        self
    }

    /// With a `Content-Length` header, true or not.
    pub fn content_length(mut self, length: u64) -> Self {
        if let ScriptedResponse::Head { headers, .. } = &mut self.answer {
            headers.content_length = Some(length);
        }
        self
    }
}

/// An answer that is all there at once.
pub(super) fn reply(status: u16, body: impl Into<Vec<u8>>) -> Reply {
    pieces(status, vec![BodyPiece::Bytes(Duration::ZERO, body.into())])
}

/// An answer that arrives piece by piece.
pub(super) fn pieces(status: u16, pieces: Vec<BodyPiece>) -> Reply {
    Reply {
        after: Duration::ZERO,
        answer: ScriptedResponse::Head {
            status,
            headers: Headers::default(),
            pieces,
        },
    }
}

/// No answer, ever.
pub(super) fn no_response() -> Reply {
    Reply {
        after: Duration::ZERO,
        answer: ScriptedResponse::Never,
    }
}

/// No answer, because of this.
pub(super) fn send_fails(kind: SendErrorKind, possibly_received: bool) -> Reply {
    Reply {
        after: Duration::ZERO,
        answer: ScriptedResponse::Fails(send_error(kind, possibly_received)),
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
pub(super) fn script(
    replies: impl IntoIterator<Item = Reply>,
) -> impl FnMut(&SentRequest) -> Reply {
    let mut replies: VecDeque<_> = replies.into_iter().collect();
    move |sent| {
        let reply = replies.pop_front();
        reply.unwrap_or_else(|| panic!("not in the script: {sent:?}"))
    }
}

/// Gives a new token for 900 seconds to whoever asks for one, `stub-token-1` first, and leaves the rest to `resources`.
pub(super) fn with_tokens(
    mut resources: impl FnMut(&SentRequest) -> Reply,
) -> impl FnMut(&SentRequest) -> Reply {
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
