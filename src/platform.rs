//! What the core asks of its surroundings: to send a request, to wait, and to tell the time.

use alloc::{string::String, vec::Vec};
use core::{fmt, future::Future};

pub use crate::time::{Duration, Instant};

/// A runtime that the core works in: WASI 0.2, WASI 0.3, or a simulation.
///
/// Futures that are dropped are given up on: a dropped request is closed by the host.
pub trait Platform {
    /// The body of an answer, while it is being read.
    type Body: Body;

    /// Sends a request and waits for the head of its answer. Redirects are not followed.
    fn send(
        &self,
        request: Request<'_>,
    ) -> impl Future<Output = Result<Response<Self::Body>, SendError>>;

    /// Waits.
    fn sleep(&self, duration: Duration) -> impl Future<Output = ()>;

    /// The monotonic clock.
    fn now(&self) -> Instant;
}

/// A body that arrives in pieces.
pub trait Body {
    /// The next piece, or none at the end.
    fn next(&mut self) -> impl Future<Output = Result<Option<Vec<u8>>, SendError>>;
}

/// The methods that the API uses.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
}

/// The schemes that a base URL may have.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scheme {
    /// `http`, on loopback only.
    Http,
    /// `https`
    Https,
}

/// One request.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// The method.
    pub method: Method,
    /// The scheme.
    pub scheme: Scheme,
    /// Host, and a port if need be.
    pub authority: &'a str,
    /// Encoded, beginning with `/`.
    pub path_and_query: &'a str,
    /// Lower-case names, and values that are legal in a header. `host` is the host's to send.
    pub headers: &'a [(&'static str, &'a str)],
    /// The body. `content-length` is among the headers.
    pub body: Option<&'a str>,
    /// What to set as the time-outs of the request, where the host has such.
    pub timeouts: Timeouts,
}

impl fmt::Debug for Request<'_> {
    /// Shows where the request goes; headers and body hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:?} {}{}",
            self.method, self.authority, self.path_and_query
        )
    }
}

/// How long the phases of one request may take.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Timeouts {
    /// Until the connection stands.
    pub connect: Duration,
    /// From then on until the head of the answer.
    pub first_byte: Duration,
    /// Between two pieces of the body.
    pub between_bytes: Duration,
}

/// The head of an answer: the status, and of the headers those that the core reads.
#[derive(Debug)]
pub struct Response<B> {
    /// The HTTP status.
    pub status: u16,
    /// `Retry-After`, as sent.
    pub retry_after: Option<String>,
    /// `Date`, as sent.
    pub date: Option<String>,
    /// `Content-Length`, where it is a number.
    pub content_length: Option<u64>,
    /// The body, yet to be read.
    pub body: B,
}

/// Why a request got no answer, or not the whole of one.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct SendError {
    /// Where it failed.
    pub kind: SendErrorKind,
    /// Whether the server may have received the request.
    pub possibly_received: bool,
    /// The cause in words, without anything secret.
    pub detail: String,
}

/// Where a request failed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum SendErrorKind {
    /// The host did not let it go out, or the request was not fit to be sent.
    Denied,
    /// DNS, TCP, TLS, or a connection that broke.
    Connection,
    /// A phase took longer than its time-out.
    TimedOut,
    /// What came back is more than the host takes.
    TooLarge,
    /// What came back is not HTTP.
    Malformed,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_of_a_request_shows_where_it_goes_and_nothing_secret() {
        let request = Request {
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
