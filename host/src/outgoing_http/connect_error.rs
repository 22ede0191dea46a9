//! The error of a connection that was not made: nothing of the request was sent.

use std::{fmt, io};

use tokio_rustls::rustls::{self, CertificateError, OtherError};
use wasmtime_wasi_http::Error;

/// Error of a connection: the code for the component, and the cause for people.
#[derive(Debug)]
pub(super) struct ConnectError {
    pub(super) code: Error,
    /// Cause, in more detail than the code has.
    pub(super) cause: String,
}

impl ConnectError {
    pub(super) fn new(code: Error, cause: impl Into<String>) -> Self {
        Self {
            code,
            cause: cause.into(),
        }
    }

    /// Error of a TLS handshake with the server at this address.
    pub(super) fn of_tls(error: io::Error, address: &str) -> Self {
        let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
        let cause = match inner {
            Some(rustls::Error::InvalidCertificate(error)) => {
                format!("the certificate of {address} {}", certificate_cause(error))
            }
            Some(error) => format!("{address} and this host do not agree on TLS, {error}"),
            None => format!("the connection to {address} ended during the TLS handshake, {error}"),
        };
        Self::new(Error::Tls(error), cause)
    }

    /// Adds the place of the failure in front of the cause.
    pub(super) fn at(self, place: &str) -> Self {
        Self {
            cause: format!("{place}: {}", self.cause),
            ..self
        }
    }
}

/// The predicate of a sentence about a certificate. Shows none of its contents.
pub(crate) fn certificate_cause(error: &CertificateError) -> &'static str {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "has expired",
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "is not valid yet, or the clock of this machine is slow"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "is for another name"
        }
        CertificateError::Other(OtherError(error))
            if error.downcast_ref() == Some(&webpki::Error::CaUsedAsEndEntity) =>
        {
            "is self-signed or an authority's own, and as such not trusted for a server"
        }
        CertificateError::UnknownIssuer => "comes from an authority that this host does not trust",
        CertificateError::Revoked => "is revoked",
        CertificateError::BadSignature => "has a wrong signature",
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "is not one for servers"
        }
        _ => "is not valid, or in a form that is not supported",
    }
}

impl From<Error> for ConnectError {
    fn from(code: Error) -> Self {
        let cause = code.to_string();
        Self { code, cause }
    }
}

impl fmt::Display for ConnectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.cause)
    }
}
