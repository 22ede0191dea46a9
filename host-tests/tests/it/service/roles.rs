//! API keys and their roles.

use host::{ServerLimits, ServiceOptions};
use serde_json::json;

use super::{
    deployment::{CONTAIN_KEY, Deployment, READ_KEY},
    raw_client::RawRequest,
};

/// Targets of the role `read`.
const READ_TARGETS: [&str; 5] = [
    "/v1/users",
    "/v1/users/A",
    "/v1/users:find?email=a%40b.example",
    "/v1/check",
    "/openapi.json",
];
/// Targets of the role `contain`.
const CONTAIN_TARGETS: [&str; 4] = [
    "/v1/users/A:suspend",
    "/v1/users/A:reactivate",
    "/v1/contain",
    "/v1/restore",
];

#[tokio::test]
async fn requests_without_a_known_key_get_identical_responses() {
    let deployment = Deployment::new().await;
    let mut bodies = Vec::new();
    for target in READ_TARGETS
        .iter()
        .chain(&CONTAIN_TARGETS)
        .chain(&["/nowhere"])
    {
        let request = RawRequest::new("GET", target).with("x-request-id", "same");
        for request in [
            request.clone(),
            request.clone().key("another-key"),
            request.clone().key(""),
            request.clone().with("authorization", "Basic QTpC"),
            request.clone().with("authorization", "Basic QTpC!"),
            request.clone().basic("any", READ_KEY).key(READ_KEY),
            request.clone().with("authorization", READ_KEY),
            request.clone().key(READ_KEY).key(READ_KEY),
        ] {
            let response = deployment.send(&request).await;
            response.problem(401, "unauthorized");
            assert_eq!(response.header("www-authenticate"), Some("Bearer"));
            bodies.push(response.body);
        }
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1, "{bodies:?}");
    assert!(deployment.simulator.requests().is_empty());
}

#[tokio::test]
async fn the_role_read_cannot_change_users() {
    let deployment = Deployment::new().await;
    for target in READ_TARGETS {
        let response = deployment.send(&RawRequest::get(target, READ_KEY)).await;
        assert!(
            matches!(response.status, 200 | 404),
            "{target}: {response:?}"
        );
    }
    deployment.simulator.clear_requests();
    for target in CONTAIN_TARGETS {
        let request = RawRequest::json(target, READ_KEY, &json!({ "users": ["A"] }));
        let response = deployment.send(&request).await;
        response.problem(403, "forbidden");
    }
    assert!(deployment.simulator.requests().is_empty());
}

#[tokio::test]
async fn the_role_contain_can_read_users() {
    let deployment = Deployment::new().await;
    deployment
        .send(&RawRequest::get("/v1/users", CONTAIN_KEY))
        .await
        .value();
    let response = deployment
        .send(&RawRequest::get("/nowhere", CONTAIN_KEY))
        .await;
    response.problem(404, "no-route");
}

#[tokio::test]
async fn only_health_and_readiness_are_answered_without_keys() {
    let variables = [("OP_SERVICE_KEYS", ""), ("OP_SERVICE_WEBHOOK_SECRETS", "")];
    let deployment = Deployment::with(&variables).await;
    deployment
        .send(&RawRequest::new("GET", "/healthz"))
        .await
        .value();
    for target in READ_TARGETS {
        let response = deployment.send(&RawRequest::get(target, CONTAIN_KEY)).await;
        response.problem(401, "unauthorized");
    }
    for target in CONTAIN_TARGETS.iter().chain(&["/hooks/contain"]) {
        let request = RawRequest::json(target, CONTAIN_KEY, &json!({ "users": ["A"] }));
        deployment.send(&request).await.problem(401, "unauthorized");
    }
    assert!(deployment.simulator.requests().is_empty());
}

#[tokio::test]
async fn a_wrong_setting_is_named_by_every_route_but_health() {
    let deployment = Deployment::with(&[("OP_SERVICE_MAX_CHANGES", "many")]).await;
    deployment
        .send(&RawRequest::new("GET", "/healthz"))
        .await
        .value();
    let response = deployment
        .send(&RawRequest::get("/v1/users", READ_KEY))
        .await;
    let problem = response.problem(503, "not-configured");
    let detail = problem["detail"].as_str().unwrap_or_default();
    assert!(detail.contains("OP_SERVICE_MAX_CHANGES"), "{detail}");
}

#[tokio::test]
async fn a_setting_that_is_given_twice_is_named() {
    let twice = ["3", "4"].map(|max| ("OP_SERVICE_MAX_CHANGES".to_owned(), max.to_owned()));
    let options = |_| ServiceOptions::new(twice);
    let deployment = Deployment::with_limits(&[], ServerLimits::default(), options).await;
    let response = deployment
        .send(&RawRequest::get("/v1/users", READ_KEY))
        .await;
    let problem = response.problem(503, "not-configured");
    let detail = problem["detail"].as_str().unwrap_or_default();
    assert!(
        detail.contains("OP_SERVICE_MAX_CHANGES is set twice"),
        "{detail}"
    );
}

#[tokio::test]
async fn no_response_contains_a_key_or_a_secret() {
    let deployment = Deployment::new().await;
    for request in [
        RawRequest::get("/v1/check", READ_KEY),
        RawRequest::get("/v1/users", READ_KEY),
        RawRequest::get("/v1/users/UNKNOWN", CONTAIN_KEY),
        RawRequest::json("/v1/contain", CONTAIN_KEY, &json!({ "users": ["A"] })),
    ] {
        let response = deployment.send(&request).await;
        assert_eq!(crate::secrets::leak(&deployment.simulator, &response), None);
        let shown = format!("{response:?}");
        assert!(
            !shown.contains(READ_KEY) && !shown.contains(CONTAIN_KEY),
            "{shown}"
        );
    }
}
