//! Sends one request of a component: its parts in the types of the HTTP library, and its time-outs.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use http::{Request, Response, header::HOST};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Limited};
use hyper::body::Bytes;
use tokio::time::{Instant, Sleep, sleep, timeout};
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody};

use super::{
    http_client::{HttpClients, request_url},
    send_failure::{SendFailure, SendFailureKind},
};

/// Time-out of a phase for which the request sets none.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(600);
/// Maximum size of a request's body in bytes: more than any of the API.
const MAX_REQUEST_BODY: usize = 64 << 10;

/// Sends a request, and waits for the head of its response. Dropping the future, or later the response's body, cancels the
/// request.
///
/// The head may take the time-out of the connection and that of the first byte: on a kept connection, too.
pub(super) async fn send(
    request: Request<WasiBody>,
    options: RequestOptions,
    http: &HttpClients,
) -> Result<Response<WasiBody>, SendFailure> {
    let or_default = |timeout: Option<Duration>| timeout.unwrap_or(DEFAULT_TIMEOUT);
    let request = outgoing(request).await?;
    let proxy = http.proxy(request.url());
    let connect_timeout = or_default(options.connect_timeout);
    let head_timeout = connect_timeout + or_default(options.first_byte_timeout);
    let response = timeout(head_timeout, http.send(request, connect_timeout))
        .await
        .unwrap_or_else(|_| Err(SendFailure::no_response(proxy)))?;
    let between_bytes = or_default(options.between_bytes_timeout);
    Ok(Response::from(response).map(|body| {
        let body = ResponseBody {
            body,
            between_bytes,
            timer: Box::pin(sleep(between_bytes)),
        };
        body.boxed_unsync()
    }))
}

/// Request in the types of the HTTP library. Fails if the component gave its body up.
async fn outgoing(request: Request<WasiBody>) -> Result<reqwest::Request, SendFailure> {
    let (parts, body) = request.into_parts();
    let url = request_url(&parts.uri.to_string())?;
    let body = Limited::new(body, MAX_REQUEST_BODY).collect().await;
    let body = body.map_err(|_| SendFailure::not_accepted())?.to_bytes();
    let mut request = reqwest::Request::new(parts.method, url);
    *request.headers_mut() = parts.headers;
    // The library adds it, or `:authority` in HTTP/2.
    request.headers_mut().remove(HOST);
    if !body.is_empty() {
        *request.body_mut() = Some(body.into());
    }
    Ok(request)
}

/// Error of `wasi:http` for a failure. The component takes only a refused connection as proof that nothing was sent.
pub(super) fn error_code(failure: &SendFailure) -> Error {
    match failure.kind {
        SendFailureKind::NotAccepted => Error::HttpRequestUriInvalid,
        SendFailureKind::NotConfigured => Error::ConfigurationError,
        SendFailureKind::UnknownName => Error::DnsError {
            rcode: None,
            info_code: None,
        },
        SendFailureKind::Refused => Error::ConnectionRefused,
        SendFailureKind::Unreachable => Error::DestinationUnavailable,
        SendFailureKind::ConnectTimedOut => Error::ConnectionTimeout,
        SendFailureKind::UntrustedCertificate => Error::TlsCertificateError,
        SendFailureKind::TlsAlert(alert) => Error::TlsAlertReceived {
            alert_id: Some(u8::from(alert)),
            alert_message: alert.as_str().map(str::to_owned),
        },
        SendFailureKind::Tls => Error::TlsProtocolError,
        SendFailureKind::NoResponse => Error::ConnectionReadTimeout,
        SendFailureKind::Malformed => Error::HttpProtocolError,
        SendFailureKind::Broken => Error::ConnectionTerminated,
        SendFailureKind::Incomplete => Error::HttpResponseIncomplete,
        SendFailureKind::ProxyCredentials => Error::InternalError(failure.cause.clone()),
    }
}

/// Body of a response, whose pieces may take a limited time.
struct ResponseBody {
    body: reqwest::Body,
    between_bytes: Duration,
    timer: Pin<Box<Sleep>>,
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        if let Poll::Ready(frame) = Pin::new(&mut self.body).poll_frame(context) {
            let next = Instant::now() + self.between_bytes;
            self.timer.as_mut().reset(next);
            return Poll::Ready(
                frame.map(|frame| frame.map_err(|_| Error::HttpResponseIncomplete)),
            );
        }
        ready!(self.timer.as_mut().poll(context));
        Poll::Ready(Some(Err(Error::ConnectionReadTimeout)))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
