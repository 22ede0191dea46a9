//! Bulk changes with an application that lacks a permission.

use host::{ChangeOptions, ErrorCode, Selector, Target, UserState};
use host_tests::{Harness, by_email, by_id, unguarded};
use simulator::{Action, Endpoint, Fault, Permission, State};

use super::{
    account_check::count_requests,
    interleave::interleave,
    short_outcome::{
        ShortOutcome::{Changed, Failed, Unchanged},
        short_outcomes,
    },
};

/// Starts a harness whose application may list and suspend users, but not get them.
async fn without_get_permission() -> Harness {
    let permissions = [Permission::ListUsers, Permission::SuspendUsers];
    Harness::with(|builder| builder.permissions(permissions), &[]).await
}

#[tokio::test]
async fn changes_without_get_permission_have_no_previous_state() {
    let mut harness = without_get_permission().await;
    let members = harness.members(12);
    harness
        .simulator
        .set_state(&members[5].id, State::Suspended);
    let targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
    let report = harness.suspend_all(&targets, &unguarded()).await.unwrap();
    assert_eq!(short_outcomes(&report), [Changed; 12]);
    for (target, member) in report.targets.iter().zip(&members) {
        let user = target.user.as_ref().unwrap();
        assert_eq!((&user.id, &user.state), (&member.id, &UserState::Suspended));
        assert_eq!(target.previous_state, None);
    }
    assert_eq!(
        report.warnings,
        [
            "no look-up of 12 users, because the OAuth application may not get users: their addresses and their states before the change are unknown"
        ]
    );
    assert_eq!(count_requests(&harness.simulator, Endpoint::Suspend), 12);
}

#[tokio::test]
async fn forbidden_gets_are_at_most_those_in_flight() {
    for concurrency in [1, 4, 16] {
        let mut harness = without_get_permission().await;
        let members = harness.members(40);
        let targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
        let options = ChangeOptions {
            concurrency: Some(concurrency),
            ..unguarded()
        };
        harness.suspend_all(&targets, &options).await.unwrap();
        let forbidden = count_requests(&harness.simulator, Endpoint::Get);
        assert!(
            (1..=usize::from(concurrency)).contains(&forbidden),
            "{forbidden}"
        );
    }
}

#[tokio::test]
async fn email_guards_prevent_changes_they_cannot_check() {
    let mut harness = without_get_permission().await;
    let members = harness.members(3);
    let expecting = Target {
        expect_email: Some(members[0].email.clone()),
        ..by_id(&members[0].id)
    };
    let targets = [expecting, by_id(&members[1].id)];
    let refused = Failed(ErrorCode::PreconditionFailed);
    let report = harness.suspend_all(&targets, &unguarded()).await.unwrap();
    assert_eq!(short_outcomes(&report), [refused, Changed]);

    // The address of a user found on the list is known.
    let protecting = |who| ChangeOptions {
        protect: vec![who],
        ..unguarded()
    };
    let targets = [by_id(&members[0].id), by_email(&members[2].email)];
    let options = protecting(Selector::Email("boss@acme.example".into()));
    let report = harness.suspend_all(&targets, &options).await.unwrap();
    assert_eq!(short_outcomes(&report), [refused, Changed]);

    // A guard by id needs no address.
    let options = protecting(Selector::Id(members[0].id.clone()));
    let targets = [by_id(&members[0].id), by_id(&members[1].id)];
    let report = harness.suspend_all(&targets, &options).await.unwrap();
    assert_eq!(
        short_outcomes(&report),
        [Failed(ErrorCode::Protected), Changed]
    );
}

#[tokio::test]
async fn a_target_named_by_email_needs_no_get_permission() {
    let mut harness = without_get_permission().await;
    let members = harness.members(2);
    harness
        .simulator
        .set_state(&members[1].id, State::Suspended);
    let targets: Vec<_> = members.iter().map(|user| by_email(&user.email)).collect();
    let report = harness.suspend_all(&targets, &unguarded()).await.unwrap();
    assert_eq!(short_outcomes(&report), [Changed, Unchanged]);
    assert_eq!(report.targets[0].previous_state, Some(UserState::Active));
    assert_eq!(count_requests(&harness.simulator, Endpoint::Get), 0);
}

#[tokio::test]
async fn only_ids_are_changed_without_list_permission() {
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
    assert_eq!(short_outcomes(&report), [denied, Changed, denied]);
    assert_eq!(count_requests(&harness.simulator, Endpoint::List), 1);
}

#[tokio::test]
async fn a_get_permission_removed_midway_skips_the_look_up() {
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
    let report = interleave(instance.suspend_users(&targets, &options), async {
        simulator.held(1).await;
        simulator.set_permissions([Permission::SuspendUsers]);
        simulator.release();
    });
    let report = report.await.unwrap().unwrap();
    assert_eq!(short_outcomes(&report), [Changed; 10]);
    let known = report
        .targets
        .iter()
        .filter(|target| target.previous_state.is_some());
    assert_eq!(known.count(), 3);
    // Because some gets succeeded, the others are tried too; their targets are changed without a look-up.
    assert_eq!(count_requests(simulator, Endpoint::Get), 10);
}

#[tokio::test]
async fn a_403_of_a_proxy_is_no_missing_permission() {
    for body in [
        "<html>403 permission denied</html>",
        r#"{"message":"Forbidden"}"#,
        r#"{"code":403,"message":"permission denied"}"#,
        "",
    ] {
        let mut harness = Harness::new().await;
        let members = harness.members(3);
        harness.simulator.fault(
            Fault::new(Action::json(403, body))
                .on(Endpoint::Get)
                .always(),
        );
        let targets = [
            by_id(&members[0].id),
            by_id(&members[1].id),
            by_email(&members[2].email),
        ];
        let report = harness.suspend_all(&targets, &unguarded()).await.unwrap();
        let refused = Failed(ErrorCode::Other);
        assert_eq!(
            short_outcomes(&report),
            [refused, refused, Changed],
            "{body}"
        );
        assert_eq!(count_requests(&harness.simulator, Endpoint::Suspend), 1);
    }
}
