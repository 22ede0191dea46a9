//! The HTTP server that an adapter takes its cases from, and hands its results to.

use std::{io, net::Ipv4Addr, sync::Arc};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::map_response,
    response::Response,
    routing::{get, post},
};
use serde_json::{Value, json};
use tokio::{
    net::TcpListener,
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    task::AbortHandle,
};

use crate::{
    case::{Call, Step},
    problem::Problem,
    session::{PlayedCase, Session, StartedCase, Verdict},
};

/// The control server of a session. Ends when dropped.
pub struct Control {
    url: String,
    task: AbortHandle,
    verdicts: UnboundedReceiver<(String, Verdict)>,
}

#[derive(Clone)]
struct Shared {
    session: Arc<Session>,
    verdicts: UnboundedSender<(String, Verdict)>,
}

impl Control {
    /// Listens on a free port on loopback.
    ///
    /// # Errors
    ///
    /// No port is free.
    pub async fn start(session: Arc<Session>) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let (sender, verdicts) = unbounded_channel();
        let shared = Shared {
            session,
            verdicts: sender,
        };
        let router = Router::new()
            .route("/cases", get(cases))
            .route("/cases/{name}/start", post(start))
            .route("/cases/{name}/results", post(results))
            .layer(map_response(allow_every_origin))
            .with_state(shared);
        let task = tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self {
            url,
            task: task.abort_handle(),
            verdicts,
        })
    }

    /// Base URL of the server.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Waits for the next case with results, and returns its name and verdict.
    pub async fn next(&mut self) -> Option<(String, Verdict)> {
        self.verdicts.recv().await
    }
}

impl Drop for Control {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Response with JSON.
fn json_response(status: StatusCode, value: &Value) -> Response<String> {
    let mut response = Response::new(value.to_string());
    *response.status_mut() = status;
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}

fn refused(status: StatusCode, problem: &Problem) -> Response<String> {
    json_response(status, &json!({"error": problem.to_string()}))
}

/// `GET /cases`: the names of the cases.
async fn cases(State(shared): State<Shared>) -> Response<String> {
    let names: Vec<_> = shared.session.cases().iter().map(|it| it.name()).collect();
    json_response(StatusCode::OK, &json!(names))
}

/// `POST /cases/{name}/start`: the settings and steps of a case.
async fn start(State(shared): State<Shared>, Path(name): Path<String>) -> Response<String> {
    match shared.session.start(&name).await {
        Ok(started) => json_response(StatusCode::OK, &started.to_json()),
        Err(problem) => refused(StatusCode::NOT_FOUND, &problem),
    }
}

/// `POST /cases/{name}/results`: the results of a case, answered by the differences.
async fn results(
    State(shared): State<Shared>,
    Path(name): Path<String>,
    body: Bytes,
) -> Response<String> {
    let played: PlayedCase = match serde_json::from_slice(&body) {
        Ok(played) => played,
        Err(error) => {
            let problem = Problem::new(format!("the results cannot be read: {error}"));
            return refused(StatusCode::BAD_REQUEST, &problem);
        }
    };
    match shared.session.finish(&name, played).await {
        Ok(verdict) => {
            let response = json_response(StatusCode::OK, &json!(verdict));
            // Without a receiver the session has ended.
            let _ = shared.verdicts.send((name, verdict));
            response
        }
        Err(problem) => refused(StatusCode::CONFLICT, &problem),
    }
}

/// Lets pages of every origin use the server.
async fn allow_every_origin(method: Method, mut response: Response) -> Response {
    if method == Method::OPTIONS {
        *response.status_mut() = StatusCode::NO_CONTENT;
    }
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "content-type"),
    ] {
        let value = HeaderValue::from_static(value);
        response.headers_mut().insert(name, value);
    }
    response
}

impl StartedCase {
    /// The case as the control server sends it.
    fn to_json(&self) -> Value {
        let call = |call: &Call| {
            let mut value = json!({"operation": call.operation});
            for (name, ms) in [
                ("abortAfterMs", call.abort_after_ms),
                ("drainAfterMs", call.drain_after_ms),
            ] {
                if let Some(ms) = ms {
                    value[name] = ms.into();
                }
            }
            value
        };
        let step = |step: &Step| json!({"calls": step.calls.iter().map(call).collect::<Vec<_>>()});
        json!({"settings": self.settings, "steps": self.steps.iter().map(step).collect::<Vec<_>>()})
    }
}
