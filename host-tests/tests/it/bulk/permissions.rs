//! Containing people with an application that may change them and not look at them.

use host::{ChangeOptions, ErrorCode, Selector, Target, UserState};
use host_tests::{Harness, by_email, by_id, unguarded};
use simulator::{Action, Endpoint, Fault, Permission, State};

use super::{
    account_check::count,
    interleave::meanwhile,
    short_outcome::{
        Fate::{Changed, Failed, Unchanged},
        fates,
    },
};

/// An account whose application may suspend and list, and not get.
async fn blind() -> Harness {
    let permissions = [Permission::ListUsers, Permission::SuspendUsers];
    Harness::with(|builder| builder.permissions(permissions), &[]).await
}

#[tokio::test]
async fn changes_are_made_without_looking_and_nobody_knows_the_state_before() {
    let mut harness = blind().await;
    let members = harness.members(12);
    harness
        .simulator
        .set_state(&members[5].id, State::Suspended);
    let targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
    let report = harness.suspend_all(&targets, &unguarded()).await.unwrap();
    assert_eq!(fates(&report), [Changed; 12]);
    for (target, member) in report.targets.iter().zip(&members) {
        let user = target.user.as_ref().unwrap();
        assert_eq!((&user.id, &user.state), (&member.id, &UserState::Suspended));
        assert_eq!(target.previous_state, None);
    }
    assert_eq!(count(&harness.simulator, Endpoint::Suspend), 12);
}

#[tokio::test]
async fn the_gets_that_are_wasted_are_those_in_flight_at_most() {
    for concurrency in [1, 4, 16] {
        let mut harness = blind().await;
        let members = harness.members(40);
        let targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
        let options = ChangeOptions {
            concurrency: Some(concurrency),
            ..unguarded()
        };
        harness.suspend_all(&targets, &options).await.unwrap();
        let wasted = count(&harness.simulator, Endpoint::Get);
        assert!((1..=usize::from(concurrency)).contains(&wasted), "{wasted}");
    }
}

#[tokio::test]
async fn guards_by_e_mail_refuse_what_they_cannot_check() {
    let mut harness = blind().await;
    let members = harness.members(3);
    let expecting = Target {
        expect_email: Some(members[0].email.clone()),
        ..by_id(&members[0].id)
    };
    let targets = [expecting, by_id(&members[1].id)];
    let refused = Failed(ErrorCode::PreconditionFailed);
    let report = harness.suspend_all(&targets, &unguarded()).await.unwrap();
    assert_eq!(fates(&report), [refused, Changed]);

    // Who was found on the list can be compared.
    let protecting = |who| ChangeOptions {
        protect: vec![who],
        ..unguarded()
    };
    let targets = [by_id(&members[0].id), by_email(&members[2].email)];
    let options = protecting(Selector::Email("boss@acme.example".into()));
    let report = harness.suspend_all(&targets, &options).await.unwrap();
    assert_eq!(fates(&report), [refused, Changed]);

    // An id can be compared with an id.
    let options = protecting(Selector::Id(members[0].id.clone()));
    let targets = [by_id(&members[0].id), by_id(&members[1].id)];
    let report = harness.suspend_all(&targets, &options).await.unwrap();
    assert_eq!(fates(&report), [refused, Changed]);
}

#[tokio::test]
async fn who_is_named_by_e_mail_is_seen_on_the_list() {
    let mut harness = blind().await;
    let members = harness.members(2);
    harness
        .simulator
        .set_state(&members[1].id, State::Suspended);
    let targets: Vec<_> = members.iter().map(|user| by_email(&user.email)).collect();
    let report = harness.suspend_all(&targets, &unguarded()).await.unwrap();
    assert_eq!(fates(&report), [Changed, Unchanged]);
    assert_eq!(report.targets[0].previous_state, Some(UserState::Active));
    assert_eq!(count(&harness.simulator, Endpoint::Get), 0);
}

#[tokio::test]
async fn without_the_permission_to_list_only_those_named_by_id_are_changed() {
    let permissions = [Permission::GetUser, Permission::SuspendUsers];
    let mut harness = Harness::with(|builder| builder.permissions(permissions), &[]).await;
    let members = harness.members(3);
    let targets = [
        by_email(&members[0].email),
        by_id(&members[1].id),
        by_email(&members[2].email),
    ];
    let report = harness.suspend_all(&targets, &unguarded()).await.unwrap();
    let denied = Failed(ErrorCode::PermissionDenied);
    assert_eq!(fates(&report), [denied, Changed, denied]);
    assert_eq!(count(&harness.simulator, Endpoint::List), 1);
}

#[tokio::test]
async fn the_permission_to_look_may_be_taken_away_in_the_middle() {
    let mut harness = Harness::new().await;
    let members = harness.members(10);
    let targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
    let options = ChangeOptions {
        concurrency: Some(1),
        ..unguarded()
    };
    let fault = Fault::new(Action::Hold).on(Endpoint::Get).skip(3);
    harness.simulator.fault(fault);
    let (simulator, instance) = (&harness.simulator, &mut harness.instance);
    let report = meanwhile(instance.suspend_users(&targets, &options), async {
        simulator.held(1).await;
        simulator.set_permissions([Permission::SuspendUsers]);
        simulator.release();
    });
    let report = report.await.unwrap().unwrap();
    assert_eq!(fates(&report), [Changed; 10]);
    let known = report
        .targets
        .iter()
        .filter(|one| one.previous_state.is_some());
    assert_eq!(known.count(), 3);
    // Some could be looked up: each of the others is tried, and is changed without a look.
    assert_eq!(count(simulator, Endpoint::Get), 10);
}
