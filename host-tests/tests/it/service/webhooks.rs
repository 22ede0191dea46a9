//! Webhooks signed according to Standard Webhooks.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use simulator::{Endpoint, State};

use super::{
    deployment::{CONTAIN_KEY, Deployment, webhook},
    raw_client::RawRequest,
};

pub(super) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("the clock is after 1970").as_secs()
}

/// Returns the id of a user, and a body that suspends them.
fn suspension(deployment: &Deployment) -> (String, Value) {
    let id = deployment.members()[0].id.clone();
    (id.clone(), json!({ "users": [id], "reason": "a rule" }))
}

fn state(deployment: &Deployment, id: &str) -> State {
    deployment
        .simulator
        .user(id)
        .expect("the user exists")
        .state
}

#[tokio::test]
async fn a_signed_webhook_suspends_in_the_name_of_its_sender() {
    for (sender, name) in [(0, "siem"), (1, "soar")] {
        let deployment = Deployment::new().await;
        let (id, body) = suspension(&deployment);
        let request = webhook(sender, "msg_1", now(), &body);
        let report = deployment.send(&request).await.value();
        assert_eq!(report["outcomes"][0]["outcome"], "changed");
        assert_eq!(report["audit"][0]["actor"]["app_name"], name);
        assert_eq!(state(&deployment, &id), State::Suspended);
    }
}

#[tokio::test]
async fn one_valid_signature_among_several_is_enough() {
    let deployment = Deployment::new().await;
    let (id, body) = suspension(&deployment);
    let request = webhook(0, "msg_1", now(), &body);
    let signed = String::from_utf8(request.bytes()).expect("text");
    let (_, rest) = signed.split_once("webhook-signature: ").expect("signed");
    let (signature, _) = rest.split_once("\r\n").expect("a line");
    let both = format!("v1,AAAA v1a,BBBB {signature}");
    let request = request
        .without("webhook-signature")
        .with("webhook-signature", &both);
    deployment.send(&request).await.value();
    assert_eq!(state(&deployment, &id), State::Suspended);
}

#[tokio::test]
async fn altered_unsigned_and_stale_webhooks_are_rejected() {
    let deployment = Deployment::new().await;
    let (id, body) = suspension(&deployment);
    let good = webhook(0, "msg_1", now(), &body);
    let others = [
        good.clone().body(json!({ "users": ["B"] }).to_string()),
        good.clone()
            .without("webhook-id")
            .with("webhook-id", "msg_2"),
        good.clone()
            .without("webhook-timestamp")
            .with("webhook-timestamp", &(now() + 60).to_string()),
        good.clone().without("webhook-signature"),
        good.clone().without("webhook-id"),
        good.clone().without("webhook-timestamp"),
        // An API key does not replace a signature.
        good.clone().without("webhook-signature").key(CONTAIN_KEY),
        webhook(0, "msg_1", now() - 330, &body),
        webhook(0, "msg_1", now() + 330, &body),
    ];
    for request in &others {
        deployment.send(request).await.problem(401, "unauthorized");
    }
    assert!(deployment.simulator.requests().is_empty());
    assert_eq!(state(&deployment, &id), State::Active);
}

#[tokio::test]
async fn a_repeated_webhook_is_answered_and_not_run_again() {
    let deployment = Deployment::new().await;
    let (id, body) = suspension(&deployment);
    let request = webhook(0, "msg_1", now(), &body);
    deployment.send(&request).await.value();
    let restore = json!({ "users": [id] });
    deployment
        .send(&RawRequest::json("/v1/restore", CONTAIN_KEY, &restore))
        .await
        .value();
    deployment.simulator.clear_requests();
    let again = deployment.send(&request).await.value();
    assert_eq!(again["repeated"], true);
    assert!(deployment.simulator.requests().is_empty());
    assert_eq!(state(&deployment, &id), State::Active);

    let another = webhook(0, "msg_2", now(), &body);
    deployment.send(&another).await.value();
    assert_eq!(state(&deployment, &id), State::Suspended);
    let requests = deployment.take_api_requests();
    assert!(
        requests
            .iter()
            .any(|(endpoint, _)| *endpoint == Endpoint::Suspend)
    );
}

#[tokio::test]
async fn a_signed_webhook_with_a_malformed_body_is_rejected() {
    let deployment = Deployment::new().await;
    let body = json!({ "users": [], "why": "?" });
    let request = webhook(0, "msg_1", now(), &body);
    deployment
        .send(&request)
        .await
        .problem(400, "invalid-argument");
    let request = request.without("content-type");
    deployment
        .send(&request)
        .await
        .problem(415, "unsupported-media-type");
}
