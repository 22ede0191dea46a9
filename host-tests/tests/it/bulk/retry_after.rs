//! A server that asks one request to wait: all others of the call do.

use std::time::{Duration, Instant};

use host::{ChangeOptions, ErrorCode};
use host_tests::{Harness, by_id, unguarded};
use simulator::{Action, Endpoint, Fault, State};
use tokio::task::yield_now;

use super::{
    account_check::expect_agreement,
    interleave::meanwhile,
    short_outcome::{
        Fate::{Changed, Failed},
        error, fates,
    },
};

const CONCURRENCY: usize = 4;

fn wait(seconds: &str) -> Action {
    Action::Status {
        status: 429,
        headers: vec![("retry-after".to_owned(), seconds.to_owned())],
        body: Vec::new(),
    }
}

fn at_once() -> ChangeOptions {
    ChangeOptions {
        concurrency: Some(4),
        ..unguarded()
    }
}

#[tokio::test]
async fn no_request_but_those_in_flight_arrives_before_the_wait_is_over() {
    for endpoint in [Endpoint::Get, Endpoint::Suspend] {
        let mut harness = Harness::new().await;
        let members = harness.members(20);
        let targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
        // Three are under way when the fourth is told to wait.
        let fault = Fault::new(Action::Hold).on(endpoint).skip(4);
        harness.simulator.fault(fault.times(CONCURRENCY - 1));
        harness
            .simulator
            .fault(Fault::new(wait("2")).on(endpoint).skip(4));
        let options = at_once();
        let (simulator, instance) = (&harness.simulator, &mut harness.instance);
        let mut asked = Instant::now();
        let report = meanwhile(instance.suspend_users(&targets, &options), async {
            simulator.held(CONCURRENCY - 1).await;
            // It was read when its connection is closed.
            while simulator.connections() >= CONCURRENCY {
                yield_now().await;
            }
            asked = Instant::now();
            simulator.release();
        });
        let report = report.await.unwrap().unwrap();
        assert_eq!(fates(&report), [Changed; 20]);
        let mut requests = simulator.requests();
        let told = requests
            .iter()
            .position(|request| request.status == Some(429));
        let told = requests[told.unwrap()].arrived;
        requests.retain(|request| request.arrived > asked);
        let first = requests
            .iter()
            .map(|request| request.arrived)
            .min()
            .unwrap();
        assert!(first.duration_since(told) >= Duration::from_secs(2));
    }
}

#[tokio::test]
async fn a_wait_that_does_not_fit_into_the_deadline_ends_the_call_at_once() {
    let mut harness = Harness::new().await;
    let before = harness.simulator.users();
    let members = harness.members(12);
    let ids: Vec<_> = members.into_iter().map(|user| user.id).collect();
    let targets: Vec<_> = ids.iter().map(by_id).collect();
    let fault = Fault::new(wait("3600")).on(Endpoint::Suspend).skip(5);
    harness.simulator.fault(fault);
    let options = ChangeOptions {
        concurrency: Some(1),
        ..unguarded()
    };
    let begun = Instant::now();
    let report = harness.suspend_all(&targets, &options).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(20));
    let limited = Failed(ErrorCode::RateLimited);
    assert_eq!(fates(&report), [&[Changed; 5][..], &[limited; 7]].concat());
    for place in 5..12 {
        let error = error(&report, place);
        assert_eq!(error.retry_after_ms, Some(3_600_000));
        assert!(error.retryable);
    }
    // Only one of them was asked for.
    assert_eq!(harness.simulator.requests().len(), 1 + 12 + 6);
    expect_agreement(&harness.simulator, &before, &ids, &report, State::Suspended);
}

#[tokio::test]
async fn a_server_that_asks_again_and_again_is_waited_for_and_everybody_is_changed() {
    let mut harness = Harness::new().await;
    let members = harness.members(30);
    let targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
    for skip in [3, 6, 9, 12, 15] {
        let fault = Fault::new(wait("0")).on(Endpoint::Suspend).skip(skip);
        harness.simulator.fault(fault);
    }
    let report = harness.suspend_all(&targets, &at_once()).await.unwrap();
    assert_eq!(fates(&report), [Changed; 30]);
    assert_eq!(report.requests, 1 + 30 + 30 + 5);
}
