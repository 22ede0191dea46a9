//! One request and its answer, proper or spoiled.

use std::future::pending;
use std::sync::Arc;
use std::time::Instant;

use axum::Extension;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::response::Response;

use crate::api::Received;
use crate::api::percent_encoding;
use crate::api::response::Answer;
use crate::fault::Action;
use crate::request_log::Recorded;
use crate::route::Route;
use crate::server::shared_state::Shared;
use crate::server::takeover::{Order, Socket};
use crate::traffic::Ending;

/// The longest body that is read; a form of the API is far shorter.
const LONGEST_BODY: usize = 64 * 1024;

/// A request in flight; dropped when its last byte is about to be sent, so
/// that whoever has the answer finds it in the log.
pub(crate) struct Exchange {
    shared: Arc<Shared>,
    number: u64,
    arrived: Instant,
    status: Option<u16>,
    body_length: usize,
}

/// Answers a request, as far as the script of faults lets it.
pub(crate) async fn answer(
    State(shared): State<Arc<Shared>>,
    Extension(socket): Extension<Socket>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let route = Route::of(parts.uri.path(), &shared.api().generations);
    let fault = {
        let user = percent_encoding::segment(route.user).unwrap_or_default();
        shared.script().next(route.endpoint, &user)
    };
    let mut exchange = Exchange::begin(shared.clone(), Recorded::new(route.endpoint, &parts));

    let body = to_bytes(body, LONGEST_BODY).await.ok();
    exchange.body_length = body.as_ref().map_or(0, |body| body.len());
    let request = Received {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body,
    };
    match fault {
        None => exchange.answer(shared.api().answer(&request)),
        Some(action) => exchange.spoil(action, &request, socket).await,
    }
}

impl Exchange {
    fn begin(shared: Arc<Shared>, request: Recorded) -> Self {
        let arrived = request.arrived;
        let number = shared.traffic().arrive(request);
        Self {
            shared,
            number,
            arrived,
            status: None,
            body_length: 0,
        }
    }

    fn answer(mut self, answer: Answer) -> Response {
        self.status = Some(answer.status);
        answer.into()
    }

    async fn spoil(self, action: Action, request: &Received, socket: Socket) -> Response {
        let apply = || self.shared.api().answer(request);
        let (action, answer) = match action {
            Action::Delay(pause) => {
                tokio::time::sleep(pause).await;
                let answer = apply();
                return self.answer(answer);
            }
            Action::Hold => {
                self.shared.gate.pass().await;
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
                (action, Answer::empty(200))
            }
        };
        self.distort(action, answer, socket).await
    }

    /// Does `action` to an answer.
    async fn distort(mut self, action: Action, answer: Answer, socket: Socket) -> Response {
        let order = match action {
            Action::Delay(pause) => {
                tokio::time::sleep(pause).await;
                return self.answer(answer);
            }
            Action::Hold => {
                self.shared.gate.pass().await;
                return self.answer(answer);
            }
            Action::Hang => return pending().await,
            Action::AfterApply(action) => {
                return Box::pin(self.distort(*action, answer, socket)).await;
            }
            Action::Reset => Order::Reset,
            Action::Raw(bytes) => Order::send(bytes),
            Action::CutHead => {
                let head = answer.into_wire().head;
                Order::send(head[..head.len() / 2].to_vec())
            }
            Action::CutBody { after } => {
                self.status = Some(answer.status);
                Order::send(cut(answer, after))
            }
            Action::Drip { every } => {
                self.status = Some(answer.status);
                Order::Send {
                    bytes: answer.into_wire().into_bytes(),
                    pause: Some(every),
                }
            }
            Action::Status {
                status,
                headers,
                body,
            } => {
                self.status = Some(status);
                let answer = Answer {
                    status,
                    headers,
                    body,
                };
                Order::send(answer.into_wire().into_bytes())
            }
        };
        socket.take_over(order, self).await
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let ending = Ending {
            status: self.status,
            duration: self.arrived.elapsed(),
            body_length: self.body_length,
        };
        let recorded = self.shared.traffic().leave(self.number, ending).cloned();
        if let (Some(observer), Some(recorded)) = (&self.shared.observer, recorded) {
            observer(&recorded);
        }
    }
}

/// The answer's head and `after` bytes of its body, of which the head promises
/// more.
fn cut(answer: Answer, after: usize) -> Vec<u8> {
    let promised = answer.body.len().max(after.saturating_add(1));
    let mut wire = answer
        .with_header("content-length", &promised.to_string())
        .into_wire();
    wire.body.truncate(after);
    wire.into_bytes()
}
