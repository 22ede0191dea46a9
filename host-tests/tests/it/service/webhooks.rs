//! Signed webhooks (Standard Webhooks): who has signed one may contain.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use simulator::{Endpoint, State};

use super::{
    deployment::{CONTAIN, Deployment, webhook},
    raw_client::Ask,
};

fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.expect("it is after 1970").as_secs()
}

fn order(deployment: &Deployment) -> (String, Value) {
    let id = deployment.members()[0].id.clone();
    (id.clone(), json!({ "users": [id], "reason": "a rule" }))
}

fn state(deployment: &Deployment, id: &str) -> State {
    deployment.simulator.user(id).expect("they are there").state
}

#[tokio::test]
async fn one_that_is_signed_contains_in_the_name_of_each_sender() {
    for (sender, name) in [(0, "siem"), (1, "soar")] {
        let deployment = Deployment::new().await;
        let (id, order) = order(&deployment);
        let ask = webhook(sender, "msg_1", now(), &order);
        let report = deployment.ask(&ask).await.value();
        assert_eq!(report["outcomes"][0]["outcome"], "changed");
        assert_eq!(report["audit"][0]["actor"]["app_name"], name);
        assert_eq!(state(&deployment, &id), State::Suspended);
    }
}

#[tokio::test]
async fn a_signature_among_several_is_enough() {
    let deployment = Deployment::new().await;
    let (id, order) = order(&deployment);
    let ask = webhook(0, "msg_1", now(), &order);
    let signed = String::from_utf8(ask.bytes()).expect("text");
    let (_, rest) = signed.split_once("webhook-signature: ").expect("signed");
    let (signature, _) = rest.split_once("\r\n").expect("a line");
    let both = format!("v1,AAAA v1a,BBBB {signature}");
    let ask = ask
        .without("webhook-signature")
        .with("webhook-signature", &both);
    deployment.ask(&ask).await.value();
    assert_eq!(state(&deployment, &id), State::Suspended);
}

#[tokio::test]
async fn one_that_is_changed_unsigned_or_stale_is_refused() {
    let deployment = Deployment::new().await;
    let (id, order) = order(&deployment);
    let good = webhook(0, "msg_1", now(), &order);
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
        // A key is no signature.
        good.clone().without("webhook-signature").key(CONTAIN),
        webhook(0, "msg_1", now() - 330, &order),
        webhook(0, "msg_1", now() + 330, &order),
    ];
    for ask in &others {
        deployment.ask(ask).await.problem(401, "unauthorized");
    }
    assert!(deployment.simulator.requests().is_empty());
    assert_eq!(state(&deployment, &id), State::Active);
}

#[tokio::test]
async fn one_that_is_sent_again_is_answered_and_not_carried_out_again() {
    let deployment = Deployment::new().await;
    let (id, order) = order(&deployment);
    let ask = webhook(0, "msg_1", now(), &order);
    deployment.ask(&ask).await.value();
    let restore = json!({ "users": [id] });
    deployment
        .ask(&Ask::json("/v1/restore", CONTAIN, &restore))
        .await
        .value();
    deployment.simulator.clear_requests();
    let again = deployment.ask(&ask).await.value();
    assert_eq!(again["repeated"], true);
    assert!(deployment.simulator.requests().is_empty());
    assert_eq!(state(&deployment, &id), State::Active);

    let another = webhook(0, "msg_2", now(), &order);
    deployment.ask(&another).await.value();
    assert_eq!(state(&deployment, &id), State::Suspended);
    let asked = deployment.asked();
    assert!(
        asked
            .iter()
            .any(|(endpoint, _)| *endpoint == Endpoint::Suspend)
    );
}

#[tokio::test]
async fn one_that_is_signed_and_wrong_is_refused_in_words() {
    let deployment = Deployment::new().await;
    let order = json!({ "users": [], "why": "?" });
    let ask = webhook(0, "msg_1", now(), &order);
    deployment.ask(&ask).await.problem(400, "invalid-argument");
    let ask = ask.without("content-type");
    deployment
        .ask(&ask)
        .await
        .problem(415, "unsupported-media-type");
}
