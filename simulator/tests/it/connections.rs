//! Connections: kept alive, many at once, and none after the end.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use simulator::{Action, Fault, State};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;

use crate::client::{TestRequest, TestResponse, connect, start, token};

#[tokio::test]
async fn a_connection_is_kept_alive_until_a_fault_takes_it() {
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
            assert_ne!(read, 0, "closed early");
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
async fn many_connections_at_once_each_get_their_own_answer() {
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
async fn a_request_in_pieces_is_one_request() {
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
async fn nobody_is_served_after_the_stop() {
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
async fn a_simulator_that_is_dropped_stops() {
    let sim = start().await;
    let url = sim.url().to_owned();
    drop(sim);
    // The listener closes when the runtime next turns to it; a connection that
    // was still in its queue is reset.
    let refused = async {
        while connect(&url).await.map_err(|error| error.kind()).err()
            != Some(ErrorKind::ConnectionRefused)
        {
            tokio::task::yield_now().await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(30), refused).await;
    waited.expect("connections are still accepted");
}

#[tokio::test]
async fn it_listens_on_loopback_alone() {
    let sim = start().await;
    assert!(sim.url().starts_with("http://127.0.0.1:"));
}
