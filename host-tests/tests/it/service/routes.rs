//! Every route: what it answers, and what the API is asked for it.

use serde_json::json;
use simulator::{Endpoint, State};

use super::{
    deployment::{CONTAIN, Deployment, READ},
    raw_client::Ask,
};

#[tokio::test]
async fn health_is_told_to_everybody_and_asks_nothing_of_the_api() {
    let deployment = Deployment::new().await;
    let reply = deployment.ask(&Ask::new("GET", "/healthz")).await;
    assert_eq!(reply.value(), json!({ "status": "alive" }));
    assert!(deployment.simulator.requests().is_empty());
}

#[tokio::test]
async fn the_description_is_openapi_and_names_every_route() {
    let deployment = Deployment::new().await;
    let reply = deployment.ask(&Ask::get("/openapi.json", READ)).await;
    let description = reply.value();
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
        "/openapi.json",
    ] {
        assert!(description["paths"][path].is_object(), "{path}");
    }
    assert!(deployment.simulator.requests().is_empty());
}

#[tokio::test]
async fn a_page_is_one_list_with_the_filter_and_the_size_that_were_asked_for() {
    let deployment = Deployment::new().await;
    let first = deployment
        .ask(&Ask::get("/v1/users?state=active&page_size=5", READ))
        .await
        .value();
    assert_eq!(first["users"].as_array().map(Vec::len), Some(5));
    assert_eq!(first["users"][0]["state"], "active");
    let asked = deployment.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].0, Endpoint::List);
    assert!(asked[0].1.contains("max_page_size=5"), "{asked:?}");
    assert!(asked[0].1.contains("isActive"), "{asked:?}");

    let token = first["next_page_token"].as_str().expect("there is more");
    let token = token.replace('+', "%2B").replace('/', "%2F");
    let target = format!("/v1/users?state=active&page_size=5&page_token={token}");
    let second = deployment.ask(&Ask::get(&target, READ)).await.value();
    assert_eq!(second["users"].as_array().map(Vec::len), Some(5));
    assert_ne!(second["users"][0]["id"], first["users"][0]["id"]);
}

#[tokio::test]
async fn a_user_is_found_by_id_with_a_get_and_by_email_with_the_list() {
    let deployment = Deployment::new().await;
    let member = &deployment.members()[0];
    let by_id = format!("/v1/users/{}", member.id);
    let by_email = format!("/v1/users:find?email={}", member.email.replace('@', "%40"));
    for (target, endpoint) in [(by_id, Endpoint::Get), (by_email, Endpoint::List)] {
        let user = deployment.ask(&Ask::get(&target, READ)).await.value();
        assert_eq!(user["id"], member.id);
        assert_eq!(user["email"], member.email);
        assert_eq!(user["state"], "active");
        let asked = deployment.asked();
        assert_eq!(asked.len(), 1, "{asked:?}");
        assert_eq!(asked[0].0, endpoint);
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
        let user = deployment.ask(&Ask::post(&target, CONTAIN)).await.value();
        assert_eq!((&user["id"], &user["state"]), (&json!(id), &json!(shown)));
        let user = deployment.simulator.user(&id).expect("the user is there");
        assert_eq!(user.state, state);
    }
}

#[tokio::test]
async fn many_are_contained_and_restored_with_an_outcome_and_a_record_each() {
    let deployment = Deployment::new().await;
    let members = deployment.members();
    let (first, second) = (&members[0], &members[1]);
    let order = json!({
        "users": [first.id, second.email, "NOBODY"],
        "reason": "an alert",
        "ticket": "SEC-1",
    });
    for (target, state, shown) in [
        ("/v1/contain", State::Suspended, "suspended"),
        ("/v1/restore", State::Active, "active"),
    ] {
        let report = deployment
            .ask(&Ask::json(target, CONTAIN, &order).with("x-request-id", "call-1"))
            .await
            .value();
        let outcomes = report["outcomes"].as_array().expect("outcomes");
        let short: Vec<_> = outcomes
            .iter()
            .map(|one| (one["outcome"].as_str(), one["user"]["state"].as_str()))
            .collect();
        let changed = (Some("changed"), Some(shown));
        assert_eq!(short, [changed, changed, (Some("failed"), None)]);
        assert_eq!(outcomes[2]["error"]["code"], "not-found");
        assert_eq!(report["request_id"], "call-1");
        assert_eq!(report["audit"].as_array().map(Vec::len), Some(3));
        for user in [first, second] {
            let now = deployment.simulator.user(&user.id).map(|user| user.state);
            assert_eq!(now, Some(state));
        }
    }
}

#[tokio::test]
async fn a_dry_run_changes_nobody() {
    let deployment = Deployment::new().await;
    let before = deployment.simulator.users();
    let order = json!({ "users": [deployment.members()[0].id], "dry_run": true });
    let report = deployment
        .ask(&Ask::json("/v1/contain", CONTAIN, &order))
        .await
        .value();
    assert_eq!(report["outcomes"][0]["outcome"], "would-change");
    assert_eq!(deployment.simulator.users(), before);
    let asked = deployment.asked();
    assert!(asked.iter().all(|(endpoint, _)| *endpoint == Endpoint::Get));
}

#[tokio::test]
async fn check_shows_findings_and_changes_nobody() {
    let deployment = Deployment::new().await;
    let before = deployment.simulator.users();
    let findings = deployment.ask(&Ask::get("/v1/check", READ)).await.value();
    let findings = findings["findings"].as_array().expect("findings").clone();
    assert_eq!(findings.len(), 8);
    assert_eq!(findings[0]["verdict"], "passed");
    assert_eq!(deployment.simulator.users(), before);
}
