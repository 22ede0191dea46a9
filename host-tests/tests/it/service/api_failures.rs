//! The API failing behind the service: each way it can, at each endpoint, has its status and code, never 500, and the
//! service answers the next request.

use std::time::Duration;

use simulator::{Action, Endpoint, Fault, State};
use tokio::task::JoinSet;

use super::{
    deployment::{CONTAIN, Deployment, READ},
    raw_client::Ask,
};
use crate::closed_port::Nobody;

const DEADLINE_MS: &str = "2000";

/// What the API does, and the status and code that come of it.
type Row = (&'static str, Action, u16, &'static str);

fn rows() -> Vec<Row> {
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
        ("half a head", Action::CutHead, 502, "connection-failed"),
        (
            "half a body",
            Action::CutBody { after: 9 },
            502,
            "connection-failed",
        ),
        (
            "no HTTP",
            raw(b"garbage\r\n\r\n"),
            502,
            "malformed-response",
        ),
        ("nothing", raw(b""), 502, "connection-failed"),
        (
            "a page of HTML",
            Action::json(200, html),
            502,
            "malformed-response",
        ),
        (
            "half of JSON",
            Action::json(200, "{"),
            502,
            "malformed-response",
        ),
        ("silence", Action::Hang, 504, "timed-out"),
        (
            "a byte a second",
            Action::Drip {
                every: Duration::from_secs(1),
            },
            504,
            "timed-out",
        ),
    ]
}

/// Meets every row at one endpoint, each with a deployment of its own. Returns what did not hold.
async fn meet(endpoint: Endpoint, more: Vec<Row>) {
    let mut running = JoinSet::new();
    for (name, action, status, code) in rows().into_iter().chain(more) {
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
            let ask = Ask::new(method, &target).key(CONTAIN);
            let reply = deployment.ask(&ask).await;
            deployment.simulator.clear_faults();
            deployment.still_answers().await;
            let problem: serde_json::Value = serde_json::from_str(&reply.body).expect("JSON");
            let is_right = (reply.status, problem["code"].as_str()) == (status, Some(code));
            let waits = reply.header("retry-after");
            let is_right = is_right && (name == "429") == (waits == Some("120"));
            (!is_right).then(|| format!("{endpoint:?}, {name}: not {status} {code}, {reply:?}"))
        });
    }
    let outcomes = running.join_all().await;
    let wrong: Vec<_> = outcomes.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_token() {
    let more = vec![("401", Action::status(401), 502, "unauthenticated")];
    meet(Endpoint::Token, more).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn at_the_list() {
    let more = vec![
        ("400", Action::status(400), 400, "invalid-argument"),
        ("401", Action::status(401), 502, "unauthenticated"),
        ("404", Action::status(404), 502, "not-found"),
    ];
    meet(Endpoint::List, more).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn at_a_user() {
    let more = vec![
        ("401", Action::status(401), 502, "unauthenticated"),
        ("404", Action::status(404), 404, "not-found"),
    ];
    meet(Endpoint::Get, more).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn at_a_suspension() {
    let more = vec![("404", Action::status(404), 404, "not-found")];
    meet(Endpoint::Suspend, more).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn at_a_reactivation() {
    let more = vec![("404", Action::status(404), 404, "not-found")];
    meet(Endpoint::Reactivate, more).await;
}

#[tokio::test]
async fn in_the_midst_of_many_the_outcomes_say_who_failed() {
    let deployment = Deployment::with(&[("OP_USERS_DEADLINE_MS", DEADLINE_MS)]).await;
    let members = deployment.members();
    let ids: Vec<_> = members
        .iter()
        .take(3)
        .map(|user| user.id.as_str())
        .collect();
    let refused = Fault::new(Action::status(403)).on(Endpoint::Suspend);
    deployment.simulator.fault(refused);
    let report = deployment.contain(&ids).await.value();
    let outcomes = report["outcomes"].as_array().expect("outcomes");
    let count = |wanted: &str| {
        outcomes
            .iter()
            .filter(|one| one["outcome"] == wanted)
            .count()
    };
    assert_eq!((count("changed"), count("failed")), (2, 1), "{report}");
}

#[tokio::test]
async fn a_server_that_is_not_there() {
    let nobody = Nobody::new();
    let deployment = Deployment::with(&[
        ("OP_USERS_BASE_URL", &nobody.url),
        ("OP_USERS_DEADLINE_MS", DEADLINE_MS),
    ])
    .await;
    let reply = deployment.ask(&Ask::get("/v1/users", READ)).await;
    reply.problem(502, "connection-failed");
    deployment.ask(&Ask::new("GET", "/healthz")).await.value();
}

#[tokio::test]
async fn a_suspension_that_nobody_confirms_is_uncertain() {
    let deployment = Deployment::with(&[("OP_USERS_DEADLINE_MS", DEADLINE_MS)]).await;
    let id = deployment.members()[0].id.clone();
    let lost = Action::after_apply(Action::Hang);
    deployment
        .simulator
        .fault(Fault::new(lost).on(Endpoint::Suspend).always());
    let target = format!("/v1/users/{id}:suspend");
    let reply = deployment.ask(&Ask::post(&target, CONTAIN)).await;
    assert_eq!(reply.problem(504, "timed-out")["effect"], "uncertain");
}
