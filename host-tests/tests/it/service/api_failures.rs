//! Failures of the API: status and code of the service for each failure at each endpoint, and the next request.

use std::time::Duration;

use serde_json::json;
use simulator::{Action, Endpoint, Fault, State};
use tokio::task::JoinSet;

use super::{
    deployment::{CONTAIN_KEY, Deployment, READ_KEY},
    raw_client::RawRequest,
};
use crate::closed_port::ClosedPort;

/// Deadline of a call.
const DEADLINE_MS: &str = "2000";
/// Body of the API's 404.
const NOT_FOUND: &str = r#"{"code":5,"message":"not_found","details":[]}"#;

/// Name of a failure, the action of the API, and the status and code of the service.
type Failure = (&'static str, Action, u16, &'static str);

/// Failures with the same status and code at every endpoint.
fn failures() -> Vec<Failure> {
    let html = "<html>Sign in</html>";
    let wait = Action::Status {
        status: 429,
        headers: vec![("retry-after".into(), "120".into())],
        body: Vec::new(),
    };
    let raw = |bytes: &[u8]| Action::Raw(bytes.to_vec());
    vec![
        ("403", Action::status(403), 502, "other"),
        ("429", wait, 503, "rate-limited"),
        ("500", Action::status(500), 503, "unavailable"),
        ("503", Action::status(503), 503, "unavailable"),
        ("a reset", Action::Reset, 502, "connection-failed"),
        ("half of a head", Action::CutHead, 502, "connection-failed"),
        (
            "half of a body",
            Action::CutBody { after: 9 },
            502,
            "connection-failed",
        ),
        (
            "not HTTP",
            raw(b"garbage\r\n\r\n"),
            502,
            "malformed-response",
        ),
        ("no bytes", raw(b""), 502, "connection-failed"),
        (
            "an HTML page",
            Action::json(200, html),
            502,
            "malformed-response",
        ),
        (
            "half of a JSON document",
            Action::json(200, "{"),
            502,
            "malformed-response",
        ),
        ("no response", Action::Hang, 504, "timed-out"),
        (
            "one byte per second",
            Action::Drip {
                every: Duration::from_secs(1),
            },
            504,
            "timed-out",
        ),
    ]
}

