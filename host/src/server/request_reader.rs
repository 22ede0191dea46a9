//! Reads a request whole before an instance is taken: whoever sends slowly holds up nobody else.

use std::time::Duration;

use http::{Request, Response, header::HOST};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use tokio::time::timeout;

use super::problem;

/// The largest body that the service takes, in bytes.
const LARGEST_BODY: usize = 64 << 10;
/// How much of a body that is too large is read, in bytes: a caller who is still sending would miss the answer.
const MOST_READ: usize = 1 << 20;

/// Reads a request. Of a body that is too large, the service sees one byte more than it takes, and refuses it.
pub(super) async fn read(
    request: Request<Incoming>,
    patience: Duration,
) -> Result<Request<Full<Bytes>>, Response<Full<Bytes>>> {
    let (head, body) = request.into_parts();
    // RFC 9112, section 3.2.
    let mut hosts = head.headers.get_all(HOST).iter();
    let host = hosts.next().filter(|_| hosts.next().is_none());
    if host.is_none_or(|host| host.to_str().is_err()) {
        return Err(problem::bad_request("one `Host` header is needed"));
    }
    match timeout(patience, read_body(body)).await {
        Ok(Ok(body)) => Ok(Request::from_parts(head, Full::new(body))),
        Ok(Err(_)) => Err(problem::bad_request(
            "the body breaks off, or is no HTTP/1.1 body",
        )),
        Err(_) => Err(problem::too_slow()),
    }
}

async fn read_body(mut body: Incoming) -> hyper::Result<Bytes> {
    let mut read = Vec::new();
    let mut came = 0_usize;
    while let Some(frame) = body.frame().await {
        let Ok(piece) = frame?.into_data() else {
            // Trailers say nothing here.
            continue;
        };
        let room = (LARGEST_BODY + 1).saturating_sub(read.len());
        read.extend(piece.iter().take(room));
        came = came.saturating_add(piece.len());
        if came > MOST_READ {
            break;
        }
    }
    Ok(read.into())
}
