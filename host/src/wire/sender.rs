//! Sends one request over a connection of its own: TCP, TLS where it is `https`, HTTP/1.1.
//!
//! wasmtime's own sender waits for a TLS handshake for ever, trusts no authority but Mozilla's, and does not say of a
//! certificate what is wrong with it.

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

/// How long a phase may take for which the request sets no time-out.
const PATIENCE: Duration = Duration::from_secs(600);

/// What a server's certificate must lead to.
#[derive(Clone)]
pub(crate) struct Trust(Arc<ClientConfig>);

impl Trust {
    /// These authorities, and no others.
    pub fn only(roots: RootCertStore) -> Self {
        let config = ClientConfig::builder()
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self(Arc::new(config))
    }

    /// The authorities that the machine trusts, as an inspecting proxy needs it; Mozilla's where it names none. Read once.
    pub fn of_the_machine() -> Self {
        static TRUST: OnceLock<Trust> = OnceLock::new();
        let read = || {
            let mut roots = RootCertStore::empty();
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
            if roots.is_empty() {
                roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
            }
            Self::only(roots)
        };
        TRUST.get_or_init(read).clone()
    }
}

/// A connection's two directions.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Stream for T {}

/// Sends a request, and waits for the head of its answer. Dropped, it closes the connection; so does the answer's body.
pub(crate) async fn send(
    mut request: Request<WasiBody>,
    options: RequestOptions,
    trust: impl FnOnce() -> Trust,
) -> Result<Response<WasiBody>, Error> {
    let patience = |timeout: Option<Duration>| timeout.unwrap_or(PATIENCE);
    let connected_by = Instant::now() + patience(options.connect_timeout);
    let stream = timeout_at(connected_by, connect(request.uri(), trust))
        .await
        .map_err(|_| Error::ConnectionTimeout)??;
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
    let connection = wasmtime_wasi::runtime::spawn(async {
        // How it ends shows in the answer.
        connection.await.ok();
    });

    // The authority goes into `host`, which is set already.
    let path_and_query = request.uri().path_and_query().cloned();
    *request.uri_mut() = path_and_query.map_or_else(Uri::default, Uri::from);
    let response = timeout(
        patience(options.first_byte_timeout),
        sender.send_request(request),
    )
    .await
    .map_err(|_| Error::ConnectionReadTimeout)??;
    let between_bytes = patience(options.between_bytes_timeout);
    Ok(response.map(|incoming| {
        let body = Answer {
            incoming,
            between_bytes,
            alarm: Box::pin(sleep(between_bytes)),
            _connection: connection,
        };
        body.boxed_unsync()
    }))
}

/// Connects, and shakes hands where that is wanted.
async fn connect(uri: &Uri, trust: impl FnOnce() -> Trust) -> Result<Box<dyn Stream>, Error> {
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
    let connector = TlsConnector::from(trust().0);
    let stream = connector.connect(name, stream).await.map_err(Error::Tls)?;
    Ok(Box::new(stream))
}

/// The body of an answer, and the connection that it comes over.
struct Answer {
    incoming: Incoming,
    between_bytes: Duration,
    alarm: Pin<Box<Sleep>>,
    _connection: AbortOnDropJoinHandle<()>,
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.incoming).poll_frame(context) {
            let next = Instant::now() + self.between_bytes;
            self.alarm.as_mut().reset(next);
            return Poll::Ready(frame.map(|frame| frame.map_err(Error::from)));
        }
        ready!(self.alarm.as_mut().poll(context));
        Poll::Ready(Some(Err(Error::ConnectionReadTimeout)))
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.incoming.size_hint()
    }
}
