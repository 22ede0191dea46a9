//! One request of the module: sent, and its response told piece by piece.

use std::{sync::Arc, time::Duration};

use onepassword_users_protocol::{
    Answer, BodyPiece, Event, Fail, FailureKind, Purpose, SendRequest,
};
use reqwest::{
    Method, Request, Response, Url,
    header::{self, HeaderName, HeaderValue},
};
use tokio::sync::mpsc;

use super::clock::Clock;
use crate::outgoing_http::{
    ApiOperation, HttpClients, OnRequest, PendingRequest, RequestEnd, RequestRecord, SendFailure,
    SendFailureKind, request_url,
};

/// Maximum size of a piece of a body, in bytes.
const MAX_PIECE: usize = 64 << 10;

/// An event, and the piece of a body that belongs to it.
pub(super) type EventAndPiece = (Event, Vec<u8>);

/// Surroundings of the requests of a client.
pub(super) struct RequestContext {
    pub(super) http: Arc<HttpClients>,
    pub(super) clock: Clock,
    pub(super) on_request: OnRequest,
    pub(super) events: mpsc::Sender<EventAndPiece>,
}

/// Operation of the API that a request asks for. None for token requests.
pub(super) fn operation(request: &SendRequest) -> Option<ApiOperation> {
    let user = request.user.clone();
    match request.purpose {
        Purpose::Token | Purpose::Revoke => None,
        Purpose::List => Some(ApiOperation::List),
        Purpose::Get => user.map(ApiOperation::Get),
        Purpose::Suspend => user.map(ApiOperation::Suspend),
        Purpose::Reactivate => user.map(ApiOperation::Reactivate),
    }
}

/// Sends a request, and tells its response or its failure. If the future is dropped, the request is canceled.
pub(super) async fn carry_out(context: Arc<RequestContext>, request: SendRequest) {
    let id = request.id;
    // Fails if the client is gone, which needs nothing more.
    if let Err(failure) = exchange(&context, request).await {
        context.fail(id, failure).await;
    }
}

async fn exchange(context: &RequestContext, request: SendRequest) -> Result<(), SendFailure> {
    let url = request_url(&request.url)?;
    let mut pending = PendingRequest::new(record(&request, &url), Arc::clone(&context.on_request));
    let id = request.id;
    let connect_timeout = Duration::from_millis(request.connect_ms);
    let sent = match outgoing(request, &url) {
        Some(request) => context.http.send(request, connect_timeout).await,
        None => Err(SendFailure::not_accepted()),
    };
    let mut response = match sent {
        Ok(response) => {
            pending.end(RequestEnd::Status(response.status().as_u16()));
            response
        }
        Err(failure) => {
            pending.end(RequestEnd::Failed(failure.detail()));
            return Err(failure);
        }
    };
    let proxy = context.http.proxy(&url);
    context.tell(context.head(id, &response), Vec::new()).await;
    loop {
        let chunk = response.chunk().await;
        let chunk = chunk.map_err(|error| SendFailure::incomplete(&error, proxy))?;
        let Some(chunk) = chunk else {
            context.tell(context.piece(id, false), Vec::new()).await;
            return Ok(());
        };
        for piece in chunk.chunks(MAX_PIECE) {
            context.tell(context.piece(id, true), piece.to_vec()).await;
        }
    }
}

/// Request in the types of the HTTP library. None if it rejects a part of it.
fn outgoing(request: SendRequest, url: &Url) -> Option<Request> {
    let method: Method = request.method.parse().ok()?;
    let mut outgoing = Request::new(method, url.clone());
    let headers = outgoing.headers_mut();
    for (name, value) in &request.headers {
        let name: HeaderName = name.parse().ok()?;
        headers.insert(name, HeaderValue::try_from(value.as_str()).ok()?);
    }
    match request.body {
        Some(body) => *outgoing.body_mut() = Some(body.into()),
        // Which the library leaves out (RFC 9110, section 8.6).
        None if *outgoing.method() == Method::POST => {
            let headers = outgoing.headers_mut();
            headers.insert(header::CONTENT_LENGTH, HeaderValue::from_static("0"));
        }
        None => {}
    }
    Some(outgoing)
}

/// Kind of a failure in the module's words.
const fn failure_kind(kind: SendFailureKind) -> FailureKind {
    match kind {
        SendFailureKind::NotAccepted | SendFailureKind::NotConfigured => FailureKind::Denied,
        SendFailureKind::NoResponse => FailureKind::TimedOut,
        SendFailureKind::Malformed => FailureKind::Malformed,
        _ => FailureKind::Connection,
    }
}

fn record(request: &SendRequest, url: &Url) -> RequestRecord {
    let query = url.query().map(|query| format!("?{query}"));
    RequestRecord {
        method: request.method.clone(),
        path_and_query: url.path().to_owned() + query.as_deref().unwrap_or_default(),
        operation: operation(request),
        end: RequestEnd::Canceled,
        elapsed: Duration::ZERO,
        timeouts: None,
    }
}

impl RequestContext {
    fn head(&self, request: u32, response: &Response) -> Event {
        let text = |name| {
            let value = response.headers().get(name)?;
            value.to_str().ok().map(str::to_owned)
        };
        Event::Answer(Answer {
            now: self.clock.now(),
            request,
            status: response.status().as_u16(),
            retry_after: text(header::RETRY_AFTER),
            date: text(header::DATE),
            content_length: text(header::CONTENT_LENGTH),
            more: true,
        })
    }

    fn piece(&self, request: u32, more: bool) -> Event {
        Event::Body(BodyPiece {
            now: self.clock.now(),
            request,
            more,
        })
    }

    async fn fail(&self, request: u32, failure: SendFailure) {
        let event = Event::Fail(Fail {
            now: self.clock.now(),
            request,
            kind: failure_kind(failure.kind),
            possibly_sent: failure.kind.is_possibly_sent(),
            detail: failure.detail(),
        });
        self.tell(event, Vec::new()).await;
    }

    async fn tell(&self, event: Event, piece: Vec<u8>) {
        // Fails if the client is gone.
        self.events.send((event, piece)).await.ok();
    }
}
