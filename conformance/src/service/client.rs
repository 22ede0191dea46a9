//! The sender of a case's requests, over HTTP/1.1.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use http_body_util::BodyExt;
use hyper::{
    Request,
    body::{Body, Bytes, Frame},
    client::conn::http1,
    header::{AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST, HeaderMap},
};
use hyper_util::rt::TokioIo;
use sha2::Sha256;
use tokio::{
    net::TcpStream,
    time::{Sleep, sleep, timeout},
};

use super::case::{Credentials, ServiceRequest, Signature};
use crate::problem::Problem;

const RESPONDER_KEY: &str = "responder-key-6f1c0e7a9b2d4358";
/// SHA-256 of the responder's key, in hexadecimal.
pub(super) const RESPONDER_KEY_DIGEST: &str =
    "fadcbc12f07746f9c5ee51c9284e2f01cf5c2969caabf64507eaa774c1a46060";
const READER_KEY: &str = "reader-key-03b7d5c48e1f6a29";
/// SHA-256 of the reader's key, in hexadecimal.
pub(super) const READER_KEY_DIGEST: &str =
    "282678c3e7ff09cd560ac94cf4c82512883e94cc2458bc6d1cf26f96364f29d5";
const WRONG_KEY: &str = "a-key-that-the-service-does-not-know";
/// Secret of the sender of webhooks.
pub(super) const WEBHOOK_SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";
const FORGED_SECRET: &str = "whsec_ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA=";
/// Maximum time for a response.
const MAX_WAIT: Duration = Duration::from_secs(40);

/// A response as it arrived.
pub(super) struct Received {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// Sends a request on a connection of its own. `authority` is that of the service.
pub(super) async fn send(authority: &str, request: &ServiceRequest) -> Result<Received, Problem> {
    let exchange = async {
        let failed = |error: hyper::Error| Problem::new(format!("no response: {error}"));
        let stream = TcpStream::connect(authority)
            .await
            .map_err(|error| Problem::new(format!("no connection: {error}")))?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(failed)?;
        let connection = tokio::spawn(connection);
        let response = sender.send_request(built(authority, request)?).await;
        let (head, body) = response.map_err(failed)?.into_parts();
        let body = body.collect().await.map_err(failed)?.to_bytes();
        connection.abort();
        Ok(Received {
            status: head.status.as_u16(),
            headers: head.headers,
            body,
        })
    };
    let late = |_| Problem::new(format!("no response in {} seconds", MAX_WAIT.as_secs()));
    timeout(MAX_WAIT, exchange).await.map_err(late)?
}

/// The request of a case for hyper.
fn built(authority: &str, request: &ServiceRequest) -> Result<Request<PausedBody>, Problem> {
    let (method, target) = request
        .request
        .split_once(' ')
        .ok_or_else(|| Problem::new("request: method and path are expected"))?;
    let body = body_of(request);
    let mut builder = Request::builder()
        .method(method)
        .uri(target)
        .header(HOST, authority);
    if request.json.is_some() {
        builder = builder.header(CONTENT_TYPE, "application/json");
    }
    if !body.is_empty() {
        builder = builder.header(CONTENT_LENGTH, body.len());
    }
    for (name, values) in &request.headers {
        for value in values.iter() {
            builder = builder.header(name, value);
        }
    }
    if let Some(signature) = &request.signed {
        for (name, value) in signature_headers(signature, &body) {
            builder = builder.header(name, value);
        }
    } else if let Some(credentials) = authorization(request.with) {
        builder = builder.header(AUTHORIZATION, credentials);
    }
    builder
        .body(PausedBody::new(body, request.pause))
        .map_err(|error| Problem::new(error.to_string()))
}

fn body_of(request: &ServiceRequest) -> Vec<u8> {
    if let Some(json) = &request.json {
        json.to_string().into()
    } else if let Some(text) = &request.text {
        text.clone().into()
    } else if let Some((text, times)) = &request.repeated {
        text.repeat(*times).into()
    } else {
        Vec::new()
    }
}

fn authorization(credentials: Credentials) -> Option<String> {
    let bearer = |key: &str| Some(format!("Bearer {key}"));
    match credentials {
        Credentials::Responder => bearer(RESPONDER_KEY),
        Credentials::Reader => bearer(READER_KEY),
        Credentials::Wrong => bearer(WRONG_KEY),
        Credentials::Basic => {
            let pair = BASE64_STANDARD.encode(format!("any:{RESPONDER_KEY}"));
            Some(format!("Basic {pair}"))
        }
        Credentials::None => None,
    }
}

/// Headers of a signed webhook (Standard Webhooks).
fn signature_headers(signature: &Signature, body: &[u8]) -> [(&'static str, String); 3] {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let now = now.map_or(0, |now| i64::try_from(now.as_secs()).unwrap_or(0));
    let time = now.saturating_sub(signature.age).to_string();
    let secret = if signature.is_forged {
        FORGED_SECRET
    } else {
        WEBHOOK_SECRET
    };
    let secret = secret.strip_prefix("whsec_").unwrap_or_default();
    let key = BASE64_STANDARD.decode(secret).unwrap_or_default();
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key of any length is accepted");
    mac.update(format!("{}.{time}.", signature.id).as_bytes());
    mac.update(body);
    let digest = BASE64_STANDARD.encode(mac.finalize().into_bytes());
    [
        ("webhook-id", signature.id.clone()),
        ("webhook-timestamp", time),
        ("webhook-signature", format!("v1,{digest}")),
    ]
}

/// A body that pauses after some bytes.
struct PausedBody {
    first: Option<Bytes>,
    pause: Option<Pin<Box<Sleep>>>,
    rest: Option<Bytes>,
}

impl PausedBody {
    fn new(body: Vec<u8>, pause: Option<(usize, u64)>) -> Self {
        let mut first = Bytes::from(body);
        let Some((count, ms)) = pause else {
            return Self {
                first: Some(first).filter(|first| !first.is_empty()),
                pause: None,
                rest: None,
            };
        };
        let rest = first.split_off(count.min(first.len()));
        Self {
            first: Some(first),
            pause: Some(Box::pin(sleep(Duration::from_millis(ms)))),
            rest: Some(rest),
        }
    }
}

impl Body for PausedBody {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if let Some(first) = self.first.take() {
            return Poll::Ready(Some(Ok(Frame::data(first))));
        }
        if let Some(pause) = &mut self.pause {
            ready!(pause.as_mut().poll(context));
        }
        Poll::Ready(self.rest.take().map(|rest| Ok(Frame::data(rest))))
    }

    fn is_end_stream(&self) -> bool {
        self.first.is_none() && self.rest.is_none()
    }
}
