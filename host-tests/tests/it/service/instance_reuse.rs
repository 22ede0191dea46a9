//! Instances that are used again, and fresh ones: what that means for tokens and for time.

use std::{
    io::{self, Write},
    time::{Duration, Instant},
};

use host::{ServerLimits, ServiceOptions};
use simulator::{Action, Endpoint, Fault};
use tokio::task::JoinSet;

use super::{
    deployment::{CONTAIN, Deployment, READ},
    raw_client::Ask,
};

const REQUESTS: usize = 50;

async fn keeping(instances: usize) -> Deployment {
    Deployment::limited(&[], ServerLimits::default(), |options| {
        options.max_idle(instances)
    })
    .await
}

/// Half of so many requests took no longer than this.
async fn median(deployment: &Deployment) -> Duration {
    let ask = Ask::get("/v1/users?page_size=1", READ);
    let mut times = Vec::new();
    for _ in 0..REQUESTS {
        let begun = Instant::now();
        deployment.ask(&ask).await.value();
        times.push(begun.elapsed());
    }
    times.sort_unstable();
    times[REQUESTS / 2]
}

#[tokio::test]
async fn an_instance_that_is_kept_asks_for_one_token_and_fresh_ones_for_one_each() {
    let (kept, fresh) = (keeping(1).await, keeping(0).await);
    let (quick, slow) = (median(&kept).await, median(&fresh).await);
    assert_eq!(kept.token_requests(), 1);
    assert_eq!(fresh.token_requests(), REQUESTS);
    // Past the capture of tests: it is there to be read.
    let ratio = slow.as_secs_f64() / quick.as_secs_f64();
    let line = format!("a list: kept {quick:?}, fresh {slow:?}, {ratio:.1} times as long\n");
    io::stdout().lock().write_all(line.as_bytes()).ok();
}

/// Asks for so many pages, all of which are under way at the same time: the API takes long for them.
async fn at_once(deployment: &Deployment, requests: usize) {
    let long = Action::Delay(Duration::from_secs(2));
    let held = Fault::new(long).on(Endpoint::List).times(requests);
    deployment.simulator.fault(held);
    let address = deployment.server.address();
    let mut asking = JoinSet::new();
    for _ in 0..requests {
        asking.spawn(async move { Ask::get("/v1/users", READ).send(address).await.value() });
    }
    asking.join_all().await;
}

#[tokio::test]
async fn no_more_instances_are_kept_than_may_be() {
    let deployment = keeping(2).await;
    at_once(&deployment, 5).await;
    assert_eq!(deployment.token_requests(), 5);
    // Two of the five were kept, with their tokens.
    at_once(&deployment, 3).await;
    assert_eq!(deployment.token_requests(), 6);
}

#[tokio::test]
async fn an_instance_goes_on_after_refusals_and_failures() {
    let deployment = keeping(1).await;
    deployment.still_answers().await;
    for _ in 0..5 {
        let fault = Fault::new(Action::status(403)).on(Endpoint::List);
        deployment.simulator.fault(fault);
        let reply = deployment.ask(&Ask::get("/v1/users", READ)).await;
        reply.problem(502, "other");
        let reply = deployment.ask(&Ask::get("/v1/users?x=1", READ)).await;
        reply.problem(400, "invalid-argument");
        deployment.still_answers().await;
    }
    assert_eq!(deployment.token_requests(), 1);
}

#[tokio::test]
async fn an_instance_that_cannot_go_on_is_replaced() {
    // Room to start, and none for what is asked.
    let little = |options: ServiceOptions| options.max_idle(1).max_memory(3 << 16);
    let deployment = Deployment::limited(&[], ServerLimits::default(), little).await;
    let large = Ask::post("/v1/contain", CONTAIN)
        .with("content-type", "application/json")
        .body(format!("{{\"users\":[{}\"A\"]}}", "\"A\",".repeat(16_000)));
    let reply = deployment.ask(&large).await;
    reply.problem(500, "component-failed");
    deployment.ask(&Ask::new("GET", "/healthz")).await.value();
}

#[tokio::test]
async fn an_instance_holds_on_to_nothing_of_a_thousand_requests() {
    let deployment = keeping(1).await;
    for _ in 0..1000 {
        deployment.ask(&Ask::new("GET", "/healthz")).await.value();
    }
    deployment.still_answers().await;
}
