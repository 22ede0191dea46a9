//! Refusals: each in words, with its status, and with nothing asked of the API.

use host::ServerLimits;
use serde_json::{Value, json};
use simulator::State;

use super::{
    deployment::{CONTAIN, Deployment, READ},
    raw_client::Ask,
};

/// A request is refused with this, and the API hears nothing of it.
async fn expect(deployment: &Deployment, ask: &Ask, status: u16, code: &str, says: &str) {
    deployment.simulator.clear_requests();
    let problem = deployment.ask(ask).await.problem(status, code);
    let detail = problem["detail"].as_str().unwrap_or_default();
    assert!(detail.contains(says), "{detail}");
    assert!(deployment.simulator.requests().is_empty());
}

#[tokio::test]
async fn queries_that_are_not_understood() {
    let deployment = Deployment::new().await;
    for (target, says) in [
        ("/v1/users?state=gone", "`state` must be"),
        ("/v1/users?page_size=0", "`page_size` must be"),
        ("/v1/users?page_size=1001", "`page_size` must be"),
        ("/v1/users?page_size=5&page_size=5", "twice"),
        ("/v1/users?limit=5", "no parameter `limit`"),
        ("/v1/users?state=%ff", "percent-encoded"),
        ("/v1/users:find", "`email` is missing"),
        ("/v1/users/A?x=1", "no parameter `x`"),
        ("/v1/check?x=1", "no parameter `x`"),
        ("/healthz?x=1", "no parameter `x`"),
        ("/openapi.json?x=1", "no parameter `x`"),
    ] {
        let ask = Ask::get(target, READ);
        expect(&deployment, &ask, 400, "invalid-argument", says).await;
    }
}

#[tokio::test]
async fn bodies_that_are_not_understood() {
    let deployment = Deployment::new().await;
    let post = |body: &str| {
        Ask::post("/v1/contain", CONTAIN)
            .with("content-type", "application/json")
            .body(body)
    };
    for (body, says) in [
        ("", "not the JSON"),
        ("{", "not the JSON"),
        ("[]", "not the JSON"),
        (r#"{"users":"A"}"#, "not the JSON"),
        (r#"{"users":["A"],"dryrun":true}"#, "unknown field `dryrun`"),
        (r#"{"users":["A"],"max_changes":-1}"#, "not the JSON"),
        (r#"{"users":[]}"#, "`users` must name"),
    ] {
        let code = "invalid-argument";
        expect(&deployment, &post(body), 400, code, says).await;
    }
    let long = json!({ "users": ["A"], "reason": "x".repeat(1025) }).to_string();
    let says = "`reason` must not";
    expect(&deployment, &post(&long), 400, "invalid-argument", says).await;
}

#[tokio::test]
async fn a_body_where_none_belongs() {
    let deployment = Deployment::new().await;
    for ask in [
        Ask::get("/v1/users", READ).body("{}"),
        Ask::post("/v1/users/A:suspend", CONTAIN).body("{}"),
    ] {
        expect(&deployment, &ask, 400, "invalid-argument", "takes no body").await;
    }
}

#[tokio::test]
async fn other_content_types() {
    let deployment = Deployment::new().await;
    let order = json!({ "users": ["A"] }).to_string();
    for content_type in [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin1",
    ] {
        let ask = Ask::post("/v1/contain", CONTAIN)
            .with("content-type", content_type)
            .body(order.clone());
        let code = "unsupported-media-type";
        expect(&deployment, &ask, 415, code, "application/json").await;
    }
}

#[tokio::test]
async fn bodies_over_64_kib_whether_their_length_is_said_or_not() {
    let deployment = Deployment::new().await;
    let order = |size: usize| {
        let mut body = json!({ "users": [deployment.members()[0].id] }).to_string();
        body.push_str(&" ".repeat(size - body.len()));
        Ask::json("/v1/contain", CONTAIN, &Value::Null).body(body)
    };
    deployment.ask(&order(64 << 10)).await.value();
    for size in [(64 << 10) + 1, 200_000] {
        let ask = order(size);
        expect(&deployment, &ask, 413, "too-large", "64 KiB").await;
    }
    let mut chunked = format!("{:x}\r\n", 70_000);
    chunked.push_str(&" ".repeat(70_000));
    chunked.push_str("\r\n0\r\n\r\n");
    let ask = Ask::json("/v1/contain", CONTAIN, &Value::Null)
        .body(chunked)
        .without("content-length")
        .with("transfer-encoding", "chunked");
    expect(&deployment, &ask, 413, "too-large", "64 KiB").await;
    deployment.still_answers().await;
}

#[tokio::test]
async fn heads_that_are_no_http() {
    let deployment = Deployment::new().await;
    let without = Ask::new("GET", "/healthz").without("host");
    let twice = Ask::new("GET", "/healthz").with("host", "other.example");
    for ask in [without, twice] {
        expect(&deployment, &ask, 400, "invalid-argument", "`Host`").await;
    }
    let address = deployment.server.address();
    let large = Ask::new("GET", "/healthz").with("x-large", &"x".repeat(1 << 20));
    for bytes in [b"nonsense\r\n\r\n".to_vec(), large.bytes()] {
        // How much of an answer such a caller sees is theirs: nothing, where they are still sending.
        if let Ok(answer) = super::raw_client::exchange(address, &bytes).await {
            assert!(!answer.starts_with(b"HTTP/1.1 2"), "{answer:?}");
        }
    }
    deployment.still_answers().await;
}

#[tokio::test]
async fn users_whom_a_setting_protects_and_calls_that_change_too_many() {
    let settings = [
        ("OP_SERVICE_MAX_CHANGES", "2"),
        ("OP_SERVICE_PROTECT", "user0007@acme.example"),
    ];
    let deployment =
        Deployment::limited(&settings, ServerLimits::default(), |options| options).await;
    let report = deployment.contain(&["user0007@acme.example"]).await.value();
    let outcome = &report["outcomes"][0];
    assert_eq!(outcome["error"]["code"], "precondition-failed");

    let members = deployment.members();
    let ids: Vec<_> = members.iter().map(|user| user.id.as_str()).collect();
    let problem = deployment.contain(&ids[..3]).await;
    let problem = problem.problem(409, "precondition-failed");
    assert_eq!(
        problem["report"]["outcomes"].as_array().map(Vec::len),
        Some(3)
    );
    let is_active =
        |id: &&str| deployment.simulator.user(id).map(|user| user.state) == Some(State::Active);
    assert!(ids.iter().all(is_active));
    deployment.contain(&ids[..2]).await.value();
}

#[tokio::test]
async fn what_the_account_does_not_allow_is_a_conflict() {
    let deployment = Deployment::new().await;
    for (id, code) in [
        (deployment.simulator.owner().id, "last-owner"),
        (
            deployment.simulator.externally_managed().id,
            "externally-managed",
        ),
    ] {
        let target = format!("/v1/users/{id}:suspend");
        let reply = deployment.ask(&Ask::post(&target, CONTAIN)).await;
        reply.problem(409, code);
    }
    let reply = deployment.ask(&Ask::get("/v1/users/NOBODY", READ)).await;
    reply.problem(404, "not-found");
    let target = "/v1/users:find?email=nobody%40acme.example";
    let reply = deployment.ask(&Ask::get(target, READ)).await;
    reply.problem(404, "not-found");
}
