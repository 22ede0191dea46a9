//! How many requests are under way at once.

use host::{ChangeOptions, ErrorCode, Target};
use host_tests::{Harness, by_id, unguarded};
use simulator::{Action, Endpoint, Fault};
use tokio::task::yield_now;

use super::{
    account_check::count,
    interleave::meanwhile,
    short_outcome::{Fate::Changed, fates},
};

fn at_once(concurrency: Option<u8>) -> ChangeOptions {
    ChangeOptions {
        concurrency,
        ..unguarded()
    }
}

/// As many targets, and a harness whose account has them.
async fn targets(count: usize) -> (Harness, Vec<Target>) {
    let harness = Harness::new().await;
    let members = harness.members(count);
    let targets = members.into_iter().map(|user| by_id(user.id)).collect();
    (harness, targets)
}

#[tokio::test]
async fn as_many_requests_are_under_way_as_the_call_says_and_never_more() {
    for (concurrency, expected) in [(None, 4), (Some(1), 1), (Some(5), 5), (Some(16), 16)] {
        for endpoint in [Endpoint::Get, Endpoint::Suspend] {
            let (mut harness, targets) = targets(3 * expected).await;
            let fault = Fault::new(Action::Hold).on(endpoint).times(expected);
            harness.simulator.fault(fault);
            let (simulator, instance) = (&harness.simulator, &mut harness.instance);
            let options = at_once(concurrency);
            let report = meanwhile(instance.suspend_users(&targets, &options), async {
                simulator.held(expected).await;
                simulator.release();
            });
            let report = report.await.unwrap().unwrap();
            assert_eq!(fates(&report), vec![Changed; 3 * expected]);
            assert_eq!(simulator.max_in_flight(), expected, "{endpoint:?}");
        }
    }
}

#[tokio::test]
async fn fewer_targets_than_that_are_done_at_once() {
    let (mut harness, targets) = targets(3).await;
    let fault = Fault::new(Action::Hold).on(Endpoint::Suspend).times(3);
    harness.simulator.fault(fault);
    let (simulator, instance) = (&harness.simulator, &mut harness.instance);
    let options = at_once(Some(16));
    let report = meanwhile(instance.suspend_users(&targets, &options), async {
        simulator.held(3).await;
        simulator.release();
    });
    assert_eq!(fates(&report.await.unwrap().unwrap()), [Changed; 3]);
}

#[tokio::test]
async fn one_who_takes_long_holds_up_nobody_else() {
    let (mut harness, targets) = targets(20).await;
    let fault = Fault::new(Action::Hold).on(Endpoint::Suspend);
    harness.simulator.fault(fault);
    let (simulator, instance) = (&harness.simulator, &mut harness.instance);
    let options = at_once(Some(2));
    let report = meanwhile(instance.suspend_users(&targets, &options), async {
        // All others are asked for while the first one waits.
        while count(simulator, Endpoint::Suspend) < 20 {
            yield_now().await;
        }
        simulator.held(1).await;
        simulator.release();
    });
    assert_eq!(fates(&report.await.unwrap().unwrap()), [Changed; 20]);
}

#[tokio::test]
async fn a_concurrency_out_of_range_is_refused_before_anything_is_sent() {
    let (mut harness, targets) = targets(1).await;
    for concurrency in [0, 17, u8::MAX] {
        let options = at_once(Some(concurrency));
        let error = harness.suspend_all(&targets, &options).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidArgument);
        assert_eq!(error.requests, 0);
    }
    assert!(harness.simulator.requests().is_empty());
}
