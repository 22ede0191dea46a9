//! Export of `wasi:http/incoming-handler`: reads requests and writes responses by WASI 0.2.

use alloc::{
    borrow::ToOwned,
    boxed::Box,
    format,
    string::{String, ToString},
    vec::Vec,
};

use onepassword_users_guest_runtime::InstanceCell;
use sha2::{Digest, Sha256};
use wasip2::{
    cli::{environment::get_environment, stderr::get_stderr},
    clocks::{monotonic_clock, wall_clock},
    exports::http::incoming_handler::Guest,
    http::types::{
        Fields, IncomingRequest, Method, OutgoingBody, OutgoingResponse, ResponseOutparam,
    },
    io::{poll::poll, streams::StreamError},
};

use crate::{
    log::Log,
    plugin::ImportedPlugin,
    request::{Body, Request},
    response::Response,
    service::{HeadResponse, Service},
    text::parse_digits,
};

/// Maximum size of a body in bytes.
const MAX_BODY_BYTES: usize = 64 << 10;
/// Maximum time for a body to arrive from a caller with a key, in nanoseconds.
const MAX_BODY_WAIT_NS: u64 = 10_000_000_000;
/// Maximum time for the body of a webhook to arrive, whose sender is not known before, in nanoseconds.
const MAX_UNKNOWN_BODY_WAIT_NS: u64 = 5_000_000_000;
/// Maximum size of one read in bytes.
const MAX_READ_BYTES: u64 = 16 << 10;
/// Name of the header with the name of this server.
const HOST: &str = "host";
/// Maximum size of one write in bytes, as `wasi:io/streams` limits it.
const MAX_WRITE_BYTES: usize = 4096;

/// The service of this instance, made at its first request. Keeps its state if the host uses the instance for more requests.
static SERVICE: InstanceCell<Service> = InstanceCell::new();

/// Standard error, which the host keeps or shows.
struct StandardError;

impl Log for StandardError {
    fn is_writable(&self) -> bool {
        get_stderr().check_write().is_ok()
    }

    fn write(&self, line: &str) -> bool {
        let stderr = get_stderr();
        let mut chunks = line.as_bytes().chunks(MAX_WRITE_BYTES);
        chunks.all(|chunk| stderr.blocking_write_and_flush(chunk).is_ok())
    }
}

struct IncomingHandler;

wasip2::http::proxy::export!(IncomingHandler);

impl Guest for IncomingHandler {
    fn handle(incoming: IncomingRequest, out: ResponseOutparam) {
        let service =
            SERVICE.get_or_init(|| Service::new(get_environment(), Box::new(StandardError)));
        let id = generate_request_id();
        let mut request = read_head(&incoming);
        let response = match service.respond_to_head(&ImportedPlugin, &request, &id) {
            HeadResponse::Response(response) => response,
            HeadResponse::BodyNeeded { is_known } => {
                let max_wait = if is_known {
                    MAX_BODY_WAIT_NS
                } else {
                    MAX_UNKNOWN_BODY_WAIT_NS
                };
                let body = read_body(&incoming, max_wait);
                request.body = body
                    .filter(|body| !is_cut_off(&request, body))
                    .unwrap_or(Body::Incomplete);
                service.respond(&ImportedPlugin, &request, &id)
            }
        };
        write_response(&response, out);
    }
}

/// Makes a request id from the clocks. It has to be unique but not secret, so that no random numbers are imported.
fn generate_request_id() -> String {
    let mut hash = Sha256::new();
    let now = wall_clock::now();
    hash.update(now.seconds.to_le_bytes());
    hash.update(now.nanoseconds.to_le_bytes());
    hash.update(monotonic_clock::now().to_le_bytes());
    let digest: [u8; 32] = hash.finalize().into();
    let first = digest.first_chunk().copied().unwrap_or_default();
    format!("{:032x}", u128::from_be_bytes(first))
}

/// Reads everything but the body.
fn read_head(incoming: &IncomingRequest) -> Request {
    let now = wall_clock::now();
    let headers = incoming.headers().entries().into_iter();
    let mut headers: Vec<_> = headers
        .map(|(name, value)| {
            let value = String::from_utf8(value).unwrap_or_default();
            (name.to_ascii_lowercase(), value)
        })
        .collect();
    // Hosts that follow HTTP/2 give it apart from the headers.
    if headers.iter().all(|(name, _)| name != HOST) {
        let authority = incoming.authority();
        headers.extend(authority.map(|authority| (HOST.to_owned(), authority)));
    }
    Request {
        method: method_name(incoming.method()),
        path_and_query: incoming.path_with_query().unwrap_or_default(),
        headers,
        body: Body::default(),
        time_ms: now
            .seconds
            .saturating_mul(1000)
            .saturating_add(u64::from(now.nanoseconds / 1_000_000)),
    }
}

/// Returns true if the body is shorter than its head says (RFC 9112, section 8).
fn is_cut_off(request: &Request, body: &Body) -> bool {
    let length = request.header("content-length").and_then(parse_digits);
    match (body, length) {
        (Body::Whole(body), Some(length)) => body.len() < length,
        _ => false,
    }
}

/// Reads the body. None if it breaks off, or does not arrive in time.
fn read_body(incoming: &IncomingRequest, max_wait_ns: u64) -> Option<Body> {
    let body = incoming.consume().ok()?;
    let stream = body.stream().ok()?;
    let timeout = monotonic_clock::subscribe_duration(max_wait_ns);
    let mut read = Vec::new();
    loop {
        match stream.read(MAX_READ_BYTES) {
            Ok(chunk) if chunk.is_empty() => {
                let pollable = stream.subscribe();
                poll(&[&pollable, &timeout]);
            }
            Ok(chunk) if read.len().saturating_add(chunk.len()) > MAX_BODY_BYTES => {
                return Some(Body::TooLarge);
            }
            Ok(chunk) => read.extend_from_slice(&chunk),
            Err(StreamError::Closed) => return Some(Body::Whole(read)),
            Err(StreamError::LastOperationFailed(_)) => return None,
        }
        if timeout.ready() {
            return None;
        }
    }
}

fn method_name(method: Method) -> String {
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

/// Writes a response. Errors are ignored: the client is gone.
fn write_response(response: &Response, out: ResponseOutparam) {
    let mut headers: Vec<(String, Vec<u8>)> = response
        .headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
        .collect();
    if let Some(length) = response.body.length().filter(|length| *length > 0) {
        headers.push(("content-length".to_owned(), length.to_string().into_bytes()));
    }
    let headers = Fields::from_list(&headers).unwrap_or_else(|_| Fields::new());
    let outgoing = OutgoingResponse::new(headers);
    outgoing.set_status_code(response.status).ok();
    let body = outgoing.body();
    ResponseOutparam::set(out, Ok(outgoing));
    let Ok(body) = body else {
        return;
    };
    if let Ok(stream) = body.write() {
        let mut is_open = true;
        response.body.write(&mut |piece| {
            for chunk in piece.as_bytes().chunks(MAX_WRITE_BYTES) {
                is_open = is_open && stream.blocking_write_and_flush(chunk).is_ok();
            }
        });
    }
    OutgoingBody::finish(body, None).ok();
}
