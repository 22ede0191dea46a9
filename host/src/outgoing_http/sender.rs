//! Sends one request over a connection of its own: TCP, TLS for `https`, HTTP/1.1.
//!
//! Replaces wasmtime's sender, which waits for a TLS handshake without a limit, trusts Mozilla's authorities only, and gives
//! no cause for a rejected certificate.

use std::{
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll, ready},
    time::Duration,
};

use http::{Request, Response, Uri, uri::Scheme};
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use hyper::{
    body::{Bytes, Incoming},
    client::conn::http1,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::{Instant, Sleep, sleep, timeout, timeout_at},
};
use tokio_rustls::{
    TlsConnector,
    rustls::{ClientConfig, RootCertStore, pki_types::ServerName},
};
use wasmtime_wasi::runtime::AbortOnDropJoinHandle;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, io::TokioIo};

/// Time-out of a phase for which the request sets none.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(600);

/// TLS configuration: the certificate authorities to trust.
#[derive(Clone)]
pub(super) struct TlsConfig(Arc<ClientConfig>);

impl TlsConfig {
    /// Trusts these authorities only.
    pub(super) fn with_roots(roots: RootCertStore) -> Self {
        let config = ClientConfig::builder()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self(Arc::new(config))
    }

    /// Trusts the authorities of the system, which include those of an inspecting proxy; Mozilla's if the system has none.
    /// Reads them once.
    pub(super) fn from_system() -> Self {
        static CONFIG: OnceLock<TlsConfig> = OnceLock::new();
        let read = || {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if roots.is_empty() {
                roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
            }
            Self::with_roots(roots)
        };
        CONFIG.get_or_init(read).clone()
    }
}

/// A connection, encrypted or not.
trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Connection for T {}

/// Sends a request, and waits for the head of its response. Dropping the future, or later the response's body, closes the
/// connection.
pub(super) async fn send(
    mut request: Request<WasiBody>,
    options: RequestOptions,
    tls: impl FnOnce() -> TlsConfig,
) -> Result<Response<WasiBody>, Error> {
    let or_default = |timeout: Option<Duration>| timeout.unwrap_or(DEFAULT_TIMEOUT);
    let connected_by = Instant::now() + or_default(options.connect_timeout);
    let stream = timeout_at(connected_by, connect(request.uri(), tls))
        .await
        .map_err(|_| Error::ConnectionTimeout)??;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = wasmtime_wasi::runtime::spawn(async {
        // Its error is reported by the response.
        connection.await.ok();
    });

    // Origin form (RFC 9112, section 3.2.1): the authority is in the `Host` header.
    let path_and_query = request.uri().path_and_query().cloned();
    *request.uri_mut() = path_and_query.map_or_else(Uri::default, Uri::from);
    let response = timeout(
        or_default(options.first_byte_timeout),
        sender.send_request(request),
    )
    .await
    .map_err(|_| Error::ConnectionReadTimeout)??;
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

/// Opens a connection, with a TLS handshake for `https`.
async fn connect(uri: &Uri, tls: impl FnOnce() -> TlsConfig) -> Result<Box<dyn Connection>, Error> {
    let host = uri.host().ok_or(Error::HttpRequestUriInvalid)?;
    // The brackets of an IPv6 address belong to the URI.
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let is_tls = uri.scheme() == Some(&Scheme::HTTPS);
    let port = uri.port_u16().unwrap_or(if is_tls { 443 } else { 80 });
    let stream = TcpStream::connect((host, port))
        .await
        .map_err(Error::Connect)?;
    if !is_tls {
        return Ok(Box::new(stream));
    }
    let name = ServerName::try_from(host.to_owned())?;
    let connector = TlsConnector::from(tls().0);
    let stream = connector.connect(name, stream).await.map_err(Error::Tls)?;
    Ok(Box::new(stream))
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
