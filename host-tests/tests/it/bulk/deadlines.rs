//! Deadlines that run out in the middle of a call.

use std::time::{Duration, Instant};

use host::{ChangeOptions, ErrorCode, Report};
use host_tests::{Harness, by_email, by_id, unguarded};
use simulator::{Action, Endpoint, Fault, State};

use super::{
    account_check::{count, expect_agreement},
    short_outcome::{
        Fate::{Changed, Failed, Uncertain},
        count as fated, error, fates,
    },
};

/// Long enough for what is answered at once, on any machine.
const DEADLINE: Duration = Duration::from_secs(3);
/// What a busy machine may add to that.
const MARGIN: Duration = Duration::from_secs(5);

const TIMED_OUT: ErrorCode = ErrorCode::TimedOut;

fn within(deadline: Duration, concurrency: u8) -> ChangeOptions {
    ChangeOptions {
        concurrency: Some(concurrency),
        deadline_ms: Some(u32::try_from(deadline.as_millis()).unwrap()),
        ..unguarded()
    }
}

/// A call of 20 ids, two at a time, under a fault, which takes until its deadline.
async fn timed_out(fault: Fault) -> (Harness, Report) {
    let mut harness = Harness::new().await;
    let before = harness.simulator.users();
    let members = harness.members(20);
    let ids: Vec<_> = members.into_iter().map(|user| user.id).collect();
    let targets: Vec<_> = ids.iter().map(by_id).collect();
    harness.simulator.fault(fault);
    let begun = Instant::now();
    let report = harness.suspend_all(&targets, &within(DEADLINE, 2)).await;
    let elapsed = begun.elapsed();
    assert!(
        (DEADLINE..DEADLINE + MARGIN).contains(&elapsed),
        "{elapsed:?}"
    );
    let report = report.unwrap();
    expect_agreement(&harness.simulator, &before, &ids, &report, State::Suspended);
    harness.simulator.clear_faults();
    // The next call does what is left.
    let again = harness.suspend_all(&targets, &unguarded()).await.unwrap();
    assert!(
        fates(&again)
            .iter()
            .all(|fate| !matches!(fate, Failed(_) | Uncertain(_)))
    );
    (harness, report)
}

#[tokio::test]
async fn changes_that_are_done_stay_done_and_the_others_say_what_is_known() {
    let never = Fault::new(Action::Hang).on(Endpoint::Suspend).skip(8);
    let (harness, report) = timed_out(never.always()).await;
    assert_eq!(fates(&report)[..8], [Changed; 8]);
    assert_eq!(fates(&report)[8..10], [Uncertain(TIMED_OUT); 2]);
    assert_eq!(fates(&report)[10..], [Failed(TIMED_OUT); 10]);
    for place in 10..20 {
        let error = error(&report, place);
        assert_eq!((error.requests, error.retryable), (0, true));
    }
    assert_eq!(report.requests, 1 + 20 + 10);
    drop(harness);
}

#[tokio::test]
async fn changes_that_were_made_and_never_confirmed_are_uncertain() {
    let unconfirmed = Action::after_apply(Action::Hang);
    let fault = Fault::new(unconfirmed).on(Endpoint::Suspend).skip(8);
    let (_, report) = timed_out(fault.always()).await;
    assert_eq!(fated(&report, Changed), 8);
    assert_eq!(fated(&report, Uncertain(TIMED_OUT)), 2);
    assert_eq!(fated(&report, Failed(TIMED_OUT)), 10);
}

#[tokio::test]
async fn those_whose_look_up_never_ends_keep_nobody_else_from_being_changed() {
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
    // Half of the time was for looking them up.
    assert_eq!(fates(&report)[..8], [Changed; 8]);
    assert_eq!(fates(&report)[8..], [Failed(TIMED_OUT); 12]);
    assert_eq!(count(&harness.simulator, Endpoint::Suspend), 8);
    assert!(
        report.targets[8..]
            .iter()
            .all(|target| target.user.is_none())
    );
}

#[tokio::test]
async fn a_list_that_never_ends_takes_the_time_of_those_named_by_id_too() {
    let mut harness = Harness::new().await;
    let members = harness.members(2);
    let targets = [by_email(&members[0].email), by_id(&members[1].id)];
    let never = Fault::new(Action::Hang).on(Endpoint::List).always();
    harness.simulator.fault(never);
    let begun = Instant::now();
    let options = within(Duration::from_secs(1), 4);
    let report = harness.suspend_all(&targets, &options).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(1) + MARGIN);
    assert_eq!(fates(&report), [Failed(TIMED_OUT); 2]);
}

#[tokio::test]
async fn without_time_for_a_token_nothing_is_tried() {
    let mut harness = Harness::new().await;
    let id = harness.member().id;
    let never = Fault::new(Action::Hang).on(Endpoint::Token).always();
    harness.simulator.fault(never);
    let begun = Instant::now();
    let options = within(Duration::from_secs(1), 4);
    let result = harness.suspend_all(&[by_id(&id)], &options).await;
    assert!(begun.elapsed() < Duration::from_secs(1) + MARGIN);
    assert_eq!(result.unwrap_err().code, TIMED_OUT);
}

#[tokio::test]
async fn the_deadline_of_the_call_is_in_place_of_that_of_the_settings() {
    let more = [("OP_USERS_DEADLINE_MS", "500")];
    let mut harness = Harness::with(|builder| builder, &more).await;
    let members = harness.members(2);
    let late = Action::Delay(Duration::from_millis(600));
    let late = Fault::new(late).on(Endpoint::Suspend).always();
    harness.simulator.fault(late);
    let targets = [by_id(&members[0].id)];
    let result = harness.suspend_all(&targets, &unguarded()).await;
    assert!(result.is_err() || fates(&result.unwrap()) != [Changed]);

    let targets = [by_id(&members[1].id)];
    let options = within(Duration::from_secs(30), 4);
    let report = harness.suspend_all(&targets, &options).await.unwrap();
    assert_eq!(fates(&report), [Changed]);
}

#[tokio::test]
async fn a_deadline_out_of_range_is_refused_before_anything_is_sent() {
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
