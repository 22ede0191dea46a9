//! Scripted server: recorded requests, and replies to them.

use std::collections::VecDeque;

use crate::platform::{Duration, Method, Request, Scheme, SendError, SendErrorKind, Timeouts};

/// A recorded request.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct SentRequest {
    pub method: Method,
    pub url: String,
    /// Headers in alphabetical order.
    pub headers: Vec<(&'static str, String)>,
    pub body: Option<String>,
    pub timeouts: Timeouts,
    /// Virtual time of sending, since the start of the test.
    pub at: Duration,
}

impl SentRequest {
    pub(super) fn of(request: &Request<'_>, at: Duration) -> Self {
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

    pub(super) fn is_token(&self) -> bool {
        self.body.as_deref() == Some("grant_type=client_credentials")
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|header| header.0 == name);
        found.map(|header| header.1.as_str())
    }

    pub(super) fn authorization(&self) -> &str {
        self.header("authorization").unwrap()
    }
}

/// Reply of the server to one request.
#[derive(Clone, Debug)]
pub(super) struct Reply {
    pub after: Duration,
    pub response: ScriptedResponse,
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

/// Response headers that the client reads.
#[derive(Clone, Debug, Default)]
pub(super) struct Headers {
    pub retry_after: Option<String>,
    pub date: Option<String>,
    pub content_length: Option<u64>,
}

/// A piece of a response body.
#[derive(Clone, Debug)]
pub(super) enum BodyPiece {
    Bytes(Duration, Vec<u8>),
    Fails(SendError),
    Never,
}

impl Reply {
    /// Delays the reply.
    pub(super) fn after(mut self, duration: Duration) -> Self {
        self.after = duration;
        self
    }

    pub(super) fn retry_after(mut self, value: &str) -> Self {
        if let ScriptedResponse::Head { headers, .. } = &mut self.response {
            headers.retry_after = Some(value.to_owned());
        }
        self
    }

    /// Adds a `Date` header.
    pub(super) fn date(mut self, value: &str) -> Self {
        if let ScriptedResponse::Head { headers, .. } = &mut self.response {
            headers.date = Some(value.to_owned());
        }
        self
    }

    /// Adds a `Content-Length` header, correct or not.
    pub(super) fn content_length(mut self, length: u64) -> Self {
        if let ScriptedResponse::Head { headers, .. } = &mut self.response {
            headers.content_length = Some(length);
        }
        self
    }
}

/// Returns a response whose body arrives at once.
pub(super) fn reply(status: u16, body: impl Into<Vec<u8>>) -> Reply {
    pieces(status, vec![BodyPiece::Bytes(Duration::ZERO, body.into())])
}

/// Returns a response whose body arrives in pieces.
pub(super) fn pieces(status: u16, pieces: Vec<BodyPiece>) -> Reply {
    Reply {
        after: Duration::ZERO,
        response: ScriptedResponse::Head {
            status,
            headers: Headers::default(),
            pieces,
        },
    }
}

/// Returns a reply that never arrives.
pub(super) fn no_response() -> Reply {
    Reply {
        after: Duration::ZERO,
        response: ScriptedResponse::Never,
    }
}

/// Returns a failure to send.
pub(super) fn send_fails(kind: SendErrorKind, is_possibly_received: bool) -> Reply {
    Reply {
        after: Duration::ZERO,
        response: ScriptedResponse::Fails(send_error(kind, is_possibly_received)),
    }
}

pub(super) fn send_error(kind: SendErrorKind, is_possibly_received: bool) -> SendError {
    SendError {
        kind,
        is_possibly_received,
        detail: "the connection is closed".into(),
    }
}

/// Returns a server that gives these replies in order, and panics on any further request.
pub(super) fn script(
    replies: impl IntoIterator<Item = Reply>,
) -> impl FnMut(&SentRequest) -> Reply {
    let mut replies: VecDeque<_> = replies.into_iter().collect();
    move |sent| {
        let reply = replies.pop_front();
        reply.unwrap_or_else(|| panic!("a request beyond the script: {sent:?}"))
    }
}

/// Returns a server that answers token requests with new tokens valid for 900 seconds, `stub-token-1` first, and passes
/// all other requests on to `resources`.
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
