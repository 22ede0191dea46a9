//! Many callers at once: each gets the answer to their own question.

use std::sync::Arc;

use serde_json::json;
use simulator::State;
use tokio::task::JoinSet;

use super::{
    deployment::{CONTAIN, Deployment, READ},
    raw_client::Ask,
};

const CALLERS: usize = 200;

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_at_once_are_all_answered_rightly() {
    let deployment = Arc::new(Deployment::new().await);
    let users = deployment.simulator.users();
    let mut callers = JoinSet::new();
    for at in 0..CALLERS {
        let deployment = Arc::clone(&deployment);
        let user = users[at % users.len()].clone();
        callers.spawn(async move {
            let id = format!("call-{at}");
            let ask = match at % 4 {
                0 => Ask::new("GET", "/healthz"),
                1 => Ask::new("GET", "/v1/users").key("nobody's"),
                _ => Ask::get(&format!("/v1/users/{}", user.id), READ),
            };
            let reply = deployment.ask(&ask.with("x-request-id", &id)).await;
            assert_eq!(reply.header("x-request-id"), Some(id.as_str()));
            match at % 4 {
                0 => assert_eq!(reply.value()["status"], "alive"),
                1 => drop(reply.problem(401, "unauthorized")),
                _ => assert_eq!(reply.value()["email"], user.email),
            }
        });
    }
    while let Some(caller) = callers.join_next().await {
        caller.expect("the answer is right");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn those_who_contain_the_same_people_agree_in_the_end() {
    let deployment = Arc::new(Deployment::new().await);
    let members = deployment.members();
    let ids: Vec<_> = members.iter().take(5).map(|user| user.id.clone()).collect();
    let mut callers = JoinSet::new();
    for _ in 0..20 {
        let deployment = Arc::clone(&deployment);
        let order = json!({ "users": ids });
        callers.spawn(async move {
            let ask = Ask::json("/v1/contain", CONTAIN, &order);
            deployment.ask(&ask).await.value()
        });
    }
    for report in callers.join_all().await {
        for one in report["outcomes"].as_array().expect("outcomes") {
            let outcome = one["outcome"].as_str();
            assert!(matches!(outcome, Some("changed" | "unchanged")), "{one}");
        }
    }
    for id in &ids {
        let state = deployment.simulator.user(id).map(|user| user.state);
        assert_eq!(state, Some(State::Suspended));
    }
}
