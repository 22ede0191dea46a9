//! Failures of requests: their kind, if the request may have been sent, and their cause for people.

use std::{error::Error, io, iter};

use reqwest::Url;
use rustls::{self, AlertDescription};

use super::{certificate::certificate_cause, connect_timeout::ConnectTimedOut};
use crate::network::{Proxy, display_address};

/// Failure of a request.
#[derive(Debug)]
pub(crate) struct SendFailure {
    pub(crate) kind: SendFailureKind,
    /// Cause in more detail than the kind has, without secrets.
    pub(crate) cause: Option<String>,
}

/// Kind of a failure.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum SendFailureKind {
    /// The request is not one that this host sends.
    NotAccepted,
    /// The HTTP client has wrong settings.
    NotConfigured,
    /// The host name has no address.
    UnknownName,
    /// The server refused the connection, or a proxy did so for it.
    Refused,
    /// No connection to the server's address is possible.
    Unreachable,
    /// The connection was not made in time.
    ConnectTimedOut,
    /// The server's certificate is not trusted.
    UntrustedCertificate,
    /// The server ended the TLS handshake.
    TlsAlert(AlertDescription),
    /// The TLS handshake failed otherwise.
    Tls,
    /// The head of the response did not arrive in time.
    NoResponse,
    /// The response is not HTTP.
    Malformed,
    /// The connection broke before the head of the response.
    Broken,
    /// The body of the response did not arrive whole.
    Incomplete,
    /// A proxy that forwards requests wants other credentials. It does not prove that the request went no further.
    ProxyCredentials,
}

impl SendFailureKind {
    /// True if a byte of the request may have reached the server.
    pub(crate) const fn is_possibly_sent(self) -> bool {
        !matches!(
            self,
            Self::NotAccepted
                | Self::NotConfigured
                | Self::UnknownName
                | Self::Refused
                | Self::Unreachable
                | Self::ConnectTimedOut
                | Self::UntrustedCertificate
                | Self::TlsAlert(_)
                | Self::Tls
        )
    }

    /// The failure in a few words.
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::NotAccepted => "the host does not accept this request",
            Self::NotConfigured => "the host's HTTP client is not configured",
            Self::UnknownName => "the host name cannot be resolved",
            Self::Refused => "the server refused the connection",
            Self::Unreachable => "the server cannot be reached",
            Self::ConnectTimedOut => "the connection was not made in time",
            Self::UntrustedCertificate => "the server's TLS certificate is not trusted",
            Self::TlsAlert(_) => "the server ended TLS with an alert",
            Self::Tls => "TLS failed",
            Self::NoResponse => "no response came in time",
            Self::Malformed => "the response is not valid HTTP, or is incomplete",
            Self::Broken => "the connection broke",
            Self::Incomplete => "the response is incomplete",
            Self::ProxyCredentials => "the host failed to carry out the request",
        }
    }
}

impl SendFailure {
    /// Failure of a request that this host does not send.
    pub(crate) const fn not_accepted() -> Self {
        Self {
            kind: SendFailureKind::NotAccepted,
            cause: None,
        }
    }

    /// Failure of a request without an HTTP client.
    pub(super) fn not_configured(cause: &str) -> Self {
        Self::new(SendFailureKind::NotConfigured, cause)
    }

    /// Failure of a request whose response does not begin in time.
    pub(super) fn no_response(proxy: Option<&Proxy>) -> Self {
        let kind = SendFailureKind::NoResponse;
        Self {
            kind,
            cause: proxy.map(|proxy| format!("through {}: {}", proxy.name(), kind.text())),
        }
    }

    /// Failure of a request for which a forwarding proxy wants other credentials.
    pub(super) fn proxy_credentials(proxy: &Proxy) -> Self {
        let cause = format!("{} asks for other credentials (407)", proxy.name());
        Self::new(SendFailureKind::ProxyCredentials, cause)
    }

    /// Failure of a body that did not arrive whole.
    pub(crate) fn incomplete(error: &reqwest::Error, proxy: Option<&Proxy>) -> Self {
        Self {
            kind: SendFailureKind::Incomplete,
            cause: through(error, proxy),
        }
    }

    /// Failure of a request before the head of its response.
    pub(super) fn of(error: &reqwest::Error, url: &Url, proxy: Option<&Proxy>) -> Self {
        if error.is_builder() {
            return Self::not_accepted();
        }
        if error.is_connect() {
            return connect_failure(error, url, proxy);
        }
        let kind = if error.is_timeout() {
            SendFailureKind::NoResponse
        } else if find(error).is_some_and(hyper::Error::is_parse) {
            SendFailureKind::Malformed
        } else {
            SendFailureKind::Broken
        };
        Self {
            kind,
            cause: through(error, proxy),
        }
    }

    /// The failure and its cause, for people.
    pub(crate) fn detail(&self) -> String {
        let text = self.kind.text();
        match &self.cause {
            Some(cause) => format!("{text} ({cause})"),
            None => text.to_owned(),
        }
    }

    fn new(kind: SendFailureKind, cause: impl Into<String>) -> Self {
        Self {
            kind,
            cause: Some(cause.into()),
        }
    }

