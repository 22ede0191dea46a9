//! One request of the module: sent, and its response told piece by piece.

use std::{sync::Arc, time::Duration};

use onepassword_users_protocol::{Answer, BodyPiece, Event, Fail, Purpose, SendRequest};
use reqwest::{Method, Response, StatusCode, Url, header};
use tokio::sync::mpsc;

use super::{
    clock::Clock, connect_timeout::with_connect_timeout, http_client::HttpClients,
    send_error::SendFailure,
};
use crate::outgoing_http::{ApiOperation, OnRequest, PendingRequest, RequestEnd, RequestRecord};

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
    let url: Url = request
        .url
        .parse()
        .map_err(|_| SendFailure::not_sent("the host does not accept this request"))?;
    let mut pending = PendingRequest::new(record(&request, &url), Arc::clone(&context.on_request));
    let id = request.id;
    let sent = send(context, request, &url).await;
    let mut response = match sent {
        Ok(response) => {
            pending.end(RequestEnd::Status(response.status().as_u16()));
            response
        }
        Err(failure) => {
            pending.end(RequestEnd::Failed(failure.detail.clone()));
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

/// Sends a request, and waits for the head of its response.
async fn send(
    context: &RequestContext,
    request: SendRequest,
    url: &Url,
) -> Result<Response, SendFailure> {
    let invalid = || SendFailure::not_sent("the host does not accept this request");
    let proxy = context.http.proxy(url);
    let forwarding_proxy = context.http.forwarding_proxy(url);
    let method: Method = request.method.parse().map_err(|_| invalid())?;
    let is_post = method == Method::POST;
    let mut sent = context.http.client(url)?.request(method, url.clone());
    for (name, value) in &request.headers {
        sent = sent.header(name, value);
    }
    match request.body {
        Some(body) => sent = sent.body(body),
        // Which the library leaves out (RFC 9110, section 8.6).
        None if is_post => sent = sent.header(header::CONTENT_LENGTH, 0),
        None => {}
    }
    let timeout = Duration::from_millis(request.connect_ms);
    let response = with_connect_timeout(timeout, sent.send()).await;
    let response = response.map_err(|error| SendFailure::of(&error, url, proxy))?;
    match forwarding_proxy {
        Some(proxy) if response.status() == StatusCode::PROXY_AUTHENTICATION_REQUIRED => {
            Err(SendFailure::proxy_credentials(proxy))
        }
        _ => Ok(response),
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
            kind: failure.kind,
            possibly_sent: failure.is_possibly_sent,
            detail: failure.detail,
        });
        self.tell(event, Vec::new()).await;
    }

    async fn tell(&self, event: Event, piece: Vec<u8>) {
        // Fails if the client is gone.
        self.events.send((event, piece)).await.ok();
    }
}
