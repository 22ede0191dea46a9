//! `stop-on-error`: calls that stop at the first failed target.

use host::{ChangeOptions, ErrorCode, Selector, UserState};
use host_tests::{Harness, by_email, by_id, unguarded};
use simulator::{Action, Endpoint, Fault, State};

use super::{
    account_check::{assert_account_matches, count_requests},
    interleave::{interleave, response_read},
    short_outcome::{
        ShortOutcome::{Changed, Failed, Skipped, Unchanged},
        count_outcomes, short_outcomes,
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
async fn a_failed_look_up_stops_the_call_before_any_change() {
    let mut harness = Harness::new().await;
    let members = harness.members(3);
    harness
        .simulator
        .set_state(&members[1].id, State::Suspended);
    let not_found = Failed(ErrorCode::NotFound);
    let invalid = Failed(ErrorCode::InvalidArgument);
    for (wrong, failed) in [
        (by_id("UNKNOWN"), not_found),
        (by_email("unknown@acme.example"), not_found),
        (by_id(""), invalid),
        (by_email("not an address"), invalid),
    ] {
        let targets = [
            by_id(&members[0].id),
            by_id(&members[1].id),
            by_email(&members[2].email),
            wrong,
        ];
        let report = harness.suspend_all(&targets, &stopping(1)).await.unwrap();
        let outcomes = short_outcomes(&report);
        assert_eq!(
            (outcomes[0], outcomes[2], outcomes[3]),
            (Skipped, Skipped, failed)
        );
        // Unchanged if the look-up of this target ended before the failure.
        assert!([Skipped, Unchanged].contains(&outcomes[1]), "{outcomes:?}");
        assert_eq!(report.refused, None);
    }
    assert_eq!(count_requests(&harness.simulator, Endpoint::Suspend), 0);
}

#[tokio::test]
async fn a_malformed_target_stops_the_call_before_the_look_up() {
    let mut harness = Harness::new().await;
    let members = harness.members(2);
    let targets = [
        by_id(&members[0].id),
        by_email(&members[1].email),
        by_id(".."),
    ];
    let report = harness.suspend_all(&targets, &stopping(4)).await.unwrap();
    let invalid = Failed(ErrorCode::InvalidArgument);
    assert_eq!(short_outcomes(&report), [Skipped, Skipped, invalid]);
    assert_eq!(count_requests(&harness.simulator, Endpoint::List), 0);
    assert_eq!(count_requests(&harness.simulator, Endpoint::Get), 0);
}

#[tokio::test]
async fn an_unknown_user_ends_the_look_up() {
    let mut harness = Harness::new().await;
    let members = harness.members(20);
    let mut targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
    targets.insert(2, by_id("UNKNOWN"));
    let report = harness.suspend_all(&targets, &stopping(1)).await.unwrap();
    assert_eq!(count_outcomes(&report, Skipped), 20);
    assert_eq!(count_requests(&harness.simulator, Endpoint::Get), 3);
    // Targets looked up before the failure have their state.
    assert_eq!(report.targets[1].previous_state, Some(UserState::Active));
    assert_eq!(report.targets[3].previous_state, None);
}

#[tokio::test]
async fn a_violated_guard_stops_the_call_before_any_change() {
    let mut harness = Harness::new().await;
    let members = harness.members(3);
    let options = ChangeOptions {
        protect: vec![Selector::Id(members[2].id.clone())],
        ..stopping(4)
    };
    let targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
    let report = harness.suspend_all(&targets, &options).await.unwrap();
    let refused = Failed(ErrorCode::Protected);
    assert_eq!(short_outcomes(&report), [Skipped, Skipped, refused]);
    assert_eq!(count_requests(&harness.simulator, Endpoint::Suspend), 0);
}

#[tokio::test]
async fn no_change_is_started_after_a_failed_one() {
    let mut harness = Harness::new().await;
    let members = harness.members(6);
    let owner = harness.simulator.owner();
    let mut targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
    targets.insert(2, by_id(&owner.id));
    let report = harness.suspend_all(&targets, &stopping(1)).await.unwrap();
    let refused = Failed(ErrorCode::LastOwner);
    assert_eq!(
        short_outcomes(&report),
        [
            Changed, Changed, refused, Skipped, Skipped, Skipped, Skipped
        ]
    );
    assert_eq!(count_requests(&harness.simulator, Endpoint::Suspend), 3);
}

#[tokio::test]
async fn changes_in_flight_at_a_failure_are_reported() {
    let mut harness = Harness::new().await;
    let before = harness.simulator.users();
    let members = harness.members(12);
    let owner = harness.simulator.owner();
    let mut ids: Vec<_> = members.iter().map(|user| user.id.clone()).collect();
    ids.insert(0, owner.id.clone());
    let targets: Vec<_> = ids.iter().map(by_id).collect();
    // The change of the owner fails while three others wait for their responses.
    for id in &ids[1..4] {
        let held = Fault::new(Action::Hold).on(Endpoint::Suspend).of_user(id);
        harness.simulator.fault(held);
    }
    let (simulator, instance) = (&harness.simulator, &mut harness.instance);
    let options = stopping(4);
    let report = interleave(instance.suspend_users(&targets, &options), async {
        simulator.held(3).await;
        response_read(&harness.records, 403).await;
        simulator.release();
    });
    let report = report.await.unwrap().unwrap();
    assert_eq!(short_outcomes(&report)[0], Failed(ErrorCode::LastOwner));
    assert_eq!(short_outcomes(&report)[1..4], [Changed; 3]);
    assert_eq!(short_outcomes(&report)[4..], [Skipped; 9]);
    assert_eq!(count_requests(simulator, Endpoint::Suspend), 4);
    assert_account_matches(simulator, &before, &ids, &report, State::Suspended);
}