/// Runs every failure at one endpoint with its own deployment, and asserts the responses.
async fn assert_failures(endpoint: Endpoint, more: Vec<Failure>) {
    let mut running = JoinSet::new();
    for (name, action, status, code) in failures().into_iter().chain(more) {
        running.spawn(async move {
            let deployment = Deployment::with(&[("OP_USERS_DEADLINE_MS", DEADLINE_MS)]).await;
            let id = deployment.members()[0].id.clone();
            let (method, target) = match endpoint {
                Endpoint::Token | Endpoint::List => ("GET", "/v1/users".to_owned()),
                Endpoint::Get => ("GET", format!("/v1/users/{id}")),
                Endpoint::Suspend => ("POST", format!("/v1/users/{id}:suspend")),
                _ => ("POST", format!("/v1/users/{id}:reactivate")),
            };
            if endpoint == Endpoint::Reactivate {
                deployment.simulator.set_state(&id, State::Suspended);
            }
            deployment
                .simulator
                .fault(Fault::new(action).on(endpoint).always());
            let request = RawRequest::new(method, &target).key(CONTAIN_KEY);
            let response = deployment.send(&request).await;
            deployment.simulator.clear_faults();
            // Refused credentials are remembered for a short time, which is tested in the client.
            if (endpoint, name) != (Endpoint::Token, "401") {
                deployment.assert_serves().await;
            }
            let problem: serde_json::Value = serde_json::from_str(&response.body).expect("JSON");
            let is_right = (response.status, problem["code"].as_str()) == (status, Some(code));
            let retry_after = response.header("retry-after");
            let is_right = is_right && (name == "429") == (retry_after == Some("120"));
            (!is_right).then(|| format!("{endpoint:?}, {name}: not {status} {code}, {response:?}"))
        });
    }
    let outcomes = running.join_all().await;
    let problems: Vec<_> = outcomes.into_iter().flatten().collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn token_failures_have_their_status_and_code() {
    let more = vec![("401", Action::status(401), 502, "unauthenticated")];
    assert_failures(Endpoint::Token, more).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn list_failures_have_their_status_and_code() {
    let more = vec![
        (
            "400",
            Action::json(400, r#"{"code":3,"message":"bad","details":[]}"#),
            400,
            "invalid-argument",
        ),
        ("401", Action::status(401), 502, "unauthenticated"),
        ("404", Action::json(404, NOT_FOUND), 502, "not-found"),
        ("404 of a proxy", Action::status(404), 503, "not-configured"),
    ];
    assert_failures(Endpoint::List, more).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn get_failures_have_their_status_and_code() {
    let more = vec![
        ("401", Action::status(401), 502, "unauthenticated"),
        ("404", Action::json(404, NOT_FOUND), 404, "not-found"),
        ("404 of a proxy", Action::status(404), 503, "not-configured"),
    ];
    assert_failures(Endpoint::Get, more).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn suspend_failures_have_their_status_and_code() {
    let more = vec![
        ("404", Action::json(404, NOT_FOUND), 404, "not-found"),
        ("404 of a proxy", Action::status(404), 503, "not-configured"),
    ];
    assert_failures(Endpoint::Suspend, more).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn reactivate_failures_have_their_status_and_code() {
    let more = vec![
        ("404", Action::json(404, NOT_FOUND), 404, "not-found"),
        ("404 of a proxy", Action::status(404), 503, "not-configured"),
    ];
    assert_failures(Endpoint::Reactivate, more).await;
}

#[tokio::test]
async fn one_failure_among_many_is_reported_per_target() {
    let deployment = Deployment::with(&[("OP_USERS_DEADLINE_MS", DEADLINE_MS)]).await;
    let members = deployment.members();
    let ids: Vec<_> = members
        .iter()
        .take(3)
        .map(|user| user.id.as_str())
        .collect();
    let fault = Fault::new(Action::status(403)).on(Endpoint::Suspend);
    deployment.simulator.fault(fault);
    let report = deployment.contain(&ids).await.report(207);
    let outcomes = report["outcomes"].as_array().expect("outcomes");
    let count = |name: &str| {
        outcomes
            .iter()
            .filter(|outcome| outcome["outcome"] == name)
            .count()
    };
    assert_eq!((count("changed"), count("failed")), (2, 1), "{report}");
}

#[tokio::test]
async fn a_closed_port_is_a_bad_gateway() {
    let closed = ClosedPort::new();
    let deployment = Deployment::with(&[
        ("OP_USERS_BASE_URL", &closed.url),
        ("OP_USERS_DEADLINE_MS", DEADLINE_MS),
    ])
    .await;
    let response = deployment
        .send(&RawRequest::get("/v1/users", READ_KEY))
        .await;
    response.problem(502, "connection-failed");
    deployment
        .send(&RawRequest::new("GET", "/healthz"))
        .await
        .value();
}

#[tokio::test]
async fn an_unconfirmed_suspension_is_possibly_applied() {
    let deployment = Deployment::with(&[("OP_USERS_DEADLINE_MS", DEADLINE_MS)]).await;
    let id = deployment.members()[0].id.clone();
    let lost = Action::after_apply(Action::Hang);
    deployment
        .simulator
        .fault(Fault::new(lost).on(Endpoint::Suspend).always());
    let target = format!("/v1/users/{id}:suspend");
    let response = deployment
        .send(&RawRequest::post(&target, CONTAIN_KEY))
        .await;
    assert_eq!(
        response.problem(504, "timed-out")["effect"],
        "possibly-applied"
    );
}

#[tokio::test]
async fn a_403_of_a_proxy_after_the_plan_changes_no_user() {
    let deployment = Deployment::with(&[("OP_SERVICE_PROTECT", "boss@acme.example")]).await;
    let users = deployment.members();
    let ids: Vec<_> = users.iter().take(3).map(|user| user.id.as_str()).collect();
    let body = |dry_run: bool| json!({ "users": ids, "dry_run": dry_run });
    let contain = |body| RawRequest::json("/v1/contain", CONTAIN_KEY, &body);
    let plan = deployment.send(&contain(body(true))).await.value();
    assert_eq!(plan["outcomes"][0]["outcome"], "would-change");
    let forbidden = Action::Status {
        status: 403,
        headers: vec![("content-type".into(), "text/html".into())],
        body: b"<html>403 Forbidden: permission denied</html>".to_vec(),
    };
    deployment
        .simulator
        .fault(Fault::new(forbidden).on(Endpoint::Get).always());
    deployment.simulator.clear_requests();
    let report = deployment.send(&contain(body(false))).await.report(502);
    for outcome in report["outcomes"].as_array().expect("outcomes") {
        assert_eq!(outcome["outcome"], "failed");
        assert_eq!(outcome["error"]["effect"], "not-applied");
    }
    for id in &ids {
        let target = format!("/v1/users/{id}:suspend");
        let response = deployment
            .send(&RawRequest::post(&target, CONTAIN_KEY))
            .await;
        response.problem(502, "other");
    }
    let requests = deployment.take_api_requests();
    assert!(
        requests
            .iter()
            .all(|(endpoint, _)| *endpoint == Endpoint::Get)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_with_another_status_is_in_no_answer() {
    let token = "tok-8f2kq7zr5x1mvb9d";
    let body = format!(
        r#"{{"access_token":"{token}","expires_in":900,"error_description":"issued {token}"}}"#
    );
    for status in [201, 203, 302, 400, 401, 403, 404] {
        let deployment = Deployment::new().await;
        let fault = Fault::new(Action::json(status, body.clone()));
        deployment
            .simulator
            .fault(fault.on(Endpoint::Token).times(99));
        let contain = json!({ "users": ["user0002@acme.example"] });
        for request in [
            RawRequest::get("/v1/check", CONTAIN_KEY),
            RawRequest::get("/v1/users", CONTAIN_KEY),
            RawRequest::json("/v1/contain", CONTAIN_KEY, &contain),
        ] {
            let response = deployment.send(&request).await;
            assert!(
                !response.body.contains(&token[..8]),
                "{status} {response:?}"
            );
        }
    }
}
