//! Deadlines that pass in the middle of a call.

use std::time::{Duration, Instant};

use host::{ChangeOptions, ErrorCode, Report};
use host_tests::{Harness, by_email, by_id, unguarded};
use simulator::{Action, Endpoint, Fault, State};

use super::{
    account_check::{assert_account_matches, count_requests},
    short_outcome::{
        ShortOutcome::{Changed, Failed, PossiblyApplied},
        count_outcomes, short_outcomes, target_error,
    },
};

/// Deadline that leaves time for every request without a fault, on a busy machine too.
const DEADLINE: Duration = Duration::from_secs(3);
/// Maximum time that a busy machine adds to the deadline.
const MARGIN: Duration = Duration::from_secs(5);

const TIMED_OUT: ErrorCode = ErrorCode::TimedOut;

fn within(deadline: Duration, concurrency: u8) -> ChangeOptions {
    ChangeOptions {
        concurrency: Some(concurrency),
        deadline_ms: Some(u32::try_from(deadline.as_millis()).unwrap()),
        ..unguarded()
    }
}

/// Suspends 20 users, two at a time, under a fault that lasts until the deadline.
async fn timed_out(fault: Fault) -> (Harness, Report) {
    let mut harness = Harness::new().await;
    let before = harness.simulator.users();
    let members = harness.members(20);
    let ids: Vec<_> = members.into_iter().map(|user| user.id).collect();
    let targets: Vec<_> = ids.iter().map(by_id).collect();
    harness.simulator.fault(fault);
    let start = Instant::now();
    let report = harness.suspend_all(&targets, &within(DEADLINE, 2)).await;
    let elapsed = start.elapsed();
    assert!(
        (DEADLINE..DEADLINE + MARGIN).contains(&elapsed),
        "{elapsed:?}"
    );
    let report = report.unwrap();
    assert_account_matches(&harness.simulator, &before, &ids, &report, State::Suspended);
    harness.simulator.clear_faults();
    // The next call makes the remaining changes.
    let again = harness.suspend_all(&targets, &unguarded()).await.unwrap();
    assert!(
        short_outcomes(&again)
            .iter()
            .all(|outcome| !matches!(outcome, Failed(_) | PossiblyApplied(_)))
    );
    (harness, report)
}

#[tokio::test]
async fn completed_changes_are_reported_at_the_deadline() {
    let never = Fault::new(Action::Hang).on(Endpoint::Suspend).skip(8);
    let (harness, report) = timed_out(never.always()).await;
    assert_eq!(short_outcomes(&report)[..8], [Changed; 8]);
    assert_eq!(
        short_outcomes(&report)[8..10],
        [PossiblyApplied(TIMED_OUT); 2]
    );
    assert_eq!(short_outcomes(&report)[10..], [Failed(TIMED_OUT); 10]);
    for index in 10..20 {
        let error = target_error(&report, index);
        assert_eq!((error.requests, error.retryable), (0, true));
    }
    assert_eq!(report.requests, 1 + 20 + 10);
    drop(harness);
}

#[tokio::test]
async fn unconfirmed_changes_are_possibly_applied() {
    let unconfirmed = Action::after_apply(Action::Hang);
    let fault = Fault::new(unconfirmed).on(Endpoint::Suspend).skip(8);
    let (_, report) = timed_out(fault.always()).await;
    assert_eq!(count_outcomes(&report, Changed), 8);
    assert_eq!(count_outcomes(&report, PossiblyApplied(TIMED_OUT)), 2);
    assert_eq!(count_outcomes(&report, Failed(TIMED_OUT)), 10);
}

#[tokio::test]
async fn a_look_up_that_never_ends_leaves_time_for_changes() {
    let mut harness = Harness::new().await;
    let ids: Vec<_> = harness
        .members(20)
        .into_iter()
        .map(|user| user.id)
        .collect();
    let targets: Vec<_> = ids.iter().map(by_id).collect();
    let never = Fault::new(Action::Hang).on(Endpoint::Get).skip(8).always();
    harness.simulator.fault(never);
    let options = within(DEADLINE, 2);
    let report = harness.suspend_all(&targets, &options).await.unwrap();
    // Half of the time is reserved for the changes.
    assert_eq!(short_outcomes(&report)[..8], [Changed; 8]);
    assert_eq!(short_outcomes(&report)[8..], [Failed(TIMED_OUT); 12]);
    assert_eq!(count_requests(&harness.simulator, Endpoint::Suspend), 8);
    assert!(
        report.targets[8..]
            .iter()
            .all(|target| target.user.is_none())
    );
}

#[tokio::test]
async fn a_list_that_never_ends_times_out_every_target() {
    let mut harness = Harness::new().await;
    let members = harness.members(2);
    let targets = [by_email(&members[0].email), by_id(&members[1].id)];
    let never = Fault::new(Action::Hang).on(Endpoint::List).always();
    harness.simulator.fault(never);
    let start = Instant::now();
    let options = within(Duration::from_secs(1), 4);
    let report = harness.suspend_all(&targets, &options).await.unwrap();
    assert!(start.elapsed() < Duration::from_secs(1) + MARGIN);
    assert_eq!(short_outcomes(&report), [Failed(TIMED_OUT); 2]);
}

#[tokio::test]
async fn a_token_exchange_that_times_out_fails_the_call() {
    let mut harness = Harness::new().await;
    let id = harness.member().id;
    let never = Fault::new(Action::Hang).on(Endpoint::Token).always();
    harness.simulator.fault(never);
    let start = Instant::now();
    let options = within(Duration::from_secs(1), 4);
    let result = harness.suspend_all(&[by_id(&id)], &options).await;
    assert!(start.elapsed() < Duration::from_secs(1) + MARGIN);
    assert_eq!(result.unwrap_err().code, TIMED_OUT);
}

#[tokio::test]
async fn a_deadline_of_the_call_replaces_that_of_the_settings() {
    let variables = [("OP_USERS_DEADLINE_MS", "500")];
    let mut harness = Harness::with(|builder| builder, &variables).await;
    let members = harness.members(2);
    let late = Action::Delay(Duration::from_millis(600));
    let late = Fault::new(late).on(Endpoint::Suspend).always();
    harness.simulator.fault(late);
    let targets = [by_id(&members[0].id)];
    let result = harness.suspend_all(&targets, &unguarded()).await;
    assert!(result.is_err() || short_outcomes(&result.unwrap()) != [Changed]);

    let targets = [by_id(&members[1].id)];
    let options = within(Duration::from_secs(30), 4);
    let report = harness.suspend_all(&targets, &options).await.unwrap();
    assert_eq!(short_outcomes(&report), [Changed]);
}

#[tokio::test]
async fn a_deadline_out_of_range_is_rejected() {
    let mut harness = Harness::new().await;
    let id = harness.member().id;
    for deadline_ms in [0, 3_600_001, u32::MAX] {
        let options = ChangeOptions {
            deadline_ms: Some(deadline_ms),
            ..unguarded()
        };
        let error = harness
            .suspend_all(&[by_id(&id)], &options)
            .await
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidArgument);
    }
    assert!(harness.simulator.requests().is_empty());
}
