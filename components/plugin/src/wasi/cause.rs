//! Conversion of the error codes of `wasi:http`.

use alloc::borrow::ToOwned;

use onepassword_users::platform::{SendError, SendErrorKind};
use wasip2::http::types::ErrorCode;

/// Error for a request that the host refuses to send.
pub(super) fn denied(detail: &str) -> SendError {
    SendError {
        kind: SendErrorKind::Denied,
        is_possibly_received: false,
        detail: detail.to_owned(),
    }
}

/// Error for an incomplete response. The exact cause changes nothing, and reading it would make the component larger.
pub(super) fn incomplete() -> SendError {
    failed(ErrorCode::HttpResponseIncomplete)
}

/// Error for a request that the host did not take over: a refusal is then the host's own, and nothing was sent.
pub(super) fn refused(code: ErrorCode) -> SendError {
    let error = failed(code);
    SendError {
        is_possibly_received: error.is_possibly_received && error.kind != SendErrorKind::Denied,
        ..error
    }
}

/// Error for a code of `wasi:http`, with the possibility that the server received the request.
///
/// Each code is taken at its weakest meaning, because hosts use them differently: some report a time-out of the connection
/// after the request went out, and some deny a request whose response they do not pass on. Only a code that no host can
/// report later than the connection proves that the server received nothing: the name was not found, the address is not
/// allowed, the connection was refused, the certificate is not trusted.
pub(super) fn failed(code: ErrorCode) -> SendError {
    use SendErrorKind::{Connection, Denied, Malformed, TimedOut, TooLarge};

    let (kind, is_possibly_received, detail) = match code {
        ErrorCode::DnsTimeout => (Connection, true, "the host name was not resolved in time"),
        ErrorCode::DnsError(_) | ErrorCode::DestinationNotFound => {
            (Connection, false, "the host name cannot be resolved")
        }
        ErrorCode::DestinationUnavailable | ErrorCode::DestinationIpUnroutable => {
            (Connection, true, "the server cannot be reached")
        }
        ErrorCode::DestinationIpProhibited => (
            Denied,
            false,
            "the host does not allow requests to this address",
        ),
        ErrorCode::HttpRequestDenied => (
            Denied,
            true,
            "the host does not allow requests to this address",
        ),
        ErrorCode::ConnectionRefused => (Connection, false, "the server refused the connection"),
        ErrorCode::ConnectionTimeout => (Connection, true, "the connection was not made in time"),
        ErrorCode::ConnectionLimitReached => {
            (Connection, true, "the host's connection limit is reached")
        }
        ErrorCode::TlsProtocolError => (Connection, true, "TLS failed"),
        ErrorCode::TlsCertificateError => (
            Connection,
            false,
            "the server's TLS certificate is not trusted",
        ),
        ErrorCode::TlsAlertReceived(_) => (Connection, true, "the server ended TLS with an alert"),
        ErrorCode::ConnectionTerminated => (Connection, true, "the connection broke"),
        ErrorCode::ConnectionReadTimeout | ErrorCode::HttpResponseTimeout => {
            (TimedOut, true, "no response came in time")
        }
        ErrorCode::ConnectionWriteTimeout => {
            (TimedOut, true, "the request was not accepted in time")
        }
        ErrorCode::HttpRequestLengthRequired
        | ErrorCode::HttpRequestBodySize(_)
        | ErrorCode::HttpRequestMethodInvalid
        | ErrorCode::HttpRequestUriInvalid
        | ErrorCode::HttpRequestUriTooLong
        | ErrorCode::HttpRequestHeaderSectionSize(_)
        | ErrorCode::HttpRequestHeaderSize(_)
        | ErrorCode::HttpRequestTrailerSectionSize(_)
        | ErrorCode::HttpRequestTrailerSize(_) => {
            (Denied, true, "the host does not accept this request")
        }
        ErrorCode::HttpResponseIncomplete => (Connection, true, "the response is incomplete"),
        ErrorCode::HttpResponseHeaderSectionSize(_)
        | ErrorCode::HttpResponseHeaderSize(_)
        | ErrorCode::HttpResponseBodySize(_)
        | ErrorCode::HttpResponseTrailerSectionSize(_)
        | ErrorCode::HttpResponseTrailerSize(_) => (
            TooLarge,
            true,
            "the response is larger than the host accepts",
        ),
        ErrorCode::HttpResponseTransferCoding(_)
        | ErrorCode::HttpResponseContentCoding(_)
        | ErrorCode::HttpUpgradeFailed
        | ErrorCode::HttpProtocolError => (
            Malformed,
            true,
            "the response is not valid HTTP, or is incomplete",
        ),
        ErrorCode::LoopDetected => (Connection, true, "a proxy loop was detected"),
        ErrorCode::ConfigurationError => (Denied, true, "the host's HTTP client is not configured"),
        ErrorCode::InternalError(_) => {
            (Connection, true, "the host failed to carry out the request")
        }
    };
    SendError {
        kind,
        is_possibly_received,
        detail: detail.to_owned(),
    }
}
