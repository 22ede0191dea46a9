//! Guards: expected e-mail addresses, protected users, and the limit of changes.

use std::slice;

use host::{ChangeOptions, ErrorCode, Selector, Target, UserState};
use host_tests::{Harness, by_email, by_id, unguarded};
use simulator::{Action, Endpoint, Fault, State};

use super::{
    account_check::count_requests,
    short_outcome::{
        ShortOutcome::{self, Changed, Failed, Unchanged, WouldChange},
        short_outcomes, target_error,
    },
};

const REFUSED: ShortOutcome = Failed(ErrorCode::PreconditionFailed);
const PROTECTED: ShortOutcome = Failed(ErrorCode::Protected);

#[tokio::test]
async fn a_matching_expected_address_allows_the_change() {
    let mut harness = Harness::new().await;
    let members = harness.members(3);
    let expected = [
        members[0].email.clone(),
        format!("\t{} ", members[1].email.to_uppercase()),
        members[2].email.clone(),
    ];
    let who = [
        by_id(&members[0].id),
        by_id(&members[1].id),
        by_email(&members[2].email),
    ];
    let targets = who.into_iter().zip(expected).map(|(target, email)| Target {
        expect_email: Some(email),
        ..target
    });
    let targets: Vec<_> = targets.collect();
    let report = harness.suspend_all(&targets, &unguarded()).await.unwrap();
    assert_eq!(short_outcomes(&report), [Changed; 3]);
}

#[tokio::test]
async fn a_different_expected_address_prevents_the_change() {
    let mut harness = Harness::new().await;
    let members = harness.members(3);
    let mixed_up = Target {
        expect_email: Some(members[1].email.clone()),
        ..by_id(&members[0].id)
    };
    let unclear = Target {
        expect_email: Some("not an address".into()),
        ..by_id(&members[1].id)
    };
    let targets = [mixed_up, unclear, by_id(&members[2].id)];
    let report = harness.suspend_all(&targets, &unguarded()).await.unwrap();
    assert_eq!(
        short_outcomes(&report),
        [REFUSED, Failed(ErrorCode::InvalidArgument), Changed]
    );
    // The report contains the user whom the id names, so that the mix-up can be seen.
    let user = report.targets[0].user.as_ref().unwrap();
    assert_eq!(user.email, members[0].email);
    assert_eq!(report.targets[0].previous_state, Some(UserState::Active));
    assert_eq!(count_requests(&harness.simulator, Endpoint::Suspend), 1);
}

#[tokio::test]
async fn protected_users_stay_unchanged_named_by_id_or_email() {
    let mut harness = Harness::new().await;
    let members = harness.members(3);
    let (one, two, free) = (&members[0], &members[1], &members[2]);
    let options = ChangeOptions {
        protect: vec![
            Selector::Id(one.id.clone()),
            Selector::Email(format!(" {}", two.email.to_uppercase())),
        ],
        ..unguarded()
    };
    let targets = [
        by_id(&one.id),
        by_email(&one.email),
        by_id(&two.id),
        by_email(&two.email),
        by_id(&free.id),
    ];
    let report = harness.suspend_all(&targets, &options).await.unwrap();
    assert_eq!(
        short_outcomes(&report),
        [PROTECTED, PROTECTED, PROTECTED, PROTECTED, Changed]
    );
    assert!(target_error(&report, 0).message.contains("protected"));
    assert_eq!(count_requests(&harness.simulator, Endpoint::Suspend), 1);
}

#[tokio::test]
async fn every_user_with_a_protected_address_is_protected() {
    let mut harness = Harness::new().await;
    let members = harness.members(2);
    harness
        .simulator
        .set_email(&members[1].id, &members[0].email);
    let options = ChangeOptions {
        protect: vec![Selector::Email(members[0].email.clone())],
        ..unguarded()
    };
    let targets = [by_id(&members[0].id), by_id(&members[1].id)];
    let report = harness.suspend_all(&targets, &options).await.unwrap();
    assert_eq!(short_outcomes(&report), [PROTECTED; 2]);
}

#[tokio::test]
async fn a_malformed_guard_fails_the_call() {
    let mut harness = Harness::new().await;
    let id = harness.member().id;
    for who in [
        Selector::Id(String::new()),
        Selector::Id("..".into()),
        Selector::Email("not an address".into()),
    ] {
        let options = ChangeOptions {
            protect: vec![who],
            ..unguarded()
        };
        let error = harness.suspend_all(&[by_id(&id)], &options).await;
        assert_eq!(error.unwrap_err().code, ErrorCode::InvalidArgument);
    }
    assert!(harness.simulator.requests().is_empty());
}

