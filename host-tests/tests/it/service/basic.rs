//! API keys as Basic passwords, as forms for webhooks and `curl -u` send them.

use serde_json::json;
use simulator::State;

use super::{
    deployment::{CONTAIN_KEY, Deployment, READ_KEY},
    raw_client::RawRequest,
};

#[tokio::test]
async fn a_key_is_taken_as_the_password_of_any_user() {
    let deployment = Deployment::new().await;
    let members = deployment.members();
    for (name, user) in ["any", "", "responder"].into_iter().zip(&members) {
        let body = json!({ "users": [user.id] }).to_string();
        let request = RawRequest::new("POST", "/v1/contain")
            .basic(name, CONTAIN_KEY)
            .with("content-type", "application/json")
            .body(body);
        let report = deployment.send(&request).await.report(200);
        assert_eq!(report["audit"][0]["actor"]["app_name"], "responder");
        let state = deployment.simulator.user(&user.id).map(|user| user.state);
        assert_eq!(state, Some(State::Suspended));
    }
    let list = RawRequest::new("GET", "/v1/users").basic("any", READ_KEY);
    deployment.send(&list).await.value();
    let target = format!("/v1/users/{}:suspend", members[5].id);
    let change = RawRequest::new("POST", &target).basic("any", READ_KEY);
    deployment.send(&change).await.problem(403, "forbidden");
}

#[tokio::test]
async fn a_refusal_offers_bearer_and_basic_in_headers_of_their_own() {
    let deployment = Deployment::new().await;
    let response = deployment.send(&RawRequest::new("GET", "/v1/users")).await;
    let challenges: Vec<_> = response
        .headers
        .iter()
        .filter(|(name, _)| name == "www-authenticate")
        .map(|(_, value)| value.split(' ').next())
        .collect();
    assert_eq!(challenges, [Some("Bearer"), Some("Basic")]);
}

#[tokio::test]
async fn a_web_page_cannot_use_a_password_that_a_browser_keeps() {
    let deployment = Deployment::new().await;
    let id = deployment.members()[0].id.clone();
    let target = format!("/v1/users/{id}:suspend");
    let request = RawRequest::new("POST", &target)
        .basic("any", CONTAIN_KEY)
        .with("content-type", "text/plain")
        .body("");
    let page = request.clone().with("origin", "https://other.example");
    deployment.send(&page).await.problem(401, "unauthorized");
    let state = deployment.simulator.user(&id).map(|user| user.state);
    assert_eq!(state, Some(State::Active));
    deployment.send(&request).await.value();
}
