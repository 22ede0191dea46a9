//! What somebody else does to the account in the middle of a call.

use host::{ChangeOptions, ErrorCode, Report, Target, UserState};
use host_tests::{Harness, by_email, by_id, unguarded};
use simulator::{Action, Endpoint, Fault, Permission, Simulator, State};

use super::{
    interleave::meanwhile,
    short_outcome::{
        Fate::{Changed, Failed},
        error, fates,
    },
};

/// Suspends the targets while something is done behind the client's back, after the look-up and before the changes.
async fn after_the_look_up(
    harness: &mut Harness,
    targets: &[Target],
    behind: impl FnOnce(&Simulator),
) -> Report {
    let (simulator, instance) = (&harness.simulator, &mut harness.instance);
    let fault = Fault::new(Action::Hold).on(Endpoint::Suspend);
    simulator.fault(fault);
    let options = ChangeOptions {
        concurrency: Some(1),
        ..unguarded()
    };
    let report = meanwhile(instance.suspend_users(targets, &options), async {
        simulator.held(1).await;
        behind(simulator);
        simulator.release();
    });
    report.await.unwrap().unwrap()
}

#[tokio::test]
async fn the_same_change_by_somebody_else_cannot_be_told_from_ours() {
    let mut harness = Harness::new().await;
    let id = harness.member().id;
    let report = after_the_look_up(&mut harness, &[by_id(&id)], |simulator| {
        simulator.set_state(&id, State::Suspended);
    })
    .await;
    assert_eq!(fates(&report), [Changed]);
    assert_eq!(report.targets[0].previous_state, Some(UserState::Active));
}

#[tokio::test]
async fn whoever_is_reactivated_in_between_is_suspended_all_the_same() {
    let mut harness = Harness::new().await;
    let members = harness.members(3);
    let targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
    let last = &members[2].id;
    let report = after_the_look_up(&mut harness, &targets, |simulator| {
        simulator.set_state(last, State::Suspended);
        simulator.set_state(last, State::Active);
    })
    .await;
    assert_eq!(fates(&report), [Changed; 3]);
    assert_eq!(
        harness.simulator.user(last).unwrap().state,
        State::Suspended
    );
}

#[tokio::test]
async fn a_user_who_is_deleted_in_between_is_not_found_and_the_others_are_changed() {
    let mut harness = Harness::new().await;
    let members = harness.members(4);
    let targets = [
        by_id(&members[0].id),
        by_id(&members[1].id),
        by_email(&members[2].email),
        by_id(&members[3].id),
    ];
    let report = after_the_look_up(&mut harness, &targets, |simulator| {
        simulator.remove_user(&members[1].id);
        simulator.remove_user(&members[2].id);
    })
    .await;
    let gone = Failed(ErrorCode::NotFound);
    assert_eq!(fates(&report), [Changed, gone, gone, Changed]);
    for (place, member) in [(1, &members[1]), (2, &members[2])] {
        assert_eq!(error(&report, place).status, Some(404));
        // As the look-up saw them.
        let target = &report.targets[place];
        assert_eq!(target.user.as_ref().unwrap().id, member.id);
        assert_eq!(target.previous_state, Some(UserState::Active));
    }
}

#[tokio::test]
async fn an_address_that_moves_to_somebody_else_changes_the_one_who_had_it() {
    let mut harness = Harness::new().await;
    let members = harness.members(2);
    let (one, other) = (&members[0], &members[1]);
    let report = after_the_look_up(&mut harness, &[by_email(&one.email)], |simulator| {
        simulator.set_email(&one.id, "gone@acme.example");
        simulator.set_email(&other.id, &one.email);
    })
    .await;
    assert_eq!(fates(&report), [Changed]);
    assert_eq!(report.targets[0].user.as_ref().unwrap().id, one.id);
    assert_eq!(
        harness.simulator.user(&other.id).unwrap().state,
        State::Active
    );
}

#[tokio::test]
async fn the_permission_to_change_may_be_taken_away_in_the_middle() {
    let mut harness = Harness::new().await;
    let members = harness.members(5);
    let targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
    let report = after_the_look_up(&mut harness, &targets, |simulator| {
        simulator.set_permissions([Permission::GetUser]);
    })
    .await;
    assert_eq!(fates(&report), [Failed(ErrorCode::PermissionDenied); 5]);
}