    /// Adds the place of the failure in front of the cause.
    fn at(self, place: &str) -> Self {
        Self {
            cause: self.cause.map(|cause| format!("{place}: {cause}")),
            ..self
        }
    }
}

/// Cause of a failure after the connection was made. None without a proxy: the failure says it all.
fn through(error: &reqwest::Error, proxy: Option<&Proxy>) -> Option<String> {
    let cause = causes(error).last()?;
    proxy.map(|proxy| format!("through {}: {cause}", proxy.name()))
}

/// Failure of a request whose connection was not made.
fn connect_failure(error: &reqwest::Error, url: &Url, proxy: Option<&Proxy>) -> SendFailure {
    let host = url.host_str().unwrap_or_default();
    let server = Peer {
        host: host.trim_start_matches('[').trim_end_matches(']'),
        port: url.port_or_known_default().unwrap_or_default(),
    };
    let Some(proxy) = proxy else {
        return server.failure(error);
    };
    let tunnel = tunnel_failure(error);
    if url.scheme() == "https" && tunnel.is_none() {
        let place = format!("through {}", proxy.name());
        return server.failure(error).at(&place);
    }
    let refusal = match tunnel.as_deref() {
        None | Some("failed to create underlying connection") => None,
        Some("proxy authorization required") if proxy.authorization.is_some() => {
            Some("it does not accept the name and password (407)")
        }
        Some("proxy authorization required") => Some("it asks for a name and a password (407)"),
        Some("unsuccessful") => Some("it did not connect to the server"),
        Some(_) => Some("it ended the connection or sent no valid HTTP"),
    };
    let failure = match refusal {
        Some(refusal) => SendFailure::new(SendFailureKind::Refused, refusal),
        None => {
            let peer = Peer {
                host: &proxy.host,
                port: proxy.port,
            };
            peer.failure(error)
        }
    };
    failure.at(&proxy.name())
}

/// Server or proxy that a connection is made to.
struct Peer<'a> {
    /// Host name or address, without brackets.
    host: &'a str,
    port: u16,
}

impl Peer<'_> {
    /// Failure to connect to it.
    fn failure(&self, error: &reqwest::Error) -> SendFailure {
        let address = display_address(self.host, self.port);
        if find::<ConnectTimedOut>(error).is_some() {
            let cause = format!("no connection to {address} in time");
            return SendFailure::new(SendFailureKind::ConnectTimedOut, cause);
        }
        if let Some(error) = find::<rustls::Error>(error) {
            return tls_failure(error, &address);
        }
        let io = find::<io::Error>(error);
        let cause = io.map_or_else(|| last(error), ToString::to_string);
        if error.is_dns() {
            let cause = format!("the name {} cannot be resolved, {cause}", self.host);
            return SendFailure::new(SendFailureKind::UnknownName, cause);
        }
        if causes(error).any(|cause| cause.to_string().starts_with("tcp ")) {
            let kind = match io.map(io::Error::kind) {
                Some(io::ErrorKind::ConnectionRefused) => SendFailureKind::Refused,
                Some(io::ErrorKind::TimedOut) => SendFailureKind::ConnectTimedOut,
                _ => SendFailureKind::Unreachable,
            };
            return SendFailure::new(kind, format!("{address} cannot be connected to, {cause}"));
        }
        let cause = format!("the connection to {address} ended during the TLS handshake, {cause}");
        SendFailure::new(SendFailureKind::Tls, cause)
    }
}

fn tls_failure(error: &rustls::Error, address: &str) -> SendFailure {
    let disagreement = || format!("{address} and this host do not agree on TLS, {error}");
    let (kind, cause) = match error {
        rustls::Error::InvalidCertificate(error) => (
            SendFailureKind::UntrustedCertificate,
            format!("the certificate of {address} {}", certificate_cause(error)),
        ),
        rustls::Error::AlertReceived(alert) => (SendFailureKind::TlsAlert(*alert), disagreement()),
        _ => (SendFailureKind::Tls, disagreement()),
    };
    SendFailure::new(kind, cause)
}

/// Failure of a tunnel through a proxy, in the words of the HTTP library, which has no type for it.
fn tunnel_failure(error: &reqwest::Error) -> Option<String> {
    causes(error).find_map(|cause| {
        let text = cause.to_string();
        text.strip_prefix("tunnel error: ").map(str::to_owned)
    })
}

/// An error and its causes, from the outermost on. The source of an I/O error would leave out the error inside of it.
fn causes<'a>(error: &'a reqwest::Error) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let first: &'a (dyn Error + 'static) = error;
    iter::successors(Some(first), |error: &&'a (dyn Error + 'static)| {
        let error: &'a (dyn Error + 'static) = *error;
        let io = error.downcast_ref::<io::Error>();
        match io.and_then(io::Error::get_ref) {
            Some(inner) => Some(inner as &(dyn Error + 'static)),
            None => error.source(),
        }
    })
}

/// The innermost cause of this type.
fn find<T: Error + 'static>(error: &reqwest::Error) -> Option<&T> {
    causes(error)
        .filter_map(|cause| cause.downcast_ref())
        .last()
}

/// The innermost cause in words.
fn last(error: &reqwest::Error) -> String {
    causes(error)
        .last()
        .map_or_else(String::new, ToString::to_string)
}
