//! Callers who are slow or break off: they are bounded, and others are served meanwhile.

use std::time::{Duration, Instant};

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
    deployment::{CONTAIN, Deployment, impatient, keys, runtime},
    raw_client::{Ask, Reply},
};

/// Long enough for any machine; nothing waits for it unless it fails.
const PATIENCE: Duration = Duration::from_secs(60);

/// A good request without its end.
fn unfinished() -> Vec<u8> {
    let order = json!({ "users": ["A"] });
    let mut bytes = Ask::json("/v1/contain", CONTAIN, &order).bytes();
    bytes.truncate(bytes.len() - 5);
    bytes
}

/// A connection on which this much was sent.
async fn begin(deployment: &Deployment, bytes: &[u8]) -> TcpStream {
    let stream = TcpStream::connect(deployment.server.address()).await;
    let mut stream = stream.expect("the server listens");
    stream.write_all(bytes).await.expect("the server reads");
    stream
}

/// What is answered on it until the server closes it.
async fn end(mut stream: TcpStream) -> Vec<u8> {
    let mut answer = Vec::new();
    let read = timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    // A reset is an end, too.
    read.expect("the server ends it").ok();
    answer
}

#[tokio::test]
async fn a_body_that_does_not_come_is_answered_and_nobody_waits_for_it() {
    let deployment = Deployment::limited(&[], impatient(), |options| options).await;
    let mut slow = Vec::new();
    for _ in 0..20 {
        slow.push(begin(&deployment, &unfinished()).await);
    }
    deployment.still_answers().await;
    for stream in slow {
        Reply::parse(&end(stream).await).problem(408, "too-slow");
    }
    deployment.still_answers().await;
}

#[tokio::test]
async fn a_head_that_does_not_come_ends_the_connection() {
    let deployment = Deployment::limited(&[], impatient(), |options| options).await;
    // Nor does a connection stay open for ever after its first answer.
    let asked = Ask::new("GET", "/healthz").without("connection").bytes();
    let mut slow = Vec::new();
    for part in [
        &b""[..],
        b"GET /hea",
        b"GET /healthz HTTP/1.1\r\nhost: a\r\n",
        &asked,
    ] {
        slow.push(begin(&deployment, part).await);
    }
    deployment.still_answers().await;
    let mut answers = Vec::new();
    for stream in slow {
        answers.push(end(stream).await);
    }
    let last = answers.pop().expect("the last one asked");
    Reply::parse(&last).value();
    for answer in answers {
        assert!(!answer.starts_with(b"HTTP/1.1 2"), "{answer:?}");
    }
}

#[tokio::test]
async fn a_caller_who_goes_away_in_the_middle_harms_nobody() {
    let deployment = Deployment::new().await;
    let request = unfinished();
    for length in [0, 1, request.len() / 2, request.len()] {
        drop(begin(&deployment, &request[..length]).await);
        deployment.still_answers().await;
    }
}

#[tokio::test]
async fn more_connections_than_there_may_be_wait_for_a_place() {
    let few = ServerLimits {
        max_connections: 2,
        ..impatient()
    };
    let deployment = Deployment::limited(&[], few, |options| options).await;
    let begun = Instant::now();
    let first = begin(&deployment, b"GET").await;
    let second = begin(&deployment, b"GET").await;
    // It is answered when one of the others has ended, which is when its head did not come.
    deployment.still_answers().await;
    assert!(begun.elapsed() >= few.head_timeout, "{:?}", begun.elapsed());
    for stream in [first, second] {
        end(stream).await;
    }
}

#[tokio::test]
async fn a_caller_who_does_not_take_the_answer_is_left() {
    let one = ServerLimits {
        max_connections: 1,
        ..impatient()
    };
    let deployment = Deployment::limited(&[], one, |options| options).await;
    // So many answers fit into no buffer.
    let ask = Ask::get("/openapi.json", CONTAIN).without("connection");
    let many = ask.bytes().repeat(2000);
    let stream = TcpStream::connect(deployment.server.address()).await;
    let (_unread, mut writing) = stream.expect("the server listens").into_split();
    let written = timeout(PATIENCE, writing.write_all(&many)).await;
    // Either all of it was taken, or the server has closed the connection.
    written.expect("the server goes on").ok();
    let next = timeout(PATIENCE, deployment.still_answers()).await;
    next.expect("the place is free again");
}

#[tokio::test]
async fn without_the_server_the_component_itself_gives_up_a_body_that_does_not_come() {
    let (_sender, body) = Channel::<_, wasmtime_wasi_http::Error>::new(1);
    let environment = [("OP_SERVICE_KEYS".to_owned(), keys())];
    let service = runtime().service(ServiceOptions::new(environment).max_idle(1));
    let request = Request::post("/v1/contain")
        .header("host", "a")
        .header("authorization", format!("Bearer {CONTAIN}"))
        .header("content-type", "application/json")
        .body(body);
    let answer = timeout(PATIENCE, service.handle(request.expect("a request"))).await;
    let answer = answer.expect("in time").expect("the component runs");
    assert_eq!(answer.status(), 408);
    let health = Request::get("/healthz").header("host", "a");
    let health = health.body(Empty::new()).expect("a request");
    assert_eq!(service.handle(health).await.expect("it runs").status(), 200);
}
