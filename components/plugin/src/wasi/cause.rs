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

/// Error for a code of `wasi:http`, with the possibility that the server received the request.
pub(super) fn failed(code: ErrorCode) -> SendError {
    use SendErrorKind::{Connection, Denied, Malformed, TimedOut, TooLarge};

    let (kind, is_possibly_received, detail) = match code {
        ErrorCode::DnsTimeout => (Connection, false, "the host name was not resolved in time"),
        ErrorCode::DnsError(_) | ErrorCode::DestinationNotFound => {
            (Connection, false, "the host name cannot be resolved")
        }
        ErrorCode::DestinationUnavailable | ErrorCode::DestinationIpUnroutable => {
            (Connection, false, "the server cannot be reached")
        }
        ErrorCode::DestinationIpProhibited | ErrorCode::HttpRequestDenied => (
            Denied,
            false,
            "the host does not allow requests to this address",
        ),
        ErrorCode::ConnectionRefused => (Connection, false, "the server refused the connection"),
        ErrorCode::ConnectionTimeout => (Connection, false, "the connection was not made in time"),
        ErrorCode::ConnectionLimitReached => {
            (Connection, false, "the host's connection limit is reached")
        }
        ErrorCode::TlsProtocolError => (Connection, false, "TLS failed"),
        ErrorCode::TlsCertificateError => (
            Connection,
            false,
            "the server's TLS certificate is not trusted: it has expired, is for another name, or comes from an authority that the host does not know",
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
            (Denied, false, "the host does not accept this request")
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
        ErrorCode::ConfigurationError => {
            (Denied, false, "the host's HTTP client is not configured")
        }
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
