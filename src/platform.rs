//! The interface between the client and its surroundings: HTTP, timers and a clock.

use alloc::{borrow::ToOwned, string::String, vec::Vec};
use core::{fmt, future::Future};

use crate::bulk::SettledTarget;
pub use crate::time::{Duration, Instant};

/// A runtime that the client works in, for example WASI 0.2 or a simulation.
///
/// Dropping a future cancels it: the platform closes the request.
pub trait Platform {
    /// Body of a response, while it is read.
    type Body: Body;

    /// Sends a request and waits for the head of the response. Must not follow redirects: the request contains credentials.
    fn send(
        &self,
        request: Request<'_>,
    ) -> impl Future<Output = Result<Response<Self::Body>, SendError>>;

    /// Waits for this long.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()>;

    /// Current time of a monotonic clock.
    fn now(&self) -> Instant;

    /// True if the caller of the call that is being polled has stopped it. [`send`](Self::send) then refuses every new request,
    /// with [`SendErrorKind::Stopped`].
    fn is_stopped(&self) -> bool {
        false
    }

    /// Waits for this long before a retry. Ends early if the call is stopped.
    fn pause(&self, duration: Duration) -> impl Future<Output = ()> {
        self.sleep(duration)
    }

    /// True if [`SendError::detail`] may hold words from outside. The client then takes secrets and control characters out of
    /// it, and cuts it at 512 bytes.
    const HAS_FOREIGN_DETAILS: bool = false;

    /// True if [`settled`](Self::settled) is to be called.
    const OBSERVES_TARGETS: bool = false;

    /// Tells the result of one target of the bulk change that is being polled, as soon as it is known. Called once for each
    /// target, before the call ends.
    fn settled(&self, target: SettledTarget<'_>) {
        let _ = target;
    }
}

/// Maximum size of a piece of a body that is read at once, in bytes: as much memory is kept free for it.
pub const MAX_PIECE: usize = 32 << 10;

/// A response body that arrives in pieces.
pub trait Body {
    /// Waits for the next piece, of at most [`MAX_PIECE`] bytes if this platform decides how much it reads. None at the end of the body.
    fn next(&mut self) -> impl Future<Output = Result<Option<Vec<u8>>, SendError>>;
}

/// HTTP methods that the API uses.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
}

/// Schemes of a base URL.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scheme {
    /// `http`, only on loopback.
    Http,
    /// `https`
    Https,
}

/// Purpose of a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Purpose {
    /// Exchanges the credentials for a token, or asks if a token endpoint exists.
    Token,
    /// Revokes a token.
    Revoke,
    /// Lists users.
    List,
    /// Reads a user.
    Get,
    /// Suspends a user.
    Suspend,
    /// Reactivates a user.
    Reactivate,
}

/// An HTTP request.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Purpose.
    pub purpose: Purpose,
    /// Id of the user whom the request reads or changes.
    pub user: Option<&'a str>,
    /// Method.
    pub method: Method,
    /// Scheme.
    pub scheme: Scheme,
    /// Host, and the port if it is not the default.
    pub authority: &'a str,
    /// Path and query, percent-encoded, starting with `/`.
    pub path_and_query: &'a str,
    /// Headers: names in lower case, values without control characters. The platform adds `host`.
    pub headers: &'a [(&'static str, &'a str)],
    /// Body. Its `content-length` is among the headers.
    pub body: Option<&'a str>,
    /// Time-outs for platforms that have their own. The client also applies its own, which end slightly earlier.
    pub timeouts: Timeouts,
}

impl fmt::Debug for Request<'_> {
    /// Shows method, authority and path. Headers and body contain secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} {}{}",
            self.method, self.authority, self.path_and_query
        )
    }
}

/// Time-outs of the phases of a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Timeouts {
    /// Time until the connection is made.
    pub connect: Duration,
    /// Time from the connection to the head of the response.
    pub first_byte: Duration,
    /// Time between two pieces of the body.
    pub between_bytes: Duration,
}

/// Head of a response, with the headers that the client reads.
#[derive(Debug)]
pub struct Response<B> {
    /// HTTP status.
    pub status: u16,
    /// Header `Retry-After`, as sent.
    pub retry_after: Option<String>,
    /// Header `Date`, as sent.
    pub date: Option<String>,
    /// Header `Content-Length`, if it is a number.
    pub content_length: Option<u64>,
    /// Body, to be read.
    pub body: B,
}

/// Error of a request that got no response, or only a part of one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SendError {
    /// Kind of the error.
    pub kind: SendErrorKind,
    /// True if the server may have received the request.
    pub is_possibly_received: bool,
    /// Cause in words, without secrets.
    pub detail: String,
}

impl SendError {
    /// The error of a request whose call was stopped by its caller.
    #[must_use]
    pub fn stopped(is_possibly_received: bool) -> Self {
        Self {
            kind: SendErrorKind::Stopped,
            is_possibly_received,
            detail: "the call was stopped by its caller".to_owned(),
        }
    }

    /// True if there was no request, because the platform or the caller did not want it.
    pub(crate) const fn is_refusal(&self) -> bool {
        matches!(self.kind, SendErrorKind::Denied | SendErrorKind::Stopped)
            && !self.is_possibly_received
    }
}

/// Kind of a [`SendError`].
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SendErrorKind {
    /// The platform refused to send the request.
    Denied,
    /// The caller stopped the call.
    Stopped,
    /// DNS, TCP or TLS failed, or the connection broke.
    Connection,
    /// A phase took longer than its time-out.
    TimedOut,
    /// The response is larger than the platform accepts.
    TooLarge,
    /// The response is not HTTP.
    Malformed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_of_a_request_shows_no_secret() {
        let request = Request {
            purpose: Purpose::Revoke,
            user: None,
            method: Method::Post,
            scheme: Scheme::Https,
            authority: "api.1password.com",
            path_and_query: "/v1/oauth/token",
            headers: &[("authorization", "Basic c2VjcmV0")],
            body: Some("token=secret"),
            timeouts: Timeouts {
                connect: Duration::ZERO,
                first_byte: Duration::ZERO,
                between_bytes: Duration::ZERO,
            },
        };
        assert_eq!(
            format!("{request:?}"),
            "Post api.1password.com/v1/oauth/token"
        );
    }
}
