//! Repeated webhooks: each message makes one change, whatever else the service is asked meanwhile.

use std::sync::Arc;

use serde_json::json;
use simulator::{Action, Endpoint, Fault, State};
use tokio::task::JoinSet;

use super::{
    deployment::{CONTAIN_KEY, Deployment, READ_KEY, webhook},
    raw_client::{RawRequest, send_bytes},
    webhooks::now,
};

/// Number of requests to change a user that the API received.
fn changes(deployment: &Deployment) -> usize {
    let requests = deployment.simulator.requests();
    requests
        .iter()
        .filter(|request| request.endpoint == Endpoint::Suspend)
        .count()
}

async fn restore(deployment: &Deployment, id: &str) {
    let body = json!({ "users": [id] });
    let request = RawRequest::json("/v1/restore", CONTAIN_KEY, &body);
    deployment.send(&request).await.value();
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_others_send_makes_a_message_work_twice() {
    let deployment = Arc::new(Deployment::new().await);
    let id = deployment.members()[0].id.clone();
    let body = json!({ "users": [id] });
    let request = webhook(0, "msg_1", now(), &body);
    deployment.send(&request).await.value();
    restore(&deployment, &id).await;
    let mut clients = JoinSet::new();
    for index in 0..120 {
        let deployment = Arc::clone(&deployment);
        let other = deployment.members()[1].id.clone();
        clients.spawn(async move {
            match index % 4 {
                0 => drop(
                    deployment
                        .send(&RawRequest::new("POST", "/hooks/contain"))
                        .await,
                ),
                1 => drop(
                    send_bytes(
                        deployment.server.address(),
                        b"POST /hooks/contain HTTP/1.1\r\nconnection: close\r\n\r\n",
                    )
                    .await,
                ),
                2 => drop(
                    deployment
                        .send(&RawRequest::get("/v1/users", READ_KEY))
                        .await,
                ),
                _ => {
                    let body = json!({ "users": [other], "dry_run": index % 8 == 3 });
                    let id = format!("msg_{index}");
                    drop(deployment.send(&webhook(1, &id, now(), &body)).await);
                }
            }
        });
    }
    clients.join_all().await;
    // The same message again, and signed again at a later time.
    for request in [request, webhook(0, "msg_1", now() + 1, &body)] {
        let again = deployment.send(&request).await.value();
        assert_eq!(again["repeated"], true);
    }
    let state = deployment.simulator.user(&id).map(|user| user.state);
    assert_eq!(state, Some(State::Active));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_message_twenty_times_at_once_makes_one_change() {
    let deployment = Arc::new(Deployment::new().await);
    let id = deployment.members()[0].id.clone();
    // Without the look-up the state found before a change would hide a second one.
    let slow = Action::Delay(std::time::Duration::from_millis(200));
    deployment
        .simulator
        .fault(Fault::new(slow).on(Endpoint::Suspend).always());
    let request = webhook(0, "msg_1", now(), &json!({ "users": [id] }));
    let mut clients = JoinSet::new();
    for _ in 0..20 {
        let (deployment, request) = (Arc::clone(&deployment), request.clone());
        clients.spawn(async move { deployment.send(&request).await.value() });
    }
    let answers = clients.join_all().await;
    let repeated = answers.iter().filter(|answer| answer["repeated"] == true);
    assert_eq!((changes(&deployment), repeated.count()), (1, 19));
}

#[tokio::test]
async fn a_dry_run_does_not_stand_for_the_change() {
    let deployment = Deployment::new().await;
    let id = deployment.members()[0].id.clone();
    let dry = webhook(
        0,
        "msg_1",
        now(),
        &json!({ "users": [id], "dry_run": true }),
    );
    let real = webhook(0, "msg_1", now(), &json!({ "users": [id] }));
    let outcome = deployment.send(&dry).await.value()["outcomes"][0]["outcome"].clone();
    assert_eq!(outcome, "would-change");
    let outcome = deployment.send(&real).await.value()["outcomes"][0]["outcome"].clone();
    assert_eq!(outcome, "changed");
    deployment
        .send(&dry)
        .await
        .problem(422, "webhook-id-reused");
    assert_eq!(deployment.send(&real).await.value()["repeated"], true);
}

#[tokio::test]
async fn a_message_about_protected_users_is_settled() {
    let deployment = Deployment::with(&[("OP_SERVICE_PROTECT", "user0002@acme.example")]).await;
    let request = webhook(
        0,
        "msg_1",
        now(),
        &json!({ "users": ["user0002@acme.example"] }),
    );
    let report = deployment.send(&request).await.report(409);
    assert_eq!(report["summary"]["protected"], 1);
    for _ in 0..2 {
        let again = deployment.send(&request).await.problem(409, "protected");
        assert_eq!(again["repeated"], true);
        assert_eq!(again["summary"], report["summary"]);
    }
}

#[tokio::test]
async fn a_user_not_found_is_tried_again_and_no_other() {
    let deployment = Deployment::new().await;
    let [one, two] = [0, 1].map(|at| deployment.members()[at].clone());
    let users = [&one.id, &two.id, "new@acme.example"];
    let request = webhook(0, "msg_1", now(), &json!({ "users": users }));
    // Words of a gateway for a path that it does not have.
    let body = r#"{"code":5,"message":"Not Found","details":[]}"#;
    let lost = Fault::new(Action::json(404, body)).on(Endpoint::Get);
    deployment.simulator.fault(lost.of_user(&two.id).always());
    let report = deployment.send(&request).await.report(207);
    assert_eq!(report["outcomes"][0]["outcome"], "changed");
    restore(&deployment, &one.id).await;
    deployment.simulator.clear_faults();
    let report = deployment.send(&request).await.report(207);
    let outcomes = report["outcomes"].as_array().expect("outcomes");
    let outcomes: Vec<_> = outcomes
        .iter()
        .map(|outcome| (outcome["who"].as_str(), outcome["outcome"].as_str()))
        .collect();
    assert_eq!(
        outcomes,
        [
            (Some(&*two.id), Some("changed")),
            (Some("new@acme.example"), Some("failed"))
        ]
    );
    let state = |id| deployment.simulator.user(id).map(|user| user.state);
    assert_eq!(state(&one.id), Some(State::Active));
    assert_eq!(state(&two.id), Some(State::Suspended));
}
