//! The platform of the client on WASI 0.2: requests by `wasi:http`, waits by pollables.

mod cause;
mod reactor;

use alloc::{borrow::ToOwned, rc::Rc, string::String, vec::Vec};

use onepassword_users::{
    SecretBytes,
    platform::{
        Body, Duration, Instant, MAX_PIECE, Method, Platform, Request, Response, Scheme, SendError,
        Timeouts,
    },
};
use wasip2::{
    clocks::monotonic_clock,
    http::{
        outgoing_handler,
        types::{
            self, Fields, IncomingBody, IncomingResponse, OutgoingBody, OutgoingRequest,
            RequestOptions,
        },
    },
    io::streams::{InputStream, StreamError},
};

use self::{
    cause::{denied, failed, incomplete, refused},
    reactor::Reactor,
};

/// Maximum size of one write, in bytes: hosts must accept 4096 (`blocking-write-and-flush` of `wasi:io`).
const MAX_WRITE: usize = 4096;

/// The platform on WASI 0.2.
#[derive(Default)]
pub(crate) struct Wasi {
    reactor: Rc<Reactor>,
}

impl Wasi {
    /// Runs a future to its end. None if it waits without a pollable, which would never end.
    pub(crate) fn block_on<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        self.reactor.block_on(future)
    }

    /// Writes a request body. None after an error, which the response shows too.
    async fn write(&self, body: OutgoingBody, text: &str) -> Option<()> {
        let stream = body.write().ok()?;
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            self.reactor.ready(stream.subscribe()).await;
            let allowed = usize::try_from(stream.check_write().ok()?).unwrap_or(MAX_WRITE);
            let (piece, remaining) = rest
                .split_at_checked(allowed.min(MAX_WRITE))
                .unwrap_or((rest, &[]));
            stream.write(piece).ok()?;
            rest = remaining;
        }
        stream.flush().ok()?;
        self.reactor.ready(stream.subscribe()).await;
        drop(stream);
        OutgoingBody::finish(body, None).ok()
    }
}

impl Platform for Wasi {
    type Body = WasiBody;

    async fn send(&self, request: Request<'_>) -> Result<Response<WasiBody>, SendError> {
        let outgoing =
            outgoing(&request).ok_or_else(|| denied("the host does not accept this request"))?;
        let body = match request.body {
            Some(text) => Some((
                outgoing
                    .body()
                    .map_err(|()| denied("the host does not accept a body"))?,
                text,
            )),
            None => None,
        };
        let future =
            outgoing_handler::handle(outgoing, options(request.timeouts)).map_err(refused)?;
        if let Some((body, text)) = body {
            self.write(body, text).await;
        }
        self.reactor.ready(future.subscribe()).await;
        match future.get() {
            Some(Ok(Ok(response))) => received(response, &self.reactor),
            Some(Ok(Err(code))) => Err(failed(code)),
            Some(Err(())) | None => Err(failed(types::ErrorCode::InternalError(None))),
        }
    }

    async fn sleep(&self, duration: Duration) {
        self.reactor
            .ready(monotonic_clock::subscribe_duration(duration.as_nanos()))
            .await;
    }

    fn now(&self) -> Instant {
        Instant::from_origin(Duration::from_nanos(monotonic_clock::now()))
    }
}

/// Request in the types of WASI. None if the host rejects a part of it.
fn outgoing(request: &Request<'_>) -> Option<OutgoingRequest> {
    let headers: Vec<(String, Vec<u8>)> = request
        .headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), value.as_bytes().to_vec()))
        .collect();
    let fields = Fields::from_list(&headers);
    for (_, value) in headers {
        drop(SecretBytes::new(value));
    }
    let outgoing = OutgoingRequest::new(fields.ok()?);
    let method = match request.method {
        Method::Get => types::Method::Get,
        Method::Post => types::Method::Post,
    };
    let scheme = match request.scheme {
        Scheme::Http => types::Scheme::Http,
        Scheme::Https => types::Scheme::Https,
    };
    outgoing.set_method(&method).ok()?;
    outgoing.set_scheme(Some(&scheme)).ok()?;
    outgoing.set_authority(Some(request.authority)).ok()?;
    outgoing
        .set_path_with_query(Some(request.path_and_query))
        .ok()?;
    Some(outgoing)
}

/// Time-outs for the host. A host may lack some: the client applies its own as well.
fn options(timeouts: Timeouts) -> Option<RequestOptions> {
    let options = RequestOptions::new();
    options
        .set_connect_timeout(Some(timeouts.connect.as_nanos()))
        .ok();
    options
        .set_first_byte_timeout(Some(timeouts.first_byte.as_nanos()))
        .ok();
    options
        .set_between_bytes_timeout(Some(timeouts.between_bytes.as_nanos()))
        .ok();
    Some(options)
}

/// Head of a response, with the body to be read.
fn received(
    response: IncomingResponse,
    reactor: &Rc<Reactor>,
) -> Result<Response<WasiBody>, SendError> {
    let status = response.status();
    let headers = response.headers();
    let header = |name| {
        let value = headers.get(name).into_iter().next()?;
        String::from_utf8(value).ok()
    };
    let retry_after = header("retry-after");
    let date = header("date");
    let content_length = header("content-length").and_then(|length| length.parse().ok());
    drop(headers);
    let consumed = || failed(types::ErrorCode::InternalError(None));
    let body = response.consume().map_err(|()| consumed())?;
    let stream = body.stream().map_err(|()| consumed())?;
    Ok(Response {
        status,
        retry_after,
        date,
        content_length,
        body: WasiBody {
            stream,
            _body: body,
            _response: response,
            reactor: Rc::clone(reactor),
        },
    })
}

/// Body of a response. Resources must be dropped before their parents, which the order of the fields ensures.
pub(crate) struct WasiBody {
    stream: InputStream,
    _body: IncomingBody,
    _response: IncomingResponse,
    reactor: Rc<Reactor>,
}

impl Body for WasiBody {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, SendError> {
        loop {
            match self.stream.read(MAX_PIECE as u64) {
                Ok(piece) if piece.is_empty() => self.reactor.ready(self.stream.subscribe()).await,
                Ok(piece) => return Ok(Some(piece)),
                Err(StreamError::Closed) => return Ok(None),
                Err(StreamError::LastOperationFailed(_)) => return Err(incomplete()),
            }
        }
    }
}
