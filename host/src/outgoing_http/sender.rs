//! Sends one request over a connection of its own: HTTP/1.1, directly or through a proxy.
//!
//! Replaces wasmtime's sender, which waits for a TLS handshake without a limit, trusts Mozilla's authorities only, knows no
//! proxies, and gives no cause for a rejected certificate.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use http::{Request, Response, StatusCode, Uri, header::PROXY_AUTHORIZATION};
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use hyper::{
    body::{Bytes, Incoming},
    client::conn::http1,
};
use tokio::time::{Instant, Sleep, sleep, timeout, timeout_at};
use wasmtime_wasi::runtime::AbortOnDropJoinHandle;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, io::TokioIo};

use super::{
    connect_error::ConnectError,
    connector::{Connected, connect},
};
use crate::network::{Network, Proxy};

/// Time-out of a phase for which the request sets none.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(600);

/// Error of a request.
pub(super) enum SendError {
    /// The connection was not made: nothing of the request was sent.
    NotConnected(ConnectError),
    /// The request was sent, or a part of it.
    Sent(Error),
}

impl From<Error> for SendError {
    fn from(error: Error) -> Self {
        Self::Sent(error)
    }
}

impl From<hyper::Error> for SendError {
    fn from(error: hyper::Error) -> Self {
        Self::Sent(error.into())
    }
}

/// Sends a request, and waits for the head of its response. Dropping the future, or later the response's body, closes the
/// connection.
pub(super) async fn send(
    mut request: Request<WasiBody>,
    options: RequestOptions,
    network: &Network,
) -> Result<Response<WasiBody>, SendError> {
    let or_default = |timeout: Option<Duration>| timeout.unwrap_or(DEFAULT_TIMEOUT);
    let connected_by = Instant::now() + or_default(options.connect_timeout);
    let connected = timeout_at(connected_by, connect(request.uri(), network)).await;
    let Connected {
        stream,
        forwarding_proxy,
    } = connected
        .unwrap_or_else(|_| Err(connect_timeout(request.uri(), network)))
        .map_err(SendError::NotConnected)?;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = wasmtime_wasi::runtime::spawn(async {
        // Its error is reported by the response.
        connection.await.ok();
    });
    match forwarding_proxy {
        // Absolute form (RFC 9112, section 3.2.2), which the URI has already.
        Some(proxy) => authorize(&mut request, proxy),
        // Origin form (section 3.2.1): the authority is in the `Host` header.
        None => {
            let path_and_query = request.uri().path_and_query().cloned();
            *request.uri_mut() = path_and_query.map_or_else(Uri::default, Uri::from);
        }
    }
    let response = timeout(
        or_default(options.first_byte_timeout),
        sender.send_request(request),
    )
    .await
    .map_err(|_| Error::ConnectionReadTimeout)??;
    if let Some(proxy) = forwarding_proxy
        && response.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED
    {
        // The proxy's word, not the API's: it does not prove that the request went no further.
        let cause = format!("{} asks for other credentials (407)", proxy.name());
        return Err(Error::InternalError(Some(cause)).into());
    }
    let between_bytes = or_default(options.between_bytes_timeout);
    Ok(response.map(|incoming| {
        let body = ResponseBody {
            incoming,
            between_bytes,
            timer: Box::pin(sleep(between_bytes)),
            _connection: connection,
        };
        body.boxed_unsync()
    }))
}

/// Adds the proxy's credentials.
fn authorize(request: &mut Request<WasiBody>, proxy: &Proxy) {
    if let Some(authorization) = &proxy.authorization {
        let headers = request.headers_mut();
        headers.insert(PROXY_AUTHORIZATION, authorization.clone());
    }
}

fn connect_timeout(uri: &Uri, network: &Network) -> ConnectError {
    let cause = match network.proxy(uri) {
        Some(proxy) => format!("through {}", proxy.name()),
        None => format!(
            "to {}",
            uri.authority().map_or("", |authority| authority.as_str())
        ),
    };
    let cause = format!("no connection {cause} in time");
    ConnectError::new(Error::ConnectionTimeout, cause)
}

/// Body of a response, with the connection that delivers it.
struct ResponseBody {
    incoming: Incoming,
    between_bytes: Duration,
    timer: Pin<Box<Sleep>>,
    _connection: AbortOnDropJoinHandle<()>,
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.incoming).poll_frame(context) {
            let next = Instant::now() + self.between_bytes;
            self.timer.as_mut().reset(next);
            return Poll::Ready(frame.map(|frame| frame.map_err(Error::from)));
        }
        ready!(self.timer.as_mut().poll(context));
        Poll::Ready(Some(Err(Error::ConnectionReadTimeout)))
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.incoming.size_hint()
    }
}
