//! Reuse of service instances: tokens, time, and replacement after a failure.

use std::{
    io::{self, Write},
    net::SocketAddr,
    time::{Duration, Instant},
};

use host::{ServerLimits, ServiceOptions};
use simulator::{Action, Endpoint, Fault};
use tokio::task::JoinSet;

use super::{
    deployment::{CONTAIN_KEY, Deployment, READ_KEY},
    raw_client::RawRequest,
};

/// Number of requests of a measurement.
const REQUESTS: usize = 50;

/// Starts a deployment that keeps this number of idle instances.
async fn keeping(instances: usize) -> Deployment {
    Deployment::with_limits(&[], ServerLimits::default(), |options| {
        options.max_idle(instances)
    })
    .await
}

/// Returns the median duration of a request.
async fn median(deployment: &Deployment) -> Duration {
    let request = RawRequest::get("/v1/users?page_size=1", READ_KEY);
    let mut times = Vec::new();
    for _ in 0..REQUESTS {
        let start = Instant::now();
        deployment.send(&request).await.value();
        times.push(start.elapsed());
    }
    times.sort_unstable();
    times[REQUESTS / 2]
}

#[tokio::test]
async fn a_kept_instance_uses_one_token_and_fresh_ones_one_each() {
    let (kept, fresh) = (keeping(1).await, keeping(0).await);
    let (quick, slow) = (median(&kept).await, median(&fresh).await);
    assert_eq!(kept.token_requests(), 1);
    assert_eq!(fresh.token_requests(), REQUESTS);
    // Not with `println!`, whose output the test harness shows for failed tests only.
    let ratio = slow.as_secs_f64() / quick.as_secs_f64();
    let line =
        format!("median of a list request: kept {quick:?}, fresh {slow:?}, ratio {ratio:.1}\n");
    io::stdout().lock().write_all(line.as_bytes()).ok();
}

/// Sends list requests that are all in progress at the same time, because the API delays its responses.
async fn send_concurrently(deployment: &Deployment, requests: usize) {
    let delay = Action::Delay(Duration::from_secs(2));
    let fault = Fault::new(delay).on(Endpoint::List).times(requests);
    deployment.simulator.fault(fault);
    let address = deployment.server.address();
    let mut clients = JoinSet::new();
    for _ in 0..requests {
        clients.spawn(async move {
            RawRequest::get("/v1/users", READ_KEY)
                .send(address)
                .await
                .value()
        });
    }
    clients.join_all().await;
}

#[tokio::test]
async fn no_more_instances_are_kept_than_configured() {
    let deployment = keeping(2).await;
    send_concurrently(&deployment, 5).await;
    assert_eq!(deployment.token_requests(), 5);
    // Two of the five instances were kept with their tokens.
    send_concurrently(&deployment, 3).await;
    assert_eq!(deployment.token_requests(), 6);
}

#[tokio::test]
async fn an_instance_is_kept_after_errors() {
    let deployment = keeping(1).await;
    deployment.assert_serves().await;
    for _ in 0..5 {
        let fault = Fault::new(Action::status(403)).on(Endpoint::List);
        deployment.simulator.fault(fault);
        let response = deployment
            .send(&RawRequest::get("/v1/users", READ_KEY))
            .await;
        response.problem(502, "other");
        let response = deployment
            .send(&RawRequest::get("/v1/users?x=1", READ_KEY))
            .await;
        response.problem(400, "invalid-argument");
        deployment.assert_serves().await;
    }
    assert_eq!(deployment.token_requests(), 1);
}

#[tokio::test]
async fn an_instance_that_traps_is_replaced() {
    // Enough memory to start, and too little for the request.
    let small = |options: ServiceOptions| options.max_idle(1).max_memory(3 << 16);
    let deployment = Deployment::with_limits(&[], ServerLimits::default(), small).await;
    let large = RawRequest::post("/v1/contain", CONTAIN_KEY)
        .with("content-type", "application/json")
        .body(format!("{{\"users\":[{}\"A\"]}}", "\"A\",".repeat(16_000)));
    let response = deployment.send(&large).await;
    response.problem(500, "component-failed");
    deployment
        .send(&RawRequest::new("GET", "/healthz"))
        .await
        .value();
}

#[tokio::test]
async fn an_instance_serves_a_thousand_requests_without_leaks() {
    let deployment = keeping(1).await;
    for _ in 0..1000 {
        deployment
            .send(&RawRequest::new("GET", "/healthz"))
            .await
            .value();
    }
    deployment.assert_serves().await;
}

/// Sends this number of reads, one after the other.
async fn read_in_turn(address: SocketAddr, id: &str, reads: usize) {
    let request = RawRequest::get(&format!("/v1/users/{id}"), READ_KEY);
    for _ in 0..reads {
        assert_eq!(request.send(address).await.value()["id"], id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn callers_share_the_tokens_of_the_instances_that_work_at_once() {
    for (callers, reads) in [(50, 20), (200, 5)] {
        let deployment = Deployment::new().await;
        let address = deployment.server.address();
        let id = deployment.simulator.owner().id;
        let mut clients = JoinSet::new();
        for _ in 0..callers {
            let id = id.clone();
            clients.spawn(async move { read_in_turn(address, &id, reads).await });
        }
        clients.join_all().await;
        let exchanges = deployment.token_requests();
        println!("{callers} callers with {reads} reads each: {exchanges} tokens");
        // Half of the instances read.
        assert!(exchanges <= 32, "{exchanges} tokens");
    }
}
