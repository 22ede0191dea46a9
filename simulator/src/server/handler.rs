//! One request and its answer, proper or spoiled.

use std::future::pending;
use std::sync::Arc;
use std::time::Instant;

use axum::Extension;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::response::Response;

use crate::api::ApiRequest;
use crate::api::percent_encoding;
use crate::api::response::ApiResponse;
use crate::fault::Action;
use crate::request_log::Recorded;
use crate::route::Route;
use crate::server::shared_state::SharedState;
use crate::server::takeover::{TakeoverAction, TakeoverSender};
use crate::traffic::RequestOutcome;

/// The longest body that is read; a form of the API is far shorter.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// A request in flight; dropped when its last byte is about to be sent, so
/// that whoever has the answer finds it in the log.
pub(crate) struct InFlightRequest {
    shared: Arc<SharedState>,
    number: u64,
    arrived: Instant,
    status: Option<u16>,
    body_length: usize,
}

/// Answers a request, as far as the script of faults lets it.
pub(crate) async fn answer(
    State(shared): State<Arc<SharedState>>,
    Extension(socket): Extension<TakeoverSender>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let route = Route::of(parts.uri.path(), &shared.api().generations);
    let fault = {
        let user = percent_encoding::segment(route.user).unwrap_or_default();
        shared.script().next(route.endpoint, &user)
    };
    let mut in_flight =
        InFlightRequest::begin(shared.clone(), Recorded::new(route.endpoint, &parts));

    let body = to_bytes(body, MAX_BODY_BYTES).await.ok();
    in_flight.body_length = body.as_ref().map_or(0, |body| body.len());
    let request = ApiRequest {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body,
    };
    match fault {
        None => in_flight.answer(shared.api().answer(&request)),
        Some(action) => in_flight.spoil(action, &request, socket).await,
    }
}

impl InFlightRequest {
    fn begin(shared: Arc<SharedState>, request: Recorded) -> Self {
        let arrived = request.arrived;
        let number = shared.request_log().start(request);
        Self {
            shared,
            number,
            arrived,
            status: None,
            body_length: 0,
        }
    }

    fn answer(mut self, answer: ApiResponse) -> Response {
        self.status = Some(answer.status);
        answer.into()
    }

    async fn spoil(self, action: Action, request: &ApiRequest, socket: TakeoverSender) -> Response {
        let apply = || self.shared.api().answer(request);
        let (action, answer) = match action {
            Action::Delay(pause) => {
                tokio::time::sleep(pause).await;
                let answer = apply();
                return self.answer(answer);
            }
            Action::Hold => {
                self.shared.hold.wait().await;
                let answer = apply();
                return self.answer(answer);
            }
            Action::AfterApply(action) => (*action, apply()),
            Action::Drip { .. } => (action, apply()),
            // On a copy, so that there is an answer to cut but no effect.
            Action::CutHead | Action::CutBody { .. } => {
                let mut copy = self.shared.api().clone();
                (action, copy.answer(request))
            }
            Action::Hang | Action::Reset | Action::Raw(_) | Action::Status { .. } => {
                (action, ApiResponse::empty(200))
            }
        };
        self.distort(action, answer, socket).await
    }

    /// Does `action` to an answer.
    async fn distort(
        mut self,
        action: Action,
        answer: ApiResponse,
        socket: TakeoverSender,
    ) -> Response {
        let order = match action {
            Action::Delay(pause) => {
                tokio::time::sleep(pause).await;
                return self.answer(answer);
            }
            Action::Hold => {
                self.shared.hold.wait().await;
                return self.answer(answer);
            }
            Action::Hang => return pending().await,
            Action::AfterApply(action) => {
                return Box::pin(self.distort(*action, answer, socket)).await;
            }
            Action::Reset => TakeoverAction::Reset,
            Action::Raw(bytes) => TakeoverAction::send(bytes),
            Action::CutHead => {
                let head = answer.into_raw().head;
                TakeoverAction::send(head[..head.len() / 2].to_vec())
            }
            Action::CutBody { after } => {
                self.status = Some(answer.status);
                TakeoverAction::send(cut(answer, after))
            }
            Action::Drip { every } => {
                self.status = Some(answer.status);
                TakeoverAction::Send {
                    bytes: answer.into_raw().into_bytes(),
                    pause: Some(every),
                }
            }
            Action::Status {
                status,
                headers,
                body,
            } => {
                self.status = Some(status);
                let answer = ApiResponse {
                    status,
                    headers,
                    body,
                };
                TakeoverAction::send(answer.into_raw().into_bytes())
            }
        };
        socket.take_over(order, self).await
    }
}

impl Drop for InFlightRequest {
    fn drop(&mut self) {
        let ending = RequestOutcome {
            status: self.status,
            duration: self.arrived.elapsed(),
            body_length: self.body_length,
        };
        let recorded = self
            .shared
            .request_log()
            .finish(self.number, ending)
            .cloned();
        if let (Some(observer), Some(recorded)) = (&self.shared.observer, recorded) {
            observer(&recorded);
        }
    }
}

/// The answer's head and `after` bytes of its body, of which the head promises
/// more.
fn cut(answer: ApiResponse, after: usize) -> Vec<u8> {
    let promised = answer.body.len().max(after.saturating_add(1));
    let mut wire = answer
        .with_header("content-length", &promised.to_string())
        .into_raw();
    wire.body.truncate(after);
    wire.into_bytes()
}
