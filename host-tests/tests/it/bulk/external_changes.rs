//! Changes of the account by others in the middle of a call.

use host::{ChangeOptions, ErrorCode, Report, Target, UserState};
use host_tests::{Harness, by_email, by_id, unguarded};
use simulator::{Action, Endpoint, Fault, Permission, Simulator, State};

use super::{
    interleave::interleave,
    short_outcome::{
        ShortOutcome::{Changed, Failed},
        short_outcomes, target_error,
    },
};

/// Suspends the targets, and changes the account after the look-up and before the first change.
async fn suspend_with_external_change(
    harness: &mut Harness,
    targets: &[Target],
    change: impl FnOnce(&Simulator),
) -> Report {
    let (simulator, instance) = (&harness.simulator, &mut harness.instance);
    let fault = Fault::new(Action::Hold).on(Endpoint::Suspend);
    simulator.fault(fault);
    let options = ChangeOptions {
        concurrency: Some(1),
        ..unguarded()
    };
    let report = interleave(instance.suspend_users(targets, &options), async {
        simulator.held(1).await;
        change(simulator);
        simulator.release();
    });
    report.await.unwrap().unwrap()
}

#[tokio::test]
async fn an_external_suspension_after_look_up_counts_as_changed() {
    let mut harness = Harness::new().await;
    let id = harness.member().id;
    let report = suspend_with_external_change(&mut harness, &[by_id(&id)], |simulator| {
        simulator.set_state(&id, State::Suspended);
    })
    .await;
    assert_eq!(short_outcomes(&report), [Changed]);
    assert_eq!(report.targets[0].previous_state, Some(UserState::Active));
}

#[tokio::test]
async fn a_user_reactivated_after_look_up_is_suspended() {
    let mut harness = Harness::new().await;
    let members = harness.members(3);
    let targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
    let last = &members[2].id;
    let report = suspend_with_external_change(&mut harness, &targets, |simulator| {
        simulator.set_state(last, State::Suspended);
        simulator.set_state(last, State::Active);
    })
    .await;
    assert_eq!(short_outcomes(&report), [Changed; 3]);
    assert_eq!(
        harness.simulator.user(last).unwrap().state,
        State::Suspended
    );
}

#[tokio::test]
async fn a_user_deleted_after_look_up_is_not_found() {
    let mut harness = Harness::new().await;
    let members = harness.members(4);
    let targets = [
        by_id(&members[0].id),
        by_id(&members[1].id),
        by_email(&members[2].email),
        by_id(&members[3].id),
    ];
    let report = suspend_with_external_change(&mut harness, &targets, |simulator| {
        simulator.remove_user(&members[1].id);
        simulator.remove_user(&members[2].id);
    })
    .await;
    let gone = Failed(ErrorCode::NotFound);
    assert_eq!(short_outcomes(&report), [Changed, gone, gone, Changed]);
    for (index, member) in [(1, &members[1]), (2, &members[2])] {
        assert_eq!(target_error(&report, index).status, Some(404));
        // User and state as found during look-up.
        let target = &report.targets[index];
        assert_eq!(target.user.as_ref().unwrap().id, member.id);
        assert_eq!(target.previous_state, Some(UserState::Active));
    }
}

#[tokio::test]
async fn an_address_moved_after_look_up_names_the_former_user() {
    let mut harness = Harness::new().await;
    let members = harness.members(2);
    let (one, other) = (&members[0], &members[1]);
    let report = suspend_with_external_change(&mut harness, &[by_email(&one.email)], |simulator| {
        simulator.set_email(&one.id, "gone@acme.example");
        simulator.set_email(&other.id, &one.email);
    })
    .await;
    assert_eq!(short_outcomes(&report), [Changed]);
    assert_eq!(report.targets[0].user.as_ref().unwrap().id, one.id);
    assert_eq!(
        harness.simulator.user(&other.id).unwrap().state,
        State::Active
    );
}

#[tokio::test]
async fn a_permission_removed_after_look_up_fails_every_target() {
    let mut harness = Harness::new().await;
    let members = harness.members(5);
    let targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
    let report = suspend_with_external_change(&mut harness, &targets, |simulator| {
        simulator.set_permissions([Permission::GetUser]);
    })
    .await;
    assert_eq!(
        short_outcomes(&report),
        [Failed(ErrorCode::PermissionDenied); 5]
    );
}
