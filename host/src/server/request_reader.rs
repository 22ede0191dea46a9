//! Reads the body of a request before it takes an instance, so that a slow client does not occupy one.

use std::time::Duration;

use http::{
    Response,
    header::{EXPECT, HOST},
    request::Parts,
};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use tokio::time::timeout;

use super::problem;

/// Maximum size of a body that the service accepts, in bytes.
const MAX_BODY_BYTES: usize = 64 << 10;
/// Maximum number of bytes read of a body that is too large. Reading continues beyond the limit because a client that is
/// still sending would miss the response.
const MAX_READ_BYTES: usize = 1 << 20;
/// Maximum time for reading the body of a request that is rejected.
const DISCARD_TIMEOUT: Duration = Duration::from_millis(200);

/// Checks what the service could not reject itself.
pub(super) fn check(head: &Parts) -> Result<(), Response<Full<Bytes>>> {
    // RFC 9112, section 3.2.
    let mut hosts = head.headers.get_all(HOST).iter();
    let host = hosts.next().filter(|_| hosts.next().is_none());
    if host.is_none_or(|host| host.to_str().is_err()) {
        return Err(problem::bad_request(
            "exactly one `Host` header is required",
        ));
    }
    Ok(())
}

/// Reads a body. One that is too large is cut after one byte more than the service accepts, so that the service rejects it.
pub(super) async fn read(
    body: Incoming,
    body_timeout: Duration,
) -> Result<Full<Bytes>, Response<Full<Bytes>>> {
    match timeout(body_timeout, read_body(body)).await {
        Ok(Ok(body)) => Ok(Full::new(body)),
        Ok(Err(_)) => Err(problem::bad_request(
            "the body breaks off, or is not a valid HTTP/1.1 body",
        )),
        Err(_) => Err(problem::body_timeout()),
    }
}

/// Reads for a moment the body of a request that is rejected: a client that is still sending could miss the response. Not if the
/// client waits for a `100 Continue` (RFC 9110, section 10.1.1).
pub(super) async fn discard(head: &Parts, body: Incoming) {
    if !head.headers.contains_key(EXPECT) {
        timeout(DISCARD_TIMEOUT, read_body(body)).await.ok();
    }
}

async fn read_body(mut body: Incoming) -> hyper::Result<Bytes> {
    let mut read = Vec::new();
    let mut received = 0_usize;
    while let Some(frame) = body.frame().await {
        let Ok(piece) = frame?.into_data() else {
            // Trailers are ignored.
            continue;
        };
        let remaining = (MAX_BODY_BYTES + 1).saturating_sub(read.len());
        read.extend(piece.iter().take(remaining));
        received = received.saturating_add(piece.len());
        if received > MAX_READ_BYTES {
            break;
        }
    }
    Ok(read.into())
}
