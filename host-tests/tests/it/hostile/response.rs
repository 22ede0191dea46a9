//! Answers in bytes, right and wrong, with a `$name` where only the server knows what to say.

use super::script::Step;

/// The user who is asked for, active; as an answer to a suspension it does not fit.
pub const ACTIVE: &str = r#"{"id":"$id","email":"a@acme.example","display_name":"A","state":"ACTIVE","create_time":"2024-01-15T10:30:00Z","path":"accounts/$account/users/$id"}"#;
/// The same, suspended.
pub const SUSPENDED: &str = r#"{"id":"$id","email":"a@acme.example","display_name":"A","state":"SUSPENDED","create_time":"2024-01-15T10:30:00Z","path":"accounts/$account/users/$id"}"#;

/// A whole answer: these lines of headers, and the length of the body.
pub fn whole(status: u16, headers: &[&str], body: impl AsRef<[u8]>) -> Vec<u8> {
    let mut lines = headers.to_vec();
    lines.push("content-length: $length");
    raw(&format!("HTTP/1.1 {status} Whatever"), &lines, body)
}

/// An answer of this first line and these lines of headers alone.
pub fn raw(first: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Vec<u8> {
    let mut answer = format!("{first}\r\n");
    for header in headers {
        answer += header;
        answer += "\r\n";
    }
    let mut answer = (answer + "\r\n").into_bytes();
    answer.extend_from_slice(body.as_ref());
    answer
}

/// A whole answer of status 200, its length put in.
pub fn ok(body: impl AsRef<[u8]>) -> Vec<u8> {
    put_length(&whole(200, &["content-type: application/json"], body))
}

/// Sends a whole answer of this status.
pub fn status(status: u16, headers: &[&str], body: impl AsRef<[u8]>) -> Vec<Step> {
    vec![Step::Send(whole(status, headers, body))]
}

/// Sends a whole answer of status 200 that is said to be JSON, be it or not.
pub fn json(body: impl AsRef<[u8]>) -> Vec<Step> {
    status(200, &["content-type: application/json"], body)
}

/// Sends this first line, these lines of headers, and this body.
pub fn send(first: &str, headers: &[&str], body: impl AsRef<[u8]>) -> Vec<Step> {
    vec![Step::Send(raw(first, headers, body))]
}

/// The head of a good answer whose body comes in chunks.
pub fn chunked_head() -> Vec<u8> {
    raw("HTTP/1.1 200 OK", &["transfer-encoding: chunked"], "")
}

/// Sends an answer in chunks of 64 KiB, without its length. It may hold no `$name`: a chunk knows its own.
pub fn chunked(body: impl AsRef<[u8]>) -> Vec<Step> {
    let mut answer = chunked_head();
    for piece in body.as_ref().chunks(64 << 10) {
        answer.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        answer.extend_from_slice(piece);
        answer.extend_from_slice(b"\r\n");
    }
    answer.extend_from_slice(b"0\r\n\r\n");
    vec![Step::Send(answer)]
}

/// A good user of this many bytes: white space is no harm.
pub fn padded(size: usize) -> Vec<u8> {
    let mut body = br#"{"id":"x","state":"ACTIVE"}"#.to_vec();
    body.resize(size, b' ');
    body
}

/// Puts in what each `$name` stands for; one that is not known stays.
pub fn fill(bytes: &[u8], names: &[(&str, String)]) -> Vec<u8> {
    let mut pieces = bytes.split(|byte| *byte == b'$');
    let mut filled = pieces.next().unwrap_or_default().to_vec();
    for piece in pieces {
        let known = names
            .iter()
            .find_map(|(name, value)| Some((value, piece.strip_prefix(name.as_bytes())?)));
        match known {
            Some((value, rest)) => {
                filled.extend_from_slice(value.as_bytes());
                filled.extend_from_slice(rest);
            }
            None => {
                filled.push(b'$');
                filled.extend_from_slice(piece);
            }
        }
    }
    filled
}

/// Puts in the length of the body, which is what follows the first empty line.
pub fn put_length(bytes: &[u8]) -> Vec<u8> {
    // What is large is looked through only where it must be: this is not optimised.
    if !bytes.contains(&b'$') {
        return bytes.to_vec();
    }
    let head = bytes.windows(4).position(|four| four == b"\r\n\r\n");
    let body = head.map_or(0, |head| bytes.len() - head - 4);
    fill(bytes, &[("length", body.to_string())])
}