#[tokio::test]
async fn more_changes_than_allowed_refuse_the_call() {
    let mut harness = Harness::new().await;
    let members = harness.members(4);
    harness
        .simulator
        .set_state(&members[1].id, State::Suspended);
    let before = harness.simulator.users();
    let mut targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
    targets.push(by_id("UNKNOWN"));
    for dry_run in [false, true] {
        let options = ChangeOptions {
            dry_run,
            max_changes: Some(2),
            ..unguarded()
        };
        let report = harness.suspend_all(&targets, &options).await.unwrap();
        let not_found = Failed(ErrorCode::NotFound);
        assert_eq!(
            short_outcomes(&report),
            [WouldChange, Unchanged, WouldChange, WouldChange, not_found]
        );
        let refused = report.refused.unwrap();
        assert_eq!(refused.code, ErrorCode::PreconditionFailed);
        assert!(refused.message.contains("3 users"), "{}", refused.message);
    }
    assert_eq!(count_requests(&harness.simulator, Endpoint::Suspend), 0);
    assert_eq!(harness.simulator.users(), before);
}

#[tokio::test]
async fn as_many_changes_as_allowed_are_made() {
    let mut harness = Harness::new().await;
    let members = harness.members(4);
    harness
        .simulator
        .set_state(&members[1].id, State::Suspended);
    let targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
    let options = ChangeOptions {
        // A user already in the state does not count.
        max_changes: Some(3),
        ..unguarded()
    };
    let report = harness.suspend_all(&targets, &options).await.unwrap();
    assert_eq!(
        short_outcomes(&report),
        [Changed, Unchanged, Changed, Changed]
    );
    assert_eq!(report.refused, None);
}

#[tokio::test]
async fn a_limit_of_zero_changes_refuses_the_call() {
    let mut harness = Harness::new().await;
    let id = harness.member().id;
    let options = ChangeOptions {
        max_changes: Some(0),
        ..unguarded()
    };
    let report = harness.suspend_all(&[by_id(&id)], &options).await.unwrap();
    assert_eq!(short_outcomes(&report), [WouldChange]);
    assert!(report.refused.is_some());
}

#[tokio::test]
async fn a_protected_name_that_cannot_be_meant_refuses_the_call() {
    let mut harness = Harness::new().await;
    let user = harness.member();
    let target = [by_id(&user.id)];
    for name in [
        format!("{};x@acme.example", user.email),
        format!("\"{}\"", user.email),
        format!("Boss <{}>", user.email),
        format!("mailto:{}", user.email),
        format!("{}\u{200b}", user.email),
        format!(" '{}' ", user.email),
        format!("({})", user.email),
        format!("{},x@acme.example", user.email),
        format!("{}\\", user.email),
        format!("{}|x@acme.example", user.email),
        format!("{} x@acme.example", user.email),
        format!("{}\u{ad}", user.email),
        format!("\u{202e}{}", user.email),
        format!("{}\u{e0041}", user.email),
        "boss@acme".to_owned(),
        "*@acme.example".to_owned(),
        "@acme.example".to_owned(),
    ] {
        for protect in [Selector::Email(name.clone()), Selector::Id(name.clone())] {
            let options = ChangeOptions {
                protect: vec![protect],
                ..unguarded()
            };
            let error = harness.suspend_all(&target, &options).await.unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidArgument, "{name}");
            assert!(error.message.contains("`protect`, "), "{}", error.message);
        }
    }
    assert!(harness.simulator.requests().is_empty());
}

#[tokio::test]
async fn a_user_shown_without_an_address_is_not_changed() {
    let mut harness = Harness::new().await;
    let user = harness.member();
    for email in [
        "",
        "\"email\":null,",
        "\"email\":\"\",",
        "\"mail\":\"x@acme.example\",",
    ] {
        let body = format!(r#"{{"id":"{}",{email}"state":"ACTIVE"}}"#, user.id);
        harness.simulator.clear_faults();
        harness.simulator.fault(
            Fault::new(Action::json(200, body))
                .on(Endpoint::Get)
                .always(),
        );
        let protecting = ChangeOptions {
            protect: vec![Selector::Email(user.email.clone())],
            ..unguarded()
        };
        let target = by_id(&user.id);
        let report = harness
            .suspend_all(slice::from_ref(&target), &protecting)
            .await;
        let refused = Failed(ErrorCode::PreconditionFailed);
        assert_eq!(short_outcomes(&report.unwrap()), [refused], "{email}");
        let expecting = Target {
            expect_email: Some(user.email.clone()),
            ..target
        };
        let report = harness.suspend_all(&[expecting], &unguarded()).await;
        assert_eq!(short_outcomes(&report.unwrap()), [refused], "{email}");
    }
    assert_eq!(count_requests(&harness.simulator, Endpoint::Suspend), 0);
}
