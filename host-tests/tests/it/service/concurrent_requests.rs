//! Concurrent requests: each receives its own response.

use std::{net::TcpStream, sync::Arc, time::Duration};

use serde_json::json;
use simulator::State;
use tokio::task::JoinSet;

use super::{
    deployment::{CONTAIN_KEY, Deployment, READ_KEY},
    raw_client::RawRequest,
};

/// Number of concurrent requests.
const CLIENTS: usize = 200;

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_concurrent_requests_are_answered() {
    let deployment = Arc::new(Deployment::new().await);
    let users = deployment.simulator.users();
    let mut clients = JoinSet::new();
    for index in 0..CLIENTS {
        let deployment = Arc::clone(&deployment);
        let user = users[index % users.len()].clone();
        clients.spawn(async move {
            let id = format!("call-{index}");
            let request = match index % 4 {
                0 => RawRequest::new("GET", "/healthz"),
                1 => RawRequest::new("GET", "/v1/users").key("unknown"),
                _ => RawRequest::get(&format!("/v1/users/{}", user.id), READ_KEY),
            };
            let response = deployment.send(&request.with("x-request-id", &id)).await;
            assert_eq!(response.header("x-request-id"), Some(id.as_str()));
            match index % 4 {
                0 => assert_eq!(response.value()["status"], "alive"),
                1 => drop(response.problem(401, "unauthorized")),
                _ => assert_eq!(response.value()["email"], user.email),
            }
        });
    }
    while let Some(client) = clients.join_next().await {
        client.expect("the response is correct");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_suspensions_of_the_same_users_agree() {
    let deployment = Arc::new(Deployment::new().await);
    let members = deployment.members();
    let ids: Vec<_> = members.iter().take(5).map(|user| user.id.clone()).collect();
    let mut clients = JoinSet::new();
    for _ in 0..20 {
        let deployment = Arc::clone(&deployment);
        let body = json!({ "users": ids });
        clients.spawn(async move {
            let request = RawRequest::json("/v1/contain", CONTAIN_KEY, &body);
            deployment.send(&request).await.value()
        });
    }
    for report in clients.join_all().await {
        for outcome in report["outcomes"].as_array().expect("outcomes") {
            let name = outcome["outcome"].as_str();
            assert!(matches!(name, Some("changed" | "unchanged")), "{outcome}");
        }
    }
    for id in &ids {
        let state = deployment.simulator.user(id).map(|user| user.state);
        assert_eq!(state, Some(State::Suspended));
    }
}

#[tokio::test]
async fn a_burst_of_connections_waits_while_the_server_is_busy() {
    let deployment = Deployment::new().await;
    // The server shares this thread: until the first wait here it accepts none of them.
    let mut burst = Vec::new();
    for number in 0..300 {
        let connection =
            TcpStream::connect_timeout(&deployment.server.address(), Duration::from_millis(500));
        burst.push(connection.unwrap_or_else(|error| panic!("connection {number}: {error}")));
    }
    drop(burst);
    deployment.assert_serves().await;
}
