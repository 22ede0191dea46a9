//! Requests without a valid key: they get little time, and hold up no one.

use std::time::{Duration, Instant};

use host::ServerLimits;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::{
    deployment::{CONTAIN_KEY, Deployment, short_timeouts, webhook},
    raw_client::{RawRequest, RawResponse},
    webhooks::now,
};

/// Maximum duration of a step of a test.
const TEST_TIMEOUT: Duration = Duration::from_secs(60);

/// Opens a connection, sends the head of a request and part of its body, and keeps the connection open.
async fn begin(deployment: &Deployment, request: &RawRequest) -> TcpStream {
    let mut bytes = request.bytes();
    bytes.truncate(bytes.len() - 5);
    let stream = TcpStream::connect(deployment.server.address()).await;
    let mut stream = stream.expect("the server listens");
    // Fails if the connection had to make room already.
    stream.write_all(&bytes).await.ok();
    stream
}

async fn read(mut stream: TcpStream) -> RawResponse {
    let mut response = Vec::new();
    let read = timeout(TEST_TIMEOUT, stream.read_to_end(&mut response)).await;
    read.expect("the server closes the connection").ok();
    RawResponse::parse(&response)
}

/// Limits that no test waits for.
fn long_timeouts() -> ServerLimits {
    let long = Duration::from_secs(300);
    ServerLimits {
        head_timeout: long,
        body_timeout: long,
        unknown_body_timeout: long,
        ..ServerLimits::default()
    }
}

#[tokio::test]
async fn a_request_without_a_key_is_rejected_before_its_body() {
    let deployment = Deployment::with_limits(&[], long_timeouts(), |options| options).await;
    let body = json!({ "users": ["A"] });
    let keyed = |key| RawRequest::json("/v1/contain", key, &body);
    let stale = webhook(0, "msg_1", now() - 330, &body);
    for (request, status) in [
        (keyed("unknown"), 401),
        (keyed(CONTAIN_KEY).without("authorization"), 401),
        (keyed(super::deployment::READ_KEY), 403),
        (keyed(CONTAIN_KEY).with("content-encoding", "gzip"), 415),
        (stale, 401),
        (webhook(0, "msg_1", now(), &body).without("webhook-id"), 401),
    ] {
        let stream = begin(&deployment, &request).await;
        assert_eq!(read(stream).await.status, status);
    }
}

#[tokio::test]
async fn three_hundred_missing_bodies_do_not_delay_health() {
    let deployment = Deployment::with_limits(&[], long_timeouts(), |options| options).await;
    let body = json!({ "users": ["A"] });
    let health = RawRequest::new("GET", "/healthz");
    let mut slow = Vec::new();
    for index in 0..300 {
        // Their headers cannot be told from those of a sender.
        let request = webhook(0, &format!("msg_{index}"), now(), &body);
        slow.push(begin(&deployment, &request).await);
    }
    for _ in 0..300 {
        let half = TcpStream::connect(deployment.server.address()).await;
        let mut half = half.expect("the server listens");
        half.write_all(b"POST /v1/contain HTTP/1.1\r\nhost:")
            .await
            .ok();
        slow.push(half);
    }
    let start = Instant::now();
    deployment.send(&health).await.value();
    let elapsed = start.elapsed();
    println!("/healthz took {elapsed:?} beside 600 slow connections");
    assert!(elapsed < Duration::from_secs(5), "{elapsed:?}");
}

#[tokio::test]
async fn a_missing_body_of_a_webhook_times_out_early() {
    let limits = ServerLimits {
        body_timeout: Duration::from_secs(300),
        ..short_timeouts()
    };
    let deployment = Deployment::with_limits(&[], limits, |options| options).await;
    let body = json!({ "users": ["A"] });
    let stream = begin(&deployment, &webhook(0, "msg_1", now(), &body)).await;
    read(stream).await.problem(408, "too-slow");
}

#[tokio::test]
async fn slow_reads_leave_room_for_changes_and_health() {
    use simulator::{Action, Endpoint, Fault};

    let deployment = Deployment::with_limits(&[], ServerLimits::default(), |options| {
        options.max_instances(2)
    })
    .await;
    deployment
        .simulator
        .fault(Fault::new(Action::Hold).on(Endpoint::List).times(1));
    let address = deployment.server.address();
    let list = || async move {
        RawRequest::get("/v1/users", super::deployment::READ_KEY)
            .send(address)
            .await
    };
    let (first, second) = (tokio::spawn(list()), tokio::spawn(list()));
    deployment.simulator.held(1).await;
    deployment
        .send(&RawRequest::new("GET", "/healthz"))
        .await
        .value();
    let id = deployment.members()[0].id.clone();
    deployment.contain(&[&id]).await.value();
    deployment.simulator.release();
    first.await.expect("no panic").value();
    second.await.expect("no panic").value();
}
