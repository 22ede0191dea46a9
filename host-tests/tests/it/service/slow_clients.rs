//! Slow and disconnected clients: time-outs, and service of other clients meanwhile.

use std::time::Duration;

use host::{ServerLimits, ServiceOptions};
use http::Request;
use http_body_util::{Channel, Empty};
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::timeout,
};

use super::{
    deployment::{CONTAIN_KEY, Deployment, keys, runtime, short_timeouts},
    raw_client::{RawRequest, RawResponse},
};

/// Maximum duration of a step of a test.
const TEST_TIMEOUT: Duration = Duration::from_secs(60);

/// Returns a valid request without its last bytes.
fn unfinished() -> Vec<u8> {
    let body = json!({ "users": ["A"] });
    let mut bytes = RawRequest::json("/v1/contain", CONTAIN_KEY, &body).bytes();
    bytes.truncate(bytes.len() - 5);
    bytes
}

/// Opens a connection, and sends bytes.
async fn begin(deployment: &Deployment, bytes: &[u8]) -> TcpStream {
    let stream = TcpStream::connect(deployment.server.address()).await;
    let mut stream = stream.expect("the server listens");
    stream.write_all(bytes).await.expect("the server reads");
    stream
}

/// Reads a connection until the server closes it.
async fn read_to_end(mut stream: TcpStream) -> Vec<u8> {
    let mut response = Vec::new();
    let read = timeout(TEST_TIMEOUT, stream.read_to_end(&mut response)).await;
    // A reset also ends the connection.
    read.expect("the server closes the connection").ok();
    response
}

#[tokio::test]
async fn a_missing_body_times_out_without_delaying_others() {
    let deployment = Deployment::with_limits(&[], short_timeouts(), |options| options).await;
    let mut slow = Vec::new();
    for _ in 0..20 {
        slow.push(begin(&deployment, &unfinished()).await);
    }
    deployment.assert_serves().await;
    for stream in slow {
        RawResponse::parse(&read_to_end(stream).await).problem(408, "too-slow");
    }
    deployment.assert_serves().await;
}

#[tokio::test]
async fn a_missing_head_closes_the_connection() {
    let deployment = Deployment::with_limits(&[], short_timeouts(), |options| options).await;
    // An idle connection is closed after its first response too.
    let request = RawRequest::new("GET", "/healthz")
        .without("connection")
        .bytes();
    let mut slow = Vec::new();
    for part in [
        &b""[..],
        b"GET /hea",
        b"GET /healthz HTTP/1.1\r\nhost: a\r\n",
        &request,
    ] {
        slow.push(begin(&deployment, part).await);
    }
    deployment.assert_serves().await;
    let mut responses = Vec::new();
    for stream in slow {
        responses.push(read_to_end(stream).await);
    }
    let last = responses.pop().expect("the last client sent a request");
    RawResponse::parse(&last).value();
    for response in responses {
        assert!(!response.starts_with(b"HTTP/1.1 2"), "{response:?}");
    }
}

#[tokio::test]
async fn a_disconnected_client_does_not_affect_others() {
    let deployment = Deployment::new().await;
    let request = unfinished();
    for length in [0, 1, request.len() / 2, request.len()] {
        drop(begin(&deployment, &request[..length]).await);
        deployment.assert_serves().await;
    }
}

#[tokio::test]
async fn the_longest_wait_makes_room_beyond_the_limit() {
    let few = ServerLimits {
        max_connections: 2,
        head_timeout: Duration::from_secs(300),
        ..ServerLimits::default()
    };
    let deployment = Deployment::with_limits(&[], few, |options| options).await;
    let first = begin(&deployment, b"GET").await;
    let second = begin(&deployment, b"GET").await;
    deployment.assert_serves().await;
    assert_eq!(read_to_end(first).await, b"");
    // The second connection is still open.
    let mut second = second;
    second
        .write_all(b" /healthz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")
        .await
        .expect("the connection is open");
    RawResponse::parse(&read_to_end(second).await).value();
}

#[tokio::test]
async fn a_client_that_does_not_read_is_disconnected() {
    let one = ServerLimits {
        max_connections: 1,
        ..short_timeouts()
    };
    let deployment = Deployment::with_limits(&[], one, |options| options).await;
    // More responses than the buffers of the connection hold.
    let request = RawRequest::get("/openapi.json", CONTAIN_KEY).without("connection");
    let many = request.bytes().repeat(2000);
    let stream = TcpStream::connect(deployment.server.address()).await;
    let (_unread, mut writing) = stream.expect("the server listens").into_split();
    let written = timeout(TEST_TIMEOUT, writing.write_all(&many)).await;
    // An error means that the server closed the connection.
    written.expect("the server does not block").ok();
    let next = timeout(TEST_TIMEOUT, deployment.assert_serves()).await;
    next.expect("the connection is closed");
}

#[tokio::test]
async fn the_component_itself_times_out_a_missing_body() {
    let (_sender, body) = Channel::<_, wasmtime_wasi_http::Error>::new(1);
    let environment = [("OP_SERVICE_KEYS".to_owned(), keys())];
    let service = runtime().service(ServiceOptions::new(environment).max_idle(1));
    let request = Request::post("/v1/contain")
        .header("host", "a")
        .header("authorization", format!("Bearer {CONTAIN_KEY}"))
        .header("content-type", "application/json")
        .body(body);
    let response = timeout(TEST_TIMEOUT, service.handle(request.expect("a request"))).await;
    let response = response
        .expect("in time")
        .expect("the component does not trap");
    assert_eq!(response.response.status(), 408);
    let health = Request::get("/healthz").header("host", "a");
    let health = health.body(Empty::new()).expect("a request");
    assert_eq!(
        service
            .handle(health)
            .await
            .expect("the component does not trap")
            .response
            .status(),
        200
    );
}
