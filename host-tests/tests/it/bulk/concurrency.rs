//! Number of concurrent requests.

use host::{ChangeOptions, ErrorCode, Target};
use host_tests::{Harness, by_id, unguarded};
use simulator::{Action, Endpoint, Fault};
use tokio::task::yield_now;

use super::{
    account_check::count_requests,
    interleave::interleave,
    short_outcome::{ShortOutcome::Changed, short_outcomes},
};

fn with_concurrency(concurrency: Option<u8>) -> ChangeOptions {
    ChangeOptions {
        concurrency,
        ..unguarded()
    }
}

/// Returns a harness, and `count` targets of its account.
async fn targets(count: usize) -> (Harness, Vec<Target>) {
    let harness = Harness::new().await;
    let members = harness.members(count);
    let targets = members.into_iter().map(|user| by_id(user.id)).collect();
    (harness, targets)
}

#[tokio::test]
async fn concurrent_requests_reach_the_limit_and_not_more() {
    for (concurrency, expected) in [(None, 4), (Some(1), 1), (Some(5), 5), (Some(16), 16)] {
        for endpoint in [Endpoint::Get, Endpoint::Suspend] {
            let (mut harness, targets) = targets(3 * expected).await;
            let fault = Fault::new(Action::Hold).on(endpoint).times(expected);
            harness.simulator.fault(fault);
            let (simulator, instance) = (&harness.simulator, &mut harness.instance);
            let options = with_concurrency(concurrency);
            let report = interleave(instance.suspend_users(&targets, &options), async {
                simulator.held(expected).await;
                simulator.release();
            });
            let report = report.await.unwrap().unwrap();
            assert_eq!(short_outcomes(&report), vec![Changed; 3 * expected]);
            assert_eq!(simulator.max_in_flight(), expected, "{endpoint:?}");
        }
    }
}

#[tokio::test]
async fn fewer_targets_than_the_limit_run_at_the_same_time() {
    let (mut harness, targets) = targets(3).await;
    let fault = Fault::new(Action::Hold).on(Endpoint::Suspend).times(3);
    harness.simulator.fault(fault);
    let (simulator, instance) = (&harness.simulator, &mut harness.instance);
    let options = with_concurrency(Some(16));
    let report = interleave(instance.suspend_users(&targets, &options), async {
        simulator.held(3).await;
        simulator.release();
    });
    assert_eq!(
        short_outcomes(&report.await.unwrap().unwrap()),
        [Changed; 3]
    );
}

#[tokio::test]
async fn a_slow_target_does_not_delay_the_others() {
    let (mut harness, targets) = targets(20).await;
    let fault = Fault::new(Action::Hold).on(Endpoint::Suspend);
    harness.simulator.fault(fault);
    let (simulator, instance) = (&harness.simulator, &mut harness.instance);
    let options = with_concurrency(Some(2));
    let report = interleave(instance.suspend_users(&targets, &options), async {
        // All others are requested while the first one waits.
        while count_requests(simulator, Endpoint::Suspend) < 20 {
            yield_now().await;
        }
        simulator.held(1).await;
        simulator.release();
    });
    assert_eq!(
        short_outcomes(&report.await.unwrap().unwrap()),
        [Changed; 20]
    );
}

#[tokio::test]
async fn a_concurrency_out_of_range_is_rejected() {
    let (mut harness, targets) = targets(1).await;
    for concurrency in [0, 17, u8::MAX] {
        let options = with_concurrency(Some(concurrency));
        let error = harness.suspend_all(&targets, &options).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidArgument);
        assert_eq!(error.requests, 0);
    }
    assert!(harness.simulator.requests().is_empty());
}
