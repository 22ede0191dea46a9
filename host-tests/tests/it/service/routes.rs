//! Routes: their responses, and their requests to the API.

use serde_json::json;
use simulator::{Endpoint, State};

use super::{
    deployment::{CONTAIN_KEY, Deployment, READ_KEY},
    raw_client::RawRequest,
};

#[tokio::test]
async fn health_needs_no_key_and_no_api_request() {
    let deployment = Deployment::new().await;
    let response = deployment.send(&RawRequest::new("GET", "/healthz")).await;
    assert_eq!(response.value(), json!({ "status": "alive" }));
    assert!(deployment.simulator.requests().is_empty());
}

#[tokio::test]
async fn the_openapi_description_names_every_route() {
    let deployment = Deployment::new().await;
    let response = deployment
        .send(&RawRequest::get("/openapi.json", READ_KEY))
        .await;
    let description = response.value();
    let version = description["openapi"].as_str().unwrap_or_default();
    assert!(version.starts_with("3.1."), "{version}");
    for path in [
        "/v1/users",
        "/v1/users/{id}",
        "/v1/users:find",
        "/v1/users/{id}:suspend",
        "/v1/users/{id}:reactivate",
        "/v1/contain",
        "/v1/restore",
        "/hooks/contain",
        "/v1/check",
        "/healthz",
        "/readyz",
        "/openapi.json",
    ] {
        assert!(description["paths"][path].is_object(), "{path}");
    }
    assert!(deployment.simulator.requests().is_empty());
}

#[tokio::test]
async fn a_page_is_one_list_request_with_filter_and_size() {
    let deployment = Deployment::new().await;
    let first = deployment
        .send(&RawRequest::get(
            "/v1/users?state=active&page_size=5",
            READ_KEY,
        ))
        .await
        .value();
    assert_eq!(first["users"].as_array().map(Vec::len), Some(5));
    assert_eq!(first["users"][0]["state"], "active");
    let requests = deployment.take_api_requests();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].0, Endpoint::List);
    assert!(requests[0].1.contains("max_page_size=5"), "{requests:?}");
    assert!(requests[0].1.contains("isActive"), "{requests:?}");

    let token = first["next_page_token"]
        .as_str()
        .expect("another page follows");
    let token = token.replace('+', "%2B").replace('/', "%2F");
    let target = format!("/v1/users?state=active&page_size=5&page_token={token}");
    let second = deployment
        .send(&RawRequest::get(&target, READ_KEY))
        .await
        .value();
    assert_eq!(second["users"].as_array().map(Vec::len), Some(5));
    assert_ne!(second["users"][0]["id"], first["users"][0]["id"]);
}

#[tokio::test]
async fn a_user_is_read_by_id_and_found_by_email() {
    let deployment = Deployment::new().await;
    let member = &deployment.members()[0];
    let by_id = format!("/v1/users/{}", member.id);
    let by_email = format!("/v1/users:find?email={}", member.email.replace('@', "%40"));
    for (target, endpoint) in [(by_id, Endpoint::Get), (by_email, Endpoint::List)] {
        let user = deployment
            .send(&RawRequest::get(&target, READ_KEY))
            .await
            .value();
        assert_eq!(user["id"], member.id);
        assert_eq!(user["email"], member.email);
        assert_eq!(user["state"], "active");
        let requests = deployment.take_api_requests();
        assert_eq!(requests.len(), 1, "{requests:?}");
        assert_eq!(requests[0].0, endpoint);
    }
}

#[tokio::test]
async fn one_user_is_suspended_and_reactivated() {
    let deployment = Deployment::new().await;
    let id = deployment.members()[0].id.clone();
    for (verb, state, shown) in [
        ("suspend", State::Suspended, "suspended"),
        ("suspend", State::Suspended, "suspended"),
        ("reactivate", State::Active, "active"),
    ] {
        let target = format!("/v1/users/{id}:{verb}");
        let user = deployment
            .send(&RawRequest::post(&target, CONTAIN_KEY))
            .await
            .value();
        assert_eq!((&user["id"], &user["state"]), (&json!(id), &json!(shown)));
        let user = deployment.simulator.user(&id).expect("the user exists");
        assert_eq!(user.state, state);
    }
}

#[tokio::test]
async fn contain_and_restore_report_and_audit_every_target() {
    let deployment = Deployment::new().await;
    let members = deployment.members();
    let (first, second) = (&members[0], &members[1]);
    let body = json!({
        "users": [first.id, second.email, "UNKNOWN"],
        "reason": "an alert",
        "ticket": "SEC-1",
    });
    for (target, state, shown) in [
        ("/v1/contain", State::Suspended, "suspended"),
        ("/v1/restore", State::Active, "active"),
    ] {
        let report = deployment
            .send(&RawRequest::json(target, CONTAIN_KEY, &body).with("x-request-id", "call-1"))
            .await
            .report(207);
        let outcomes = report["outcomes"].as_array().expect("outcomes");
        let short: Vec<_> = outcomes
            .iter()
            .map(|outcome| {
                (
                    outcome["outcome"].as_str(),
                    outcome["user"]["state"].as_str(),
                )
            })
            .collect();
        let changed = (Some("changed"), Some(shown));
        assert_eq!(short, [changed, changed, (Some("failed"), None)]);
        assert_eq!(outcomes[2]["error"]["code"], "not-found");
        assert_eq!(report["request_id"], "call-1");
        assert_eq!(
            (&report["summary"]["changed"], &report["summary"]["failed"]),
            (&json!(2), &json!(1))
        );
        assert_eq!(report["audit"].as_array().map(Vec::len), Some(3));
        for user in [first, second] {
            let now = deployment.simulator.user(&user.id).map(|user| user.state);
            assert_eq!(now, Some(state));
        }
    }
}

#[tokio::test]
async fn a_dry_run_changes_no_user() {
    let deployment = Deployment::new().await;
    let before = deployment.simulator.users();
    let body = json!({ "users": [deployment.members()[0].id], "dry_run": true });
    let report = deployment
        .send(&RawRequest::json("/v1/contain", CONTAIN_KEY, &body))
        .await
        .value();
    assert_eq!(report["outcomes"][0]["outcome"], "would-change");
    assert_eq!(deployment.simulator.users(), before);
    let requests = deployment.take_api_requests();
    assert!(
        requests
            .iter()
            .all(|(endpoint, _)| *endpoint == Endpoint::Get)
    );
}

#[tokio::test]
async fn check_returns_findings_and_changes_no_user() {
    let deployment = Deployment::new().await;
    let before = deployment.simulator.users();
    let findings = deployment
        .send(&RawRequest::get("/v1/check", READ_KEY))
        .await
        .value();
    let findings = findings["findings"].as_array().expect("findings").clone();
    assert_eq!(findings.len(), 9);
    assert_eq!(findings[0]["verdict"], "passed");
    assert_eq!(deployment.simulator.users(), before);
}
