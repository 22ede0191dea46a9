//! The handler of one request, which applies the fault that is due.

use std::{future::pending, sync::Arc};

use axum::{
    Extension,
    body::to_bytes,
    extract::{self, Request},
    response::Response,
};

use crate::{
    api::{self, ApiRequest, ApiResponse, decode_segment},
    fault::Action,
    request_log::Recorded,
    route::Route,
    server::{
        in_flight::InFlightRequest,
        shared_state::SharedState,
        takeover::{TakeoverAction, TakeoverSender},
    },
};

/// Maximum size of a request body in bytes; the API's forms are far smaller.
const MAX_BODY_BYTES: usize = 64 * 1024;

/// Handles a request to any path.
pub(crate) async fn handle(
    extract::State(shared): extract::State<Arc<SharedState>>,
    Extension(takeover): Extension<TakeoverSender>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let route = Route::parse(parts.uri.path(), &shared.api().generations);
    let fault = {
        let user = decode_segment(route.user).unwrap_or_default();
        shared.faults().next(route.endpoint, &user)
    };
    let recorded = Recorded::new(route.endpoint, &parts);
    let mut in_flight = InFlightRequest::start(shared.clone(), recorded);

    let body = to_bytes(body, MAX_BODY_BYTES).await.ok();
    in_flight.body_length = body.as_ref().map_or(0, axum::body::Bytes::len);
    let request = ApiRequest {
        method: parts.method,
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        headers: parts.headers,
        body,
    };
    let handler = Handler {
        shared,
        in_flight,
        takeover,
    };
    match fault {
        None => {
            let response = handler.apply(&request);
            handler.respond(response)
        }
        Some(action) => handler.respond_with_fault(action, &request).await,
    }
}

struct Handler {
    shared: Arc<SharedState>,
    in_flight: InFlightRequest,
    takeover: TakeoverSender,
}

impl Handler {
    /// Handles the request, with its effect on the state.
    fn apply(&self, request: &ApiRequest) -> ApiResponse {
        api::respond(&mut self.shared.api(), request)
    }

    /// Handles the request without an effect on the state.
    fn simulate(&self, request: &ApiRequest) -> ApiResponse {
        let mut copy = self.shared.api().clone();
        api::respond(&mut copy, request)
    }

    /// Answers with the user that the path names, as it is. Without one, handles
    /// the request.
    fn keep_state(&self, request: &ApiRequest) -> ApiResponse {
        let user = {
            let mut api = self.shared.api();
            let id = decode_segment(Route::parse(&request.path, &api.generations).user);
            id.and_then(|id| api.account.user(&id).cloned())
        };
        match user {
            Some(user) => ApiResponse::json(200, &user),
            None => self.apply(request),
        }
    }

    fn respond(mut self, response: ApiResponse) -> Response {
        self.in_flight.status = Some(response.status);
        response.into()
    }

    async fn respond_with_fault(self, action: Action, request: &ApiRequest) -> Response {
        match action {
            Action::Delay(pause) => {
                tokio::time::sleep(pause).await;
                let response = self.apply(request);
                self.respond(response)
            }
            Action::Hold => {
                self.shared.hold.wait().await;
                let response = self.apply(request);
                self.respond(response)
            }
            Action::AfterApply(action) => {
                let response = self.apply(request);
                self.distort(*action, response).await
            }
            Action::Drip { .. } => {
                let response = self.apply(request);
                self.distort(action, response).await
            }
            Action::KeepState => {
                let response = self.keep_state(request);
                self.respond(response)
            }
            Action::CutHead | Action::CutBody { .. } => {
                let response = self.simulate(request);
                self.distort(action, response).await
            }
            Action::Hang | Action::Reset | Action::Raw(_) | Action::Status { .. } => {
                self.distort(action, ApiResponse::empty(200)).await
            }
        }
    }

    /// Applies `action` to a response that is ready.
    async fn distort(mut self, action: Action, response: ApiResponse) -> Response {
        let action = match action {
            Action::Delay(pause) => {
                tokio::time::sleep(pause).await;
                return self.respond(response);
            }
            Action::Hold => {
                self.shared.hold.wait().await;
                return self.respond(response);
            }
            Action::KeepState => return self.respond(response),
            Action::Hang => return pending().await,
            Action::AfterApply(action) => return Box::pin(self.distort(*action, response)).await,
            Action::Reset => TakeoverAction::Reset,
            Action::Raw(bytes) => TakeoverAction::send(bytes),
            Action::CutHead => {
                let head = response.into_raw().head;
                TakeoverAction::send(head[..head.len() / 2].to_vec())
            }
            Action::CutBody { after } => {
                self.in_flight.status = Some(response.status);
                TakeoverAction::send(cut_body(response, after))
            }
            Action::Drip { every } => {
                self.in_flight.status = Some(response.status);
                TakeoverAction::Send {
                    bytes: response.into_raw().into_bytes(),
                    pause: Some(every),
                }
            }
            Action::Status {
                status,
                headers,
                body,
            } => {
                self.in_flight.status = Some(status);
                let response = ApiResponse {
                    status,
                    headers,
                    body,
                };
                TakeoverAction::send(response.into_raw().into_bytes())
            }
        };
        self.takeover.send(action, self.in_flight).await
    }
}

/// Returns the head of a response with the first `after` bytes of its body.
///
/// The head's `content-length` is larger than that.
fn cut_body(response: ApiResponse, after: usize) -> Vec<u8> {
    let declared = response.body.len().max(after.saturating_add(1));
    let mut raw = response
        .with_header("content-length", &declared.to_string())
        .into_raw();
    raw.body.truncate(after);
    raw.into_bytes()
}
