//! Outcomes of targets and the data in their reports.

use host::{ErrorCode, Outcome, TargetReport, UserState};
use host_tests::{Harness, by_email, by_id, unguarded};
use simulator::{Endpoint, Permission, State};

use super::{
    account_check::count_requests,
    short_outcome::{
        ShortOutcome::{Changed, Failed, Unchanged},
        short_outcomes, target_error,
    },
};

#[tokio::test]
async fn outcomes_are_in_the_order_of_the_targets() {
    let mut harness = Harness::new().await;
    let members = harness.members(5);
    let [one, suspended, two, twin, last] = &members[..] else {
        panic!("five members");
    };
    harness.simulator.set_state(&suspended.id, State::Suspended);
    harness.simulator.set_email(&twin.id, &two.email);
    let owner = harness.simulator.owner();
    let managed = harness.simulator.externally_managed();
    let targets = [
        by_id(&one.id),
        by_email("unknown@acme.example"),
        by_id(&suspended.id),
        by_id(&owner.id),
        by_email(&two.email),
        by_id("UNKNOWN"),
        by_email(&managed.email),
        by_id(""),
        by_email("not an address"),
        by_id(".."),
        by_email(&last.email),
    ];
    let report = harness.suspend_all(&targets, &unguarded()).await.unwrap();
    assert_eq!(
        short_outcomes(&report),
        [
            Changed,
            Failed(ErrorCode::NotFound),
            Unchanged,
            Failed(ErrorCode::LastOwner),
            Failed(ErrorCode::Ambiguous),
            Failed(ErrorCode::NotFound),
            Failed(ErrorCode::ExternallyManaged),
            Failed(ErrorCode::InvalidArgument),
            Failed(ErrorCode::InvalidArgument),
            Failed(ErrorCode::InvalidArgument),
            Changed,
        ]
    );
    assert_eq!(report.refused, None);
    let candidates = &target_error(&report, 4).candidates;
    assert_eq!(*candidates, [two.id.clone(), twin.id.clone()]);
    for index in [1, 3, 4, 5, 6, 7, 8, 9] {
        let error = target_error(&report, index);
        assert!(error.message.starts_with("suspend-users: "), "{error:?}");
        assert!(!error.retryable);
    }
    assert_eq!(target_error(&report, 5).status, Some(404));
    assert_eq!(target_error(&report, 3).status, Some(403));
    assert_eq!(report.requests as usize, harness.simulator.requests().len());
}

#[tokio::test]
async fn a_report_has_the_last_seen_user_and_previous_state() {
    let mut harness = Harness::new().await;
    let members = harness.members(3);
    let [by_their_id, by_their_email, suspended] = &members[..] else {
        panic!("three members");
    };
    harness.simulator.set_state(&suspended.id, State::Suspended);
    let owner = harness.simulator.owner();
    let targets = [
        by_id(&by_their_id.id),
        by_email(&by_their_email.email),
        by_id(&suspended.id),
        by_id(&owner.id),
        by_id("UNKNOWN"),
    ];
    let report = harness.suspend_all(&targets, &unguarded()).await.unwrap();
    let seen: Vec<_> = report
        .targets
        .into_iter()
        .map(|target| {
            let user = target.user.map(|user| (user.id, user.email, user.state));
            (user, target.previous_state)
        })
        .collect();
    let user = |user: &simulator::User, state| Some((user.id.clone(), user.email.clone(), state));
    assert_eq!(
        seen,
        [
            (
                user(by_their_id, UserState::Suspended),
                Some(UserState::Active)
            ),
            (
                user(by_their_email, UserState::Suspended),
                Some(UserState::Active)
            ),
            (
                user(suspended, UserState::Suspended),
                Some(UserState::Suspended)
            ),
            // The change failed, so that the look-up saw the user last.
            (user(&owner, UserState::Active), Some(UserState::Active)),
            (None, None),
        ]
    );
}

#[tokio::test]
async fn reactivating_undoes_a_suspend_call_exactly() {
    let mut harness = Harness::new().await;
    let before = harness.simulator.users();
    let targets: Vec<_> = before.iter().map(|user| by_id(&user.id)).collect();
    let report = harness.suspend_all(&targets, &unguarded()).await.unwrap();
    assert_ne!(harness.simulator.users(), before);

    let reports = report.targets.iter().zip(&targets);
    let is_undone = |(report, _): &(&TargetReport, _)| {
        report.outcome == Outcome::Changed && report.previous_state.is_some()
    };
    let changed = reports.filter(is_undone).map(|(_, target)| target.clone());
    let changed: Vec<_> = changed.collect();
    let report = harness
        .reactivate_all(&changed, &unguarded())
        .await
        .unwrap();
    assert_eq!(short_outcomes(&report), vec![Changed; changed.len()]);
    for target in &report.targets {
        assert_eq!(target.previous_state, Some(UserState::Suspended));
        assert_eq!(target.user.as_ref().unwrap().state, UserState::Active);
    }
    assert_eq!(harness.simulator.users(), before);
}

#[tokio::test]
async fn a_repeated_call_sends_no_change() {
    let mut harness = Harness::new().await;
    let members = harness.members(10);
    let targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
    harness.suspend_all(&targets, &unguarded()).await.unwrap();
    let report = harness.suspend_all(&targets, &unguarded()).await.unwrap();
    assert_eq!(short_outcomes(&report), [Unchanged; 10]);
    assert_eq!(count_requests(&harness.simulator, Endpoint::Suspend), 10);
    assert_eq!(report.requests, 10);
}

#[tokio::test]
async fn a_missing_permission_fails_every_target() {
    let permissions = [Permission::ListUsers, Permission::GetUser];
    let mut harness = Harness::with(|builder| builder.permissions(permissions), &[]).await;
    let members = harness.members(2);
    let targets = [by_id(&members[0].id), by_email(&members[1].email)];
    let report = harness.suspend_all(&targets, &unguarded()).await.unwrap();
    assert_eq!(
        short_outcomes(&report),
        [Failed(ErrorCode::PermissionDenied); 2]
    );
    for target in report.targets {
        assert_eq!(target.previous_state, Some(UserState::Active));
    }
    for target in harness
        .reactivate_all(&targets, &unguarded())
        .await
        .unwrap()
        .targets
    {
        assert_eq!(target.outcome, Outcome::Unchanged);
    }
}

#[tokio::test]
async fn a_call_without_targets_returns_an_empty_report() {
    let mut harness = Harness::new().await;
    let report = harness.suspend_all(&[], &unguarded()).await.unwrap();
    assert!(report.targets.is_empty());
    assert_eq!((report.refused, report.requests), (None, 0));
    assert!(harness.simulator.requests().is_empty());
}

#[tokio::test]
async fn malformed_targets_fail_without_a_request() {
    let mut harness = Harness::new().await;
    let targets = [by_id("."), by_email("@ \u{7}"), by_id("x".repeat(1025))];
    let report = harness.suspend_all(&targets, &unguarded()).await.unwrap();
    assert_eq!(
        short_outcomes(&report),
        [Failed(ErrorCode::InvalidArgument); 3]
    );
    assert_eq!(report.requests, 0);
    assert!(harness.simulator.requests().is_empty());
}

#[tokio::test]
async fn more_than_10000_targets_are_rejected() {
    let mut harness = Harness::new().await;
    let targets = vec![by_id("X"); 10_001];
    let error = harness
        .suspend_all(&targets, &unguarded())
        .await
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidArgument);
    assert!(error.message.contains("10000"), "{}", error.message);
    assert!(harness.simulator.requests().is_empty());
}
