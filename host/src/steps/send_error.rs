//! Failures of requests, told to the module: their kind, if the request may have been sent, and their cause for people.

use std::{error::Error, io, iter};

use onepassword_users_protocol::FailureKind;
use reqwest::Url;
use tokio_rustls::rustls;

use super::connect_timeout::ConnectTimedOut;
use crate::{
    network::{Proxy, display_address},
    outgoing_http::certificate_cause,
};

/// Failure of a request.
#[derive(Debug)]
pub(super) struct SendFailure {
    pub(super) kind: FailureKind,
    /// False only if no byte of the request can have reached the server.
    pub(super) is_possibly_sent: bool,
    /// Cause for people, without secrets.
    pub(super) detail: String,
}

impl SendFailure {
    /// Failure of a request that this host does not send.
    pub(super) fn not_sent(detail: impl Into<String>) -> Self {
        Self {
            kind: FailureKind::Denied,
            is_possibly_sent: false,
            detail: detail.into(),
        }
    }

    /// Failure of a request that was sent, or a part of it.
    fn sent(kind: FailureKind, what: &str, cause: Option<String>) -> Self {
        Self {
            kind,
            is_possibly_sent: true,
            detail: match cause {
                Some(cause) => format!("{what} ({cause})"),
                None => what.to_owned(),
            },
        }
    }

    /// Failure of a body that did not arrive whole.
    pub(super) fn incomplete(error: &reqwest::Error, proxy: Option<&Proxy>) -> Self {
        let cause = through(error, proxy);
        Self::sent(FailureKind::Connection, "the response is incomplete", cause)
    }

    /// Failure of a request for which a forwarding proxy wants other credentials. It does not prove that the request went no
    /// further.
    pub(super) fn proxy_credentials(proxy: &Proxy) -> Self {
        let cause = format!("{} asks for other credentials (407)", proxy.name());
        let what = "the host failed to carry out the request";
        Self::sent(FailureKind::Connection, what, Some(cause))
    }

    /// Failure of a request before the head of its response.
    pub(super) fn of(error: &reqwest::Error, url: &Url, proxy: Option<&Proxy>) -> Self {
        if error.is_builder() {
            return Self::not_sent("the host does not accept this request");
        }
        if error.is_connect() {
            let (what, cause) = connect_failure(error, url, proxy);
            return Self {
                kind: FailureKind::Connection,
                is_possibly_sent: false,
                detail: format!("{what} ({cause})"),
            };
        }
        let (kind, what) = if error.is_timeout() {
            (FailureKind::TimedOut, "no response came in time")
        } else if find(error).is_some_and(hyper::Error::is_parse) {
            let what = "the response is not valid HTTP, or is incomplete";
            (FailureKind::Malformed, what)
        } else {
            (FailureKind::Connection, "the connection broke")
        };
        Self::sent(kind, what, through(error, proxy))
    }
}

/// Cause of a failure after the connection was made. None without a proxy: the failure says it all.
fn through(error: &reqwest::Error, proxy: Option<&Proxy>) -> Option<String> {
    let cause = causes(error).last()?;
    proxy.map(|proxy| format!("through {}: {cause}", proxy.name()))
}

/// Failure of a connection in a few words, and its cause.
fn connect_failure(
    error: &reqwest::Error,
    url: &Url,
    proxy: Option<&Proxy>,
) -> (&'static str, String) {
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
        let (what, cause) = server.failure(error);
        return (what, format!("through {}: {cause}", proxy.name()));
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
    let (what, cause) = match refusal {
        Some(refusal) => ("the server refused the connection", refusal.to_owned()),
        None => {
            let peer = Peer {
                host: &proxy.host,
                port: proxy.port,
            };
            peer.failure(error)
        }
    };
    (what, format!("{}: {cause}", proxy.name()))
}

/// Server or proxy that a connection is made to.
struct Peer<'a> {
    /// Host name or address, without brackets.
    host: &'a str,
    port: u16,
}

impl Peer<'_> {
    /// Failure to connect to it, in a few words, and its cause.
    fn failure(&self, error: &reqwest::Error) -> (&'static str, String) {
        let address = display_address(self.host, self.port);
        if find::<ConnectTimedOut>(error).is_some() {
            let cause = format!("no connection to {address} in time");
            return ("the connection was not made in time", cause);
        }
        if let Some(error) = find::<rustls::Error>(error) {
            return tls_failure(error, &address);
        }
        let io = find::<io::Error>(error);
        let cause = io.map_or_else(|| last(error), ToString::to_string);
        if error.is_dns() {
            let cause = format!("the name {} cannot be resolved, {cause}", self.host);
            return ("the host name cannot be resolved", cause);
        }
        if causes(error).any(|cause| cause.to_string().starts_with("tcp ")) {
            let what = match io.map(io::Error::kind) {
                Some(io::ErrorKind::ConnectionRefused) => "the server refused the connection",
                Some(io::ErrorKind::TimedOut) => "the connection was not made in time",
                _ => "the server cannot be reached",
            };
            return (what, format!("{address} cannot be connected to, {cause}"));
        }
        let cause = format!("the connection to {address} ended during the TLS handshake, {cause}");
        ("TLS failed", cause)
    }
}

fn tls_failure(error: &rustls::Error, address: &str) -> (&'static str, String) {
    let disagreement = || format!("{address} and this host do not agree on TLS, {error}");
    match error {
        rustls::Error::InvalidCertificate(error) => (
            "the server's TLS certificate is not trusted",
            format!("the certificate of {address} {}", certificate_cause(error)),
        ),
        rustls::Error::AlertReceived(_) => ("the server ended TLS with an alert", disagreement()),
        _ => ("TLS failed", disagreement()),
    }
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
