//! The lifecycle of TCP connections.

use std::{io::ErrorKind, sync::Arc, time::Duration};

use simulator::{Action, Fault, State};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    task::JoinSet,
};

use crate::client::{TestRequest, TestResponse, connect, start, token};

#[tokio::test]
async fn a_connection_is_kept_alive_until_a_fault_closes_it() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let request = TestRequest::get(&sim, &access_token, &sim.owner().id).without("connection");
    let mut stream = connect(sim.url()).await.unwrap();
    for _ in 0..3 {
        stream.write_all(&request.bytes()).await.unwrap();
        let mut raw = Vec::new();
        let response = loop {
            let mut chunk = [0; 4096];
            let read = stream.read(&mut chunk).await.unwrap();
            assert_ne!(read, 0, "the connection closed early");
            raw.extend_from_slice(&chunk[..read]);
            match TestResponse::parse(&raw) {
                Some(response) if response.body.ends_with('}') => break response,
                _ => {}
            }
        };
        assert_eq!(response.status, 200);
    }
    sim.fault(Fault::new(Action::status(503)));
    stream.write_all(&request.bytes()).await.unwrap();
    let mut raw = Vec::new();
    stream.read_to_end(&mut raw).await.unwrap();
    assert_eq!(TestResponse::parse(&raw).unwrap().status, 503);
}

#[tokio::test(flavor = "multi_thread")]
async fn concurrent_connections_get_their_own_responses() {
    let sim = Arc::new(start().await);
    let access_token = token(&sim).await;
    sim.clear_requests();
    let users = sim.users();
    let mut tasks = JoinSet::new();
    for user in users.iter().skip(2).cloned() {
        let (sim, access_token) = (sim.clone(), access_token.clone());
        tasks.spawn(async move {
            let response = TestRequest::suspend(&sim, &access_token, &user.id)
                .send(&sim)
                .await;
            assert_eq!(response.json()["id"], user.id.as_str());
        });
    }
    while let Some(outcome) = tasks.join_next().await {
        outcome.unwrap();
    }
    let suspended = sim
        .users()
        .into_iter()
        .filter(|user| user.state == State::Suspended);
    assert_eq!(suspended.count(), users.len() - 2);
    assert_eq!(sim.requests().len(), users.len() - 2);
}

#[tokio::test]
async fn a_request_sent_byte_by_byte_is_one_request() {
    let sim = start().await;
    let mut stream = connect(sim.url()).await.unwrap();
    for byte in TestRequest::token(&sim).bytes() {
        stream.write_all(&[byte]).await.unwrap();
        tokio::task::yield_now().await;
    }
    let mut raw = Vec::new();
    stream.read_to_end(&mut raw).await.unwrap();
    assert_eq!(TestResponse::parse(&raw).unwrap().status, 200);
    assert_eq!(sim.requests().len(), 1);
}

#[tokio::test]
async fn a_stopped_simulator_refuses_connections() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let mut open = connect(sim.url()).await.unwrap();
    sim.stop().await;
    let error = connect(sim.url()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionRefused);
    assert!(!matches!(open.read(&mut [0; 1]).await, Ok(1..)));
    assert_eq!(sim.tokens(), [access_token]);
    sim.stop().await;
}

#[tokio::test]
async fn a_dropped_simulator_refuses_connections() {
    let sim = start().await;
    let url = sim.url().to_owned();
    drop(sim);
    // The listener closes when the runtime next polls its task. Until then, a
    // connection can still enter its queue, and is reset later.
    let refused = async {
        while connect(&url).await.map_err(|error| error.kind()).err()
            != Some(ErrorKind::ConnectionRefused)
        {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(30), refused).await;
    waited.expect("connections are refused in time");
}

#[tokio::test]
async fn the_simulator_listens_on_loopback_only() {
    let sim = start().await;
    assert!(sim.url().starts_with("http://127.0.0.1:"));
}
