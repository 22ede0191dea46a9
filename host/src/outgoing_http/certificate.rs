//! Causes for which a server's certificate is not trusted, in words.

use rustls::{CertificateError, OtherError};

/// The predicate of a sentence about a certificate. Shows none of its contents.
pub(super) fn certificate_cause(error: &CertificateError) -> &'static str {
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
