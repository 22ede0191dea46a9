//! What goes over the wire: the requests of an instance, sent over real TCP and told to whoever wants to hear of them.

use std::{
    error::Error as _,
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use http::{Request, Response};
use wasmtime_wasi_http::{
    Error, RequestOptions, WasiBody, WasiHttpHooks, default_send_request,
    p2::bindings::http::types::ErrorCode,
};

/// A request that went out, and how it ended. Holds no header and no body, and so nothing secret.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The HTTP method.
    pub method: String,
    /// Path and query, encoded.
    pub path_and_query: String,
    /// How it ended.
    pub ending: Ending,
    /// From the request until the head of the answer, or the end.
    pub elapsed: Duration,
    /// The time-outs that the component asked for, by `request-options`.
    pub timeouts: Option<RequestOptions>,
}

/// How a request ended.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Ending {
    /// With an answer of this HTTP status.
    Status(u16),
    /// Without an answer, for this reason.
    Failed(String),
    /// The component gave it up before an answer came.
    GivenUp,
}

type Hear = Arc<dyn Fn(&Exchange) + Send + Sync>;

/// Sends requests, and tells of them.
#[derive(Clone)]
pub(crate) struct Wire {
    hear: Hear,
}

impl Default for Wire {
    fn default() -> Self {
        Self::new(|_| ())
    }
}

impl Wire {
    pub fn new(hear: impl Fn(&Exchange) + Send + Sync + 'static) -> Self {
        Self {
            hear: Arc::new(hear),
        }
    }
}

/// What is handed on of an answer's body once its head is there: the connection's own work.
type Io = Box<dyn Future<Output = Result<(), Error>> + Send>;

impl WasiHttpHooks for Wire {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _trailers: Io,
    ) -> Box<dyn Future<Output = Result<(Response<WasiBody>, Io), Error>> + Send> {
        use http_body_util::BodyExt;

        let mut pending = Pending::new(&request, options, Arc::clone(&self.hear));
        Box::new(async move {
            match default_send_request(request, options).await {
                Ok((response, io)) => {
                    pending.end(Ending::Status(response.status().as_u16()));
                    Ok((response.map(BodyExt::boxed_unsync), Box::new(io) as Io))
                }
                Err(error) => {
                    pending.end(Ending::Failed(error.to_string()));
                    Err(error)
                }
            }
        })
    }

    /// Tells a connection that broke from an answer that is no HTTP; wasmtime's own choice is the latter for both.
    fn p2_error_from_hyper(&mut self, error: &hyper::Error) -> ErrorCode {
        let broke = error.is_incomplete_message()
            || error.is_canceled()
            || error.is_closed()
            || error.source().is_some_and(|cause| cause.is::<io::Error>());
        if broke {
            ErrorCode::ConnectionTerminated
        } else {
            ErrorCode::HttpProtocolError
        }
    }
}

/// A request under way. Dropped without an end, it was given up.
struct Pending {
    exchange: Option<Exchange>,
    started: Instant,
    hear: Hear,
}

impl Pending {
    fn new(request: &Request<WasiBody>, timeouts: Option<RequestOptions>, hear: Hear) -> Self {
        let path_and_query = request.uri().path_and_query();
        Self {
            exchange: Some(Exchange {
                method: request.method().to_string(),
                path_and_query: path_and_query.map_or_else(String::new, ToString::to_string),
                ending: Ending::GivenUp,
                elapsed: Duration::ZERO,
                timeouts,
            }),
            started: Instant::now(),
            hear,
        }
    }

    fn end(&mut self, ending: Ending) {
        if let Some(mut exchange) = self.exchange.take() {
            exchange.ending = ending;
            exchange.elapsed = self.started.elapsed();
            (self.hear)(&exchange);
        }
    }
}

impl Drop for Pending {
    fn drop(&mut self) {
        self.end(Ending::GivenUp);
    }
}
