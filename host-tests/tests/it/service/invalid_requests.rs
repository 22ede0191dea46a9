//! Requests that are rejected: status, code and detail of the problem, without a request to the API.

use host::ServerLimits;
use serde_json::{Value, json};
use simulator::State;

use super::{
    deployment::{CONTAIN_KEY, Deployment, READ_KEY},
    raw_client::{RawRequest, send_bytes},
};

/// Asserts that a request is rejected with this status, code and detail, and that the API receives no request.
async fn assert_rejected(
    deployment: &Deployment,
    request: &RawRequest,
    status: u16,
    code: &str,
    text: &str,
) {
    deployment.simulator.clear_requests();
    let problem = deployment.send(request).await.problem(status, code);
    let detail = problem["detail"].as_str().unwrap_or_default();
    assert!(detail.contains(text), "{detail}");
    assert!(deployment.simulator.requests().is_empty());
}

#[tokio::test]
async fn malformed_queries_are_invalid_arguments() {
    let deployment = Deployment::new().await;
    for (target, text) in [
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
        let request = RawRequest::get(target, READ_KEY);
        assert_rejected(&deployment, &request, 400, "invalid-argument", text).await;
    }
}

#[tokio::test]
async fn malformed_bodies_are_invalid_arguments() {
    let deployment = Deployment::new().await;
    let post = |body: &str| {
        RawRequest::post("/v1/contain", CONTAIN_KEY)
            .with("content-type", "application/json")
            .body(body)
    };
    for (body, text) in [
        ("", "not the JSON"),
        ("{", "not the JSON"),
        ("[]", "not the JSON"),
        (r#"{"users":"A"}"#, "not the JSON"),
        (r#"{"users":["A"],"dryrun":true}"#, "unknown field `dryrun`"),
        (r#"{"users":["A"],"max_changes":-1}"#, "not the JSON"),
        (r#"{"users":[]}"#, "`users` must name"),
    ] {
        let code = "invalid-argument";
        assert_rejected(&deployment, &post(body), 400, code, text).await;
    }
    let long = json!({ "users": ["A"], "reason": "x".repeat(1025) }).to_string();
    let text = "`reason` must not";
    assert_rejected(&deployment, &post(&long), 400, "invalid-argument", text).await;
}

#[tokio::test]
async fn an_unexpected_body_is_an_invalid_argument() {
    let deployment = Deployment::new().await;
    for request in [
        RawRequest::get("/v1/users", READ_KEY).body("{}"),
        RawRequest::post("/v1/users/A:suspend", CONTAIN_KEY).body("[]"),
    ] {
        assert_rejected(
            &deployment,
            &request,
            400,
            "invalid-argument",
            "takes no body",
        )
        .await;
    }
}

#[tokio::test]
async fn other_content_types_are_unsupported() {
    let deployment = Deployment::new().await;
    let body = json!({ "users": ["A"] }).to_string();
    for content_type in [
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=latin1",
    ] {
        let request = RawRequest::post("/v1/contain", CONTAIN_KEY)
            .with("content-type", content_type)
            .body(body.clone());
        let code = "unsupported-media-type";
        assert_rejected(&deployment, &request, 415, code, "application/json").await;
    }
}

#[tokio::test]
async fn bodies_over_64_kib_are_too_large() {
    let deployment = Deployment::new().await;
    let body = |size: usize| {
        let mut body = json!({ "users": [deployment.members()[0].id] }).to_string();
        body.push_str(&" ".repeat(size - body.len()));
        RawRequest::json("/v1/contain", CONTAIN_KEY, &Value::Null).body(body)
    };
    deployment.send(&body(64 << 10)).await.value();
    for size in [(64 << 10) + 1, 200_000] {
        let request = body(size);
        assert_rejected(&deployment, &request, 413, "too-large", "64 KiB").await;
    }
    let mut chunked = format!("{:x}\r\n", 70_000);
    chunked.push_str(&" ".repeat(70_000));
    chunked.push_str("\r\n0\r\n\r\n");
    let request = RawRequest::json("/v1/contain", CONTAIN_KEY, &Value::Null)
        .body(chunked)
        .without("content-length")
        .with("transfer-encoding", "chunked");
    assert_rejected(&deployment, &request, 413, "too-large", "64 KiB").await;
    deployment.assert_serves().await;
}

#[tokio::test]
async fn malformed_heads_are_rejected() {
    let deployment = Deployment::new().await;
    let without = RawRequest::new("GET", "/healthz").without("host");
    let twice = RawRequest::new("GET", "/healthz").with("host", "other.example");
    for request in [without, twice] {
        assert_rejected(&deployment, &request, 400, "invalid-argument", "`Host`").await;
    }
    let address = deployment.server.address();
    let large = RawRequest::new("GET", "/healthz").with("x-large", &"x".repeat(1 << 20));
    for bytes in [b"nonsense\r\n\r\n".to_vec(), large.bytes()] {
        // A client that is still sending may see a reset instead of a response.
        if let Ok(response) = send_bytes(address, &bytes).await {
            assert!(!response.starts_with(b"HTTP/1.1 2"), "{response:?}");
        }
    }
    deployment.assert_serves().await;
}

#[tokio::test]
async fn protect_and_max_changes_settings_refuse_changes() {
    let variables = [
        ("OP_SERVICE_MAX_CHANGES", "2"),
        ("OP_SERVICE_PROTECT", "user0007@acme.example"),
    ];
    let deployment =
        Deployment::with_limits(&variables, ServerLimits::default(), |options| options).await;
    let report = deployment
        .contain(&["user0007@acme.example"])
        .await
        .report(409);
    let outcome = &report["outcomes"][0];
    assert_eq!(outcome["error"]["code"], "protected");

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
async fn refusals_of_the_account_have_their_own_codes() {
    let deployment = Deployment::new().await;
    for (id, code) in [
        (deployment.simulator.owner().id, "last-owner"),
        (
            deployment.simulator.externally_managed().id,
            "externally-managed",
        ),
    ] {
        let target = format!("/v1/users/{id}:suspend");
        let response = deployment
            .send(&RawRequest::post(&target, CONTAIN_KEY))
            .await;
        response.problem(409, code);
    }
    let response = deployment
        .send(&RawRequest::get("/v1/users/UNKNOWN", READ_KEY))
        .await;
    response.problem(404, "not-found");
    let target = "/v1/users:find?email=unknown%40acme.example";
    let response = deployment.send(&RawRequest::get(target, READ_KEY)).await;
    response.problem(404, "not-found");
}
