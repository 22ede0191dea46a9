//! Targets that name the same user.

use host::{ChangeOptions, ErrorCode, Target};
use host_tests::{Harness, by_email, by_id, unguarded};
use simulator::Endpoint;

use super::{
    account_check::count_requests,
    short_outcome::{
        ShortOutcome::{Changed, Failed},
        short_outcomes,
    },
};

#[tokio::test]
async fn a_user_named_twice_is_changed_once_and_reported_twice() {
    let mut harness = Harness::new().await;
    let member = harness.member();
    let targets = [
        by_id(&member.id),
        by_email(&member.email),
        by_id(&member.id),
        by_email(format!(" {} ", member.email.to_uppercase())),
    ];
    let report = harness.suspend_all(&targets, &unguarded()).await.unwrap();
    assert_eq!(short_outcomes(&report), [Changed; 4]);
    let first = &report.targets[0];
    assert!(report.targets.iter().all(|target| target == first));
    assert_eq!(count_requests(&harness.simulator, Endpoint::Suspend), 1);
    // A user found on the list is not read again.
    assert_eq!(count_requests(&harness.simulator, Endpoint::Get), 0);
    assert_eq!(count_requests(&harness.simulator, Endpoint::List), 1);
}

#[tokio::test]
async fn a_user_named_twice_counts_once_for_max_changes() {
    let mut harness = Harness::new().await;
    let member = harness.member();
    let targets = [by_id(&member.id), by_email(&member.email)];
    let options = ChangeOptions {
        max_changes: Some(1),
        ..unguarded()
    };
    let report = harness.suspend_all(&targets, &options).await.unwrap();
    assert_eq!(short_outcomes(&report), [Changed; 2]);
    assert_eq!(report.refused, None);
}

#[tokio::test]
async fn ids_are_compared_with_regard_to_letter_case() {
    let mut harness = Harness::new().await;
    let id = harness.member().id;
    let targets = [by_id(&id), by_id(id.to_lowercase())];
    let report = harness.suspend_all(&targets, &unguarded()).await.unwrap();
    assert_eq!(
        short_outcomes(&report),
        [Changed, Failed(ErrorCode::NotFound)]
    );
}

#[tokio::test]
async fn a_guard_applies_to_its_own_target_only() {
    let mut harness = Harness::new().await;
    let id = harness.member().id;
    let mixed_up = Target {
        expect_email: Some("other@acme.example".into()),
        ..by_id(&id)
    };
    let report = harness
        .suspend_all(&[mixed_up, by_id(&id)], &unguarded())
        .await
        .unwrap();
    assert_eq!(
        short_outcomes(&report),
        [Failed(ErrorCode::PreconditionFailed), Changed]
    );
}
