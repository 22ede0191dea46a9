//! Connections to the API: TCP, a tunnel through a proxy, TLS.

use http::{
    HeaderValue, Method, Request, StatusCode, Uri,
    header::{HOST, PROXY_AUTHORIZATION},
    uri::Scheme,
};
use http_body_util::Empty;
use hyper::{body::Bytes, client::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, lookup_host},
};
use tokio_rustls::{TlsConnector, rustls::pki_types::ServerName};
use wasmtime_wasi::runtime::AbortOnDropJoinHandle;
use wasmtime_wasi_http::Error;

use super::connect_error::ConnectError;
use crate::network::{Network, Proxy, default_port, display_address, without_brackets};

/// A connection, encrypted or not.
pub(super) trait Connection: AsyncRead + AsyncWrite + Send + Unpin {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin> Connection for T {}

/// A connection to a server, or to a proxy that forwards requests.
pub(super) struct Connected<'a> {
    pub(super) stream: Box<dyn Connection>,
    /// Proxy that reads and forwards the requests themselves. None for a server, and for a tunnel to it.
    pub(super) forwarding_proxy: Option<&'a Proxy>,
}

/// Opens a connection for requests to this URI, with a TLS handshake for `https`.
pub(super) async fn connect<'a>(
    uri: &Uri,
    network: &'a Network,
) -> Result<Connected<'a>, ConnectError> {
    let host = uri.host().ok_or(Error::HttpRequestUriInvalid)?;
    let is_https = uri.scheme() == Some(&Scheme::HTTPS);
    let port = uri.port_u16().unwrap_or(default_port(is_https));
    let target = Target {
        host: without_brackets(host),
        port,
    };
    let proxy = network.proxy(uri);
    let mut stream = match proxy {
        None => tcp(&target).await?,
        Some(proxy) => {
            let stream = connect_to_proxy(proxy, network).await;
            stream.map_err(|error| error.at(&proxy.name()))?
        }
    };
    let forwarding_proxy = proxy.filter(|_| !is_https);
    if is_https {
        if let Some(proxy) = proxy {
            let tunnel = tunnel(stream, &target, proxy).await;
            stream = tunnel.map_err(|error| error.at(&proxy.name()))?;
        }
        let secured = tls(stream, &target, network).await;
        stream = secured.map_err(|error| match proxy {
            Some(proxy) => error.at(&format!("through {}", proxy.name())),
            None => error,
        })?;
    }
    Ok(Connected {
        stream,
        forwarding_proxy,
    })
}

/// Host and port of a server or a proxy.
struct Target<'a> {
    host: &'a str,
    port: u16,
}

impl Target<'_> {
    /// Host and port for people, and for `CONNECT`.
    fn address(&self) -> String {
        display_address(self.host, self.port)
    }
}

async fn connect_to_proxy(
    proxy: &Proxy,
    network: &Network,
) -> Result<Box<dyn Connection>, ConnectError> {
    let target = Target {
        host: &proxy.host,
        port: proxy.port,
    };
    let stream = tcp(&target).await?;
    if proxy.is_tls {
        return tls(stream, &target, network).await;
    }
    Ok(stream)
}

async fn tcp(target: &Target<'_>) -> Result<Box<dyn Connection>, ConnectError> {
    let addresses: Vec<_> = lookup_host((target.host, target.port))
        .await
        .map_err(|error| {
            let cause = format!("the name {} cannot be resolved, {error}", target.host);
            let code = Error::DnsError {
                rcode: None,
                info_code: None,
            };
            ConnectError::new(code, cause)
        })?
        .collect();
    let stream = TcpStream::connect(&addresses[..]).await.map_err(|error| {
        let cause = format!("{} cannot be connected to, {error}", target.address());
        ConnectError::new(Error::Connect(error), cause)
    })?;
    Ok(Box::new(stream))
}

async fn tls(
    stream: Box<dyn Connection>,
    target: &Target<'_>,
    network: &Network,
) -> Result<Box<dyn Connection>, ConnectError> {
    let config = network
        .tls()
        .map_err(|error| ConnectError::new(Error::ConfigurationError, error.to_string()))?;
    let name = ServerName::try_from(target.host.to_owned()).map_err(Error::from)?;
    let connector = TlsConnector::from(config.0);
    match connector.connect(name, stream).await {
        Ok(stream) => Ok(Box::new(stream)),
        Err(error) => Err(ConnectError::of_tls(error, &target.address())),
    }
}

/// Asks a proxy for a tunnel (RFC 9110, section 9.3.6). Nothing of a request is sent before it stands.
async fn tunnel(
    stream: Box<dyn Connection>,
    target: &Target<'_>,
    proxy: &Proxy,
) -> Result<Box<dyn Connection>, ConnectError> {
    let broken = |error: hyper::Error| {
        let cause = format!("it ended the connection or sent no valid HTTP, {error}");
        ConnectError::new(Error::ConnectionRefused, cause)
    };
    let io = TokioIo::new(stream);
    let (mut sender, connection) = http1::handshake(io).await.map_err(broken)?;
    let _connection: AbortOnDropJoinHandle<()> = wasmtime_wasi::runtime::spawn(async {
        // Its error is reported by the response.
        connection.with_upgrades().await.ok();
    });
    let authority = target.address();
    let invalid = || ConnectError::from(Error::HttpRequestUriInvalid);
    let mut request = Request::new(Empty::<Bytes>::new());
    *request.method_mut() = Method::CONNECT;
    *request.uri_mut() = authority.parse().map_err(|_| invalid())?;
    let host = HeaderValue::try_from(authority).map_err(|_| invalid())?;
    request.headers_mut().insert(HOST, host);
    if let Some(authorization) = &proxy.authorization {
        let headers = request.headers_mut();
        headers.insert(PROXY_AUTHORIZATION, authorization.clone());
    }
    let response = sender.send_request(request).await.map_err(broken)?;
    if !response.status().is_success() {
        return Err(refused(response.status(), proxy));
    }
    let upgraded = hyper::upgrade::on(response).await.map_err(broken)?;
    Ok(Box::new(TokioIo::new(upgraded)))
}

/// Error for a status with which a proxy refuses a tunnel.
///
/// The code is the one that proves that nothing was sent; the cause is the proxy's.
fn refused(status: StatusCode, proxy: &Proxy) -> ConnectError {
    let status = status.as_u16();
    let cause = match status {
        407 if proxy.authorization.is_some() => "it does not accept the name and password",
        407 => "it asks for a name and a password",
        400..=499 => "it does not allow the connection",
        _ => "it did not connect to the server",
    };
    ConnectError::new(Error::ConnectionRefused, format!("{cause} ({status})"))
}
