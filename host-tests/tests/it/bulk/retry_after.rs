//! `Retry-After` on one request of a bulk call: all others wait too.

use std::time::{Duration, Instant};

use host::{ChangeOptions, ErrorCode};
use host_tests::{Harness, by_id, unguarded};
use simulator::{Action, Endpoint, Fault, State};

use super::{
    account_check::assert_account_matches,
    interleave::{interleave, response_read},
    short_outcome::{
        ShortOutcome::{Changed, Failed, PossiblyApplied},
        short_outcomes, target_error,
    },
};

/// Number of concurrent requests.
const CONCURRENCY: usize = 4;

/// Response 429 with `Retry-After` in seconds.
fn wait(seconds: &str) -> Action {
    Action::Status {
        status: 429,
        headers: vec![("retry-after".to_owned(), seconds.to_owned())],
        body: Vec::new(),
    }
}

fn with_concurrency() -> ChangeOptions {
    ChangeOptions {
        concurrency: Some(4),
        ..unguarded()
    }
}

#[tokio::test]
async fn no_request_is_sent_until_the_wait_is_over() {
    for endpoint in [Endpoint::Get, Endpoint::Suspend] {
        let mut harness = Harness::new().await;
        let members = harness.members(20);
        let targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
        // Three requests are in flight when the fourth receives 429.
        let fault = Fault::new(Action::Hold).on(endpoint).skip(4);
        harness.simulator.fault(fault.times(CONCURRENCY - 1));
        harness
            .simulator
            .fault(Fault::new(wait("2")).on(endpoint).skip(4));
        let options = with_concurrency();
        let (simulator, instance) = (&harness.simulator, &mut harness.instance);
        let mut released = Instant::now();
        let report = interleave(instance.suspend_users(&targets, &options), async {
            simulator.held(CONCURRENCY - 1).await;
            response_read(&harness.records, 429).await;
            released = Instant::now();
            simulator.release();
        });
        let report = report.await.unwrap().unwrap();
        assert_eq!(short_outcomes(&report), [Changed; 20]);
        let mut requests = simulator.requests();
        let limited = requests
            .iter()
            .position(|request| request.status == Some(429));
        let limited = requests[limited.unwrap()].arrived;
        requests.retain(|request| request.arrived > released);
        let first = requests
            .iter()
            .map(|request| request.arrived)
            .min()
            .unwrap();
        assert!(first.duration_since(limited) >= Duration::from_secs(2));
    }
}

#[tokio::test]
async fn a_wait_beyond_the_deadline_ends_the_call_at_once() {
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
    let start = Instant::now();
    let report = harness.suspend_all(&targets, &options).await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(20));
    let limited = Failed(ErrorCode::RateLimited);
    assert_eq!(
        short_outcomes(&report),
        [
            &[Changed; 5][..],
            &[PossiblyApplied(ErrorCode::RateLimited)],
            &[limited; 6]
        ]
        .concat()
    );
    for index in 5..12 {
        let error = target_error(&report, index);
        assert_eq!(error.retry_after_ms, Some(3_600_000));
        assert!(error.retryable);
    }
    // Only one of the seven was requested.
    assert_eq!(harness.simulator.requests().len(), 1 + 12 + 6);
    assert_account_matches(&harness.simulator, &before, &ids, &report, State::Suspended);
}

#[tokio::test]
async fn repeated_429_responses_are_waited_for() {
    let mut harness = Harness::new().await;
    let members = harness.members(30);
    let targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
    for skip in [3, 6, 9, 12, 15] {
        let fault = Fault::new(wait("0")).on(Endpoint::Suspend).skip(skip);
        harness.simulator.fault(fault);
    }
    let report = harness
        .suspend_all(&targets, &with_concurrency())
        .await
        .unwrap();
    assert_eq!(short_outcomes(&report), [Changed; 30]);
    assert_eq!(report.requests, 1 + 30 + 30 + 5);
}
