//! The shell for WASI 0.2: requests come by `wasi:http/incoming-handler`.

use alloc::{
    borrow::ToOwned,
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::cell::OnceCell;

use sha2::{Digest, Sha256};
use wasip2::{
    cli::environment::get_environment,
    clocks::{monotonic_clock, wall_clock},
    exports::http::incoming_handler::Guest,
    http::types::{
        Fields, IncomingRequest, Method, OutgoingBody, OutgoingResponse, ResponseOutparam,
    },
    io::{poll::poll, streams::StreamError},
};

use crate::{
    composed::Composed,
    request::{Body, Request},
    response::Answer,
    service::Service,
};

/// The largest body that is read, in bytes.
const LARGEST_BODY: usize = 64 << 10;
/// How long a body may take to come, in nanoseconds.
const BODY_TIME: u64 = 10_000_000_000;
/// How much of a body is read at a time, in bytes.
const PIECE_IN: u64 = 16 << 10;
/// The most that one write may hand over, in bytes.
const PIECE_OUT: usize = 4096;

/// An instance that is used again has read its settings, and remembers webhooks.
static SERVICE: Instance = Instance(OnceCell::new());

/// A value for the one thread that an instance has.
struct Instance(OnceCell<Service>);

// SAFETY: a component of WASI 0.2 has one thread, and `wasm32-unknown-unknown` is built without the atomics that a second would need.
unsafe impl Sync for Instance {}

struct Shell;

wasip2::http::proxy::export!(Shell);

impl Guest for Shell {
    fn handle(incoming: IncomingRequest, out: ResponseOutparam) {
        let service = SERVICE.0.get_or_init(|| Service::new(get_environment()));
        let answer = service.answer(&Composed, &read(&incoming), &made_id());
        write(&answer, out);
    }
}

/// An id for a request that came without one: nobody needs to guess it, so no randomness is asked for.
fn made_id() -> String {
    let mut hash = Sha256::new();
    let now = wall_clock::now();
    hash.update(now.seconds.to_le_bytes());
    hash.update(now.nanoseconds.to_le_bytes());
    hash.update(monotonic_clock::now().to_le_bytes());
    let digest = hash.finalize();
    digest
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn read(incoming: &IncomingRequest) -> Request {
    let now = wall_clock::now();
    let headers = incoming.headers().entries().into_iter();
    Request {
        method: name(incoming.method()),
        path_and_query: incoming.path_with_query().unwrap_or_default(),
        headers: headers
            .map(|(name, value)| {
                let value = String::from_utf8(value).unwrap_or_default();
                (name.to_ascii_lowercase(), value)
            })
            .collect(),
        body: read_body(incoming).unwrap_or(Body::Incomplete),
        time_ms: now
            .seconds
            .saturating_mul(1000)
            .saturating_add(u64::from(now.nanoseconds / 1_000_000)),
    }
}

/// Reads the body; none when it breaks off, or does not come in time.
fn read_body(incoming: &IncomingRequest) -> Option<Body> {
    let body = incoming.consume().ok()?;
    let stream = body.stream().ok()?;
    let alarm = monotonic_clock::subscribe_duration(BODY_TIME);
    let mut read = Vec::new();
    loop {
        match stream.read(PIECE_IN) {
            Ok(piece) if piece.is_empty() => {
                let pollable = stream.subscribe();
                poll(&[&pollable, &alarm]);
            }
            Ok(piece) if read.len().saturating_add(piece.len()) > LARGEST_BODY => {
                return Some(Body::TooLarge);
            }
            Ok(piece) => read.extend_from_slice(&piece),
            Err(StreamError::Closed) => return Some(Body::Whole(read)),
            Err(StreamError::LastOperationFailed(_)) => return None,
        }
        if alarm.ready() {
            return None;
        }
    }
}

fn name(method: Method) -> String {
    match method {
        Method::Get => "GET",
        Method::Head => "HEAD",
        Method::Post => "POST",
        Method::Put => "PUT",
        Method::Delete => "DELETE",
        Method::Connect => "CONNECT",
        Method::Options => "OPTIONS",
        Method::Trace => "TRACE",
        Method::Patch => "PATCH",
        Method::Other(other) => return other,
    }
    .to_owned()
}

/// Hands an answer over. What goes wrong with that, nobody is left to be told.
fn write(answer: &Answer, out: ResponseOutparam) {
    let mut headers: Vec<(String, Vec<u8>)> = answer
        .headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
        .collect();
    if !answer.body.is_empty() {
        let length = answer.body.len().to_string();
        headers.push(("content-length".to_owned(), length.into_bytes()));
    }
    let headers = Fields::from_list(&headers).unwrap_or_else(|_| Fields::new());
    let response = OutgoingResponse::new(headers);
    response.set_status_code(answer.status).ok();
    let body = response.body();
    ResponseOutparam::set(out, Ok(response));
    let Ok(body) = body else {
        return;
    };
    if let Ok(stream) = body.write() {
        for piece in answer.body.as_bytes().chunks(PIECE_OUT) {
            if stream.blocking_write_and_flush(piece).is_err() {
                break;
            }
        }
    }
    OutgoingBody::finish(body, None).ok();
}
