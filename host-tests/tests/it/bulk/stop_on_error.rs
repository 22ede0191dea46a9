//! Calls that stop at the first target that fails.

use host::{ChangeOptions, ErrorCode, Selector, UserState};
use host_tests::{Harness, by_email, by_id, unguarded};
use simulator::{Action, Endpoint, Fault, State};
use tokio::task::yield_now;

use super::{
    account_check::{count, expect_agreement},
    interleave::meanwhile,
    short_outcome::{
        Fate::{Changed, Failed, Skipped, Unchanged},
        count as fated, fates,
    },
};

fn stopping(concurrency: u8) -> ChangeOptions {
    ChangeOptions {
        stop_on_error: true,
        concurrency: Some(concurrency),
        ..unguarded()
    }
}

#[tokio::test]
async fn one_who_cannot_be_looked_up_stops_the_call_before_its_first_change() {
    let mut harness = Harness::new().await;
    let members = harness.members(3);
    harness
        .simulator
        .set_state(&members[1].id, State::Suspended);
    let not_found = Failed(ErrorCode::NotFound);
    let invalid = Failed(ErrorCode::InvalidArgument);
    for (wrong, failed) in [
        (by_id("NOBODY"), not_found),
        (by_email("nobody@acme.example"), not_found),
        (by_id(""), invalid),
        (by_email("no address"), invalid),
    ] {
        let targets = [
            by_id(&members[0].id),
            by_id(&members[1].id),
            by_email(&members[2].email),
            wrong,
        ];
        let report = harness.suspend_all(&targets, &stopping(1)).await.unwrap();
        let fates = fates(&report);
        assert_eq!((fates[0], fates[2], fates[3]), (Skipped, Skipped, failed));
        // Whether the look-up came so far as to see it.
        assert!([Skipped, Unchanged].contains(&fates[1]), "{fates:?}");
        assert_eq!(report.refused, None);
    }
    assert_eq!(count(&harness.simulator, Endpoint::Suspend), 0);
}

#[tokio::test]
async fn one_who_cannot_even_be_asked_for_stops_the_call_before_anybody_is_looked_up() {
    let mut harness = Harness::new().await;
    let members = harness.members(2);
    let targets = [
        by_id(&members[0].id),
        by_email(&members[1].email),
        by_id(".."),
    ];
    let report = harness.suspend_all(&targets, &stopping(4)).await.unwrap();
    let invalid = Failed(ErrorCode::InvalidArgument);
    assert_eq!(fates(&report), [Skipped, Skipped, invalid]);
    assert_eq!(count(&harness.simulator, Endpoint::List), 0);
    assert_eq!(count(&harness.simulator, Endpoint::Get), 0);
}

#[tokio::test]
async fn nothing_more_is_looked_up_after_one_who_is_not_there() {
    let mut harness = Harness::new().await;
    let members = harness.members(20);
    let mut targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
    targets.insert(2, by_id("NOBODY"));
    let report = harness.suspend_all(&targets, &stopping(1)).await.unwrap();
    assert_eq!(fated(&report, Skipped), 20);
    assert_eq!(count(&harness.simulator, Endpoint::Get), 3);
    // Those who were seen are shown.
    assert_eq!(report.targets[1].previous_state, Some(UserState::Active));
    assert_eq!(report.targets[3].previous_state, None);
}

#[tokio::test]
async fn a_guard_that_does_not_hold_stops_the_call_before_its_first_change() {
    let mut harness = Harness::new().await;
    let members = harness.members(3);
    let options = ChangeOptions {
        protect: vec![Selector::Id(members[2].id.clone())],
        ..stopping(4)
    };
    let targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
    let report = harness.suspend_all(&targets, &options).await.unwrap();
    let refused = Failed(ErrorCode::PreconditionFailed);
    assert_eq!(fates(&report), [Skipped, Skipped, refused]);
    assert_eq!(count(&harness.simulator, Endpoint::Suspend), 0);
}

#[tokio::test]
async fn a_change_that_fails_is_the_last_one_that_is_begun() {
    let mut harness = Harness::new().await;
    let members = harness.members(6);
    let owner = harness.simulator.owner();
    let mut targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
    targets.insert(2, by_id(&owner.id));
    let report = harness.suspend_all(&targets, &stopping(1)).await.unwrap();
    let refused = Failed(ErrorCode::LastOwner);
    assert_eq!(
        fates(&report),
        [
            Changed, Changed, refused, Skipped, Skipped, Skipped, Skipped
        ]
    );
    assert_eq!(count(&harness.simulator, Endpoint::Suspend), 3);
}

#[tokio::test]
async fn changes_in_flight_when_one_fails_are_reported_as_they_end() {
    let mut harness = Harness::new().await;
    let before = harness.simulator.users();
    let members = harness.members(12);
    let owner = harness.simulator.owner();
    let mut ids: Vec<_> = members.iter().map(|user| user.id.clone()).collect();
    ids.insert(0, owner.id.clone());
    let targets: Vec<_> = ids.iter().map(by_id).collect();
    // The owner's is refused while three others wait for their answers.
    for id in &ids[1..4] {
        let held = Fault::new(Action::Hold).on(Endpoint::Suspend).of_user(id);
        harness.simulator.fault(held);
    }
    let (simulator, instance) = (&harness.simulator, &mut harness.instance);
    let options = stopping(4);
    let report = meanwhile(instance.suspend_users(&targets, &options), async {
        simulator.held(3).await;
        // The refusal was read when its connection is closed.
        while simulator.connections() > 3 {
            yield_now().await;
        }
        simulator.release();
    });
    let report = report.await.unwrap().unwrap();
    assert_eq!(fates(&report)[0], Failed(ErrorCode::LastOwner));
    assert_eq!(fates(&report)[1..4], [Changed; 3]);
    assert_eq!(fates(&report)[4..], [Skipped; 9]);
    assert_eq!(count(simulator, Endpoint::Suspend), 4);
    expect_agreement(simulator, &before, &ids, &report, State::Suspended);
}
