//! Responses in bytes, with a `$name` for each value that is known at run time only.

use super::{placeholder::put_length, script::Step};

/// Requested user, active.
pub(super) const ACTIVE: &str = r#"{"id":"$id","email":"a@acme.example","display_name":"A","state":"ACTIVE","create_time":"2024-01-15T10:30:00Z","path":"accounts/$account/users/$id"}"#;
/// Requested user, suspended.
pub(super) const SUSPENDED: &str = r#"{"id":"$id","email":"a@acme.example","display_name":"A","state":"SUSPENDED","create_time":"2024-01-15T10:30:00Z","path":"accounts/$account/users/$id"}"#;

/// Returns a response with these header lines and the length of the body.
pub(super) fn whole(status: u16, headers: &[&str], body: impl AsRef<[u8]>) -> Vec<u8> {
    let mut lines = headers.to_vec();
    lines.push("content-length: $length");
    raw(&format!("HTTP/1.1 {status} Reason"), &lines, body)
}

/// Returns a response with this status line and these header lines only.
pub(super) fn raw(first: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Vec<u8> {
    let mut response = format!("{first}\r\n");
    for header in headers {
        response += header;
        response += "\r\n";
    }
    let mut response = (response + "\r\n").into_bytes();
    response.extend_from_slice(body.as_ref());
    response
}

/// Returns a response of status 200 with JSON and its length.
pub(super) fn ok(body: impl AsRef<[u8]>) -> Vec<u8> {
    put_length(&whole(200, &["content-type: application/json"], body))
}

/// Sends a response with this status.
pub(super) fn status(status: u16, headers: &[&str], body: impl AsRef<[u8]>) -> Vec<Step> {
    vec![Step::Send(whole(status, headers, body))]
}

/// Sends a response of status 200 with the content type of JSON.
pub(super) fn json(body: impl AsRef<[u8]>) -> Vec<Step> {
    status(200, &["content-type: application/json"], body)
}

/// Sends this status line, these header lines, and this body.
pub(super) fn send(first: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Vec<Step> {
    vec![Step::Send(raw(first, headers, body))]
}

/// Returns the head of a response with a chunked body.
pub(super) fn chunked_head() -> Vec<u8> {
    raw("HTTP/1.1 200 OK", &["transfer-encoding: chunked"], "")
}

/// Sends a response in chunks of 64 KiB. The body must contain no `$name`, which would change the length of a chunk.
pub(super) fn chunked(body: impl AsRef<[u8]>) -> Vec<Step> {
    let mut response = chunked_head();
    for piece in body.as_ref().chunks(64 << 10) {
        response.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        response.extend_from_slice(piece);
        response.extend_from_slice(b"\r\n");
    }
    response.extend_from_slice(b"0\r\n\r\n");
    vec![Step::Send(response)]
}

/// Returns a valid user of this size in bytes, padded with white space.
pub(super) fn padded(size: usize) -> Vec<u8> {
    let mut body = br#"{"id":"x","state":"ACTIVE"}"#.to_vec();
    body.resize(size, b' ');
    body
}
