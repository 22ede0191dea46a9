//! What goes over the wire: the requests of an instance, sent over real TCP and told to whoever wants to hear of them.

use std::{
    error::Error as _,
    io,
    sync::Arc,
    time::{Duration, Instant},
};

use http::{Request, Response, StatusCode};
use tokio_rustls::rustls::{self, RootCertStore};
use wasmtime_wasi_http::{
    Error, RequestOptions, WasiBody, WasiHttpHooks,
    p2::bindings::http::types::{ErrorCode, TlsAlertReceivedPayload},
};

use super::{
    observed_wire::Watched,
    observer::{Operation, Watch},
    sender::{self, Trust},
};

/// A request that went out, and how it ended. Holds no header and no body, and so nothing secret.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// The HTTP method.
    pub method: String,
    /// Path and query, encoded.
    pub path_and_query: String,
    /// What it asked the API for. None for a token, and for its revocation.
    pub operation: Option<Operation>,
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
    trust: Option<Trust>,
    watched: Option<Watched>,
}

impl Default for Wire {
    fn default() -> Self {
        Self {
            hear: Arc::new(|_| ()),
            trust: None,
            watched: None,
        }
    }
}

impl Wire {
    /// Tells this listener of every request.
    pub fn tell(&mut self, hear: impl Fn(&Exchange) + Send + Sync + 'static) {
        self.hear = Arc::new(hear);
    }

    /// Trusts these authorities in place of the machine's.
    pub fn trust(&mut self, roots: RootCertStore) {
        self.trust = Some(Trust::only(roots));
    }

    /// Lets somebody watch it.
    pub fn watch(&mut self, watch: Arc<dyn Watch>) {
        self.watched = Some(Watched::new(watch));
    }
}

/// What wasmtime drives beside an answer's body: nothing, since the body drives its own connection.
type Io = Box<dyn Future<Output = Result<(), Error>> + Send>;

impl WasiHttpHooks for Wire {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _trailers: Io,
    ) -> Box<dyn Future<Output = Result<(Response<WasiBody>, Io), Error>> + Send> {
        let path_and_query = request.uri().path_and_query();
        let path_and_query = path_and_query.map_or_else(String::new, ToString::to_string);
        let operation = Operation::of(request.method().as_str(), &path_and_query);
        let watched = self.watched.clone();
        if let Some(watched) = &watched
            && !watched.admits(&request, operation.as_ref())
        {
            return Box::new(async { Err(Error::HttpRequestDenied) });
        }
        let exchange = Exchange {
            method: request.method().to_string(),
            path_and_query,
            operation: operation.clone(),
            ending: Ending::GivenUp,
            elapsed: Duration::ZERO,
            timeouts: options,
        };
        let mut pending = Pending::new(exchange, Arc::clone(&self.hear));
        let trust = self.trust.clone();
        Box::new(async move {
            let trust = || trust.unwrap_or_else(Trust::of_the_machine);
            match sender::send(request, options.unwrap_or_default(), trust).await {
                Ok(mut response) => {
                    let status = response.status();
                    pending.end(Ending::Status(status.as_u16()));
                    if status == StatusCode::OK
                        && let (Some(watched), Some(operation)) = (watched, operation)
                    {
                        // On its own: what the server acknowledged is told, whatever the component does meanwhile.
                        let showing = tokio::spawn(watched.show(response, operation));
                        response = showing.await.map_err(|_| Error::HttpRequestDenied)?;
                    }
                    Ok((response, Box::new(async { Ok(()) }) as Io))
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

    fn p2_error_from_connect(&mut self, error: &io::Error) -> ErrorCode {
        match error.kind() {
            io::ErrorKind::ConnectionRefused => ErrorCode::ConnectionRefused,
            io::ErrorKind::TimedOut => ErrorCode::ConnectionTimeout,
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
                ErrorCode::DestinationIpUnroutable
            }
            _ => ErrorCode::DestinationUnavailable,
        }
    }

    fn p2_error_from_tls(&mut self, error: &io::Error) -> ErrorCode {
        let cause = error.get_ref().and_then(|cause| cause.downcast_ref());
        match cause {
            Some(rustls::Error::InvalidCertificate(_)) => ErrorCode::TlsCertificateError,
            Some(rustls::Error::AlertReceived(alert)) => {
                ErrorCode::TlsAlertReceived(TlsAlertReceivedPayload {
                    alert_id: Some(u8::from(*alert)),
                    alert_message: alert.as_str().map(str::to_owned),
                })
            }
            _ => ErrorCode::TlsProtocolError,
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
    fn new(exchange: Exchange, hear: Hear) -> Self {
        Self {
            exchange: Some(exchange),
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
