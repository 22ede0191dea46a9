//! Outcomes, requests and reports of a bulk change.

use super::fake_account::*;
use crate::{
    ChangeOptions, Effect, ErrorCode, Outcome, TargetReport, UserState,
    tests::{
        fixtures::TOKEN,
        scripted_server::{reply, script},
    },
};

fn dry_run() -> ChangeOptions {
    ChangeOptions {
        dry_run: true,
        ..ChangeOptions::default()
    }
}

#[test]
fn each_target_has_its_outcome_in_order() {
    let account = FakeAccount::with_users(5);
    account.set_state("U1", "SUSPENDED");
    account.add("TWIN", "u3@acme.example", "ACTIVE");
    let client = account.client();
    let names = [
        "u4@acme.example",
        "U0",
        "unknown@acme.example",
        "U1",
        "",
        "u3@acme.example",
        "UNKNOWN",
        "U2",
    ];
    let report = suspend_users(&client, names, &ChangeOptions::default()).unwrap();
    assert_eq!(
        outcomes(&report),
        [
            "Changed",
            "Changed",
            "NotFound",
            "Unchanged",
            "InvalidArgument",
            "Ambiguous",
            "NotFound",
            "Changed"
        ]
    );
    assert_eq!(account.suspended_ids(), ["U0", "U1", "U2", "U4"]);
    assert_eq!(report.refused, None);
    assert_eq!(report.requests as usize, client.platform().sent().len());
}

#[test]
fn a_report_holds_the_user_before_and_after() {
    let account = FakeAccount::with_users(2);
    account.add("ODD", "odd@acme.example", "INVITED");
    let client = account.client();
    let report = suspend_users(
        &client,
        ["u0@acme.example", "U1", "ODD"],
        &ChangeOptions::default(),
    )
    .unwrap();
    for (target, (id, before)) in report.targets.iter().zip([
        ("U0", UserState::Active),
        ("U1", UserState::Active),
        ("ODD", UserState::Other("INVITED".into())),
    ]) {
        assert_eq!(target.outcome, Outcome::Changed);
        assert_eq!(target.previous_state, Some(before));
        let user = target.user.as_ref().unwrap();
        assert_eq!((user.id.as_str(), &user.state), (id, &UserState::Suspended));
    }
}

#[test]
fn reactivate_users_changes_suspended_users_only() {
    let account = FakeAccount::with_users(3);
    account.set_state("U1", "SUSPENDED");
    let client = account.client();
    let targets = targets(["U0", "U1", "UNKNOWN"]);
    let options = ChangeOptions::default();
    let call = client.reactivate_users(&targets, &options);
    let report = client.platform().run(call).unwrap();
    assert_eq!(outcomes(&report), ["Unchanged", "Changed", "NotFound"]);
    let Outcome::Failed(error) = &report.targets[2].outcome else {
        panic!("{report:?}");
    };
    assert!(error.message.starts_with("reactivate-users: "), "{error}");
    assert_eq!(report.targets[1].previous_state, Some(UserState::Suspended));
    assert!(account.suspended_ids().is_empty());
    assert_eq!(client.platform().count(|sent| is_change_of(sent, "U1")), 1);
}

#[test]
fn ids_cost_one_request_each_and_addresses_one_list() {
    let account = FakeAccount::with_users(2500);
    let names: Vec<_> = (0..40)
        .map(|at| match at % 2 {
            0 => format!("U{at}"),
            _ => format!("u{}@acme.example", at * 60),
        })
        .collect();
    let client = account.client();
    let report = suspend_users(&client, names, &ChangeOptions::default()).unwrap();
    assert!(outcomes(&report).iter().all(|word| word == "Changed"));
    let platform = client.platform();
    let counts = [
        platform.count(super::super::scripted_server::SentRequest::is_token),
        platform.count(is_list),
        platform.count(is_get),
        platform.count(is_change),
    ];
    assert_eq!(counts, [1, 3, 20, 40]);
}

#[test]
fn a_user_in_the_requested_state_is_not_changed() {
    let account = FakeAccount::with_users(2);
    account.set_state("U0", "SUSPENDED");
    account.set_state("U1", "SUSPENDED");
    let client = account.client();
    let report = suspend_users(
        &client,
        ["U0", "u1@acme.example"],
        &ChangeOptions::default(),
    )
    .unwrap();
    assert_eq!(outcomes(&report), ["Unchanged", "Unchanged"]);
    assert_eq!(client.platform().count(is_change), 0);
}

#[test]
fn a_user_named_twice_is_changed_once_and_reported_twice() {
    let account = FakeAccount::with_users(2);
    let client = account.client();
    let names = ["U0", "u0@acme.example", " U0@ACME.EXAMPLE", "U0", "U1"];
    let report = suspend_users(&client, names, &ChangeOptions::default()).unwrap();
    assert_eq!(outcomes(&report), ["Changed"; 5]);
    assert_eq!(report.targets[0], report.targets[3]);
    assert_eq!(client.platform().count(|sent| is_change_of(sent, "U0")), 1);
    // The list contains U0, so that only U1 is read by id.
    assert_eq!(client.platform().count(is_get), 1);
}

#[test]
fn a_dry_run_reports_outcomes_and_changes_nothing() {
    let account = FakeAccount::with_users(4);
    account.set_state("U1", "SUSPENDED");
    let client = account.client();
    let names = ["U0", "U1", "u2@acme.example", "UNKNOWN"];
    let report = suspend_users(&client, names, &dry_run()).unwrap();
    assert_eq!(
        outcomes(&report),
        ["WouldChange", "Unchanged", "WouldChange", "NotFound"]
    );
    let user = report.targets[2].user.as_ref().unwrap();
    assert_eq!(user.state, UserState::Active);
    assert_eq!(client.platform().count(is_change), 0);
    assert_eq!(account.suspended_ids(), ["U1"]);
}

#[test]
fn without_permission_to_get_users_changes_are_still_made() {
    for forbidden in [
        r#"{"code":7,"message":"permission_denied"}"#,
        r#"{"code":7,"message":"no"}"#,
        r#"{"code":7,"message":"","details":[]}"#,
    ] {
        let account = FakeAccount::with_users(30);
        account.set_state("U3", "SUSPENDED");
        let client = account.client_except(move |sent| is_get(sent).then(|| reply(403, forbidden)));
        let report = suspend_users(&client, ids(30), &dry_run()).unwrap();
        assert_eq!(outcomes(&report), ["WouldChange"; 30]);
        let unseen =
            |target: &TargetReport| target.user.is_none() && target.previous_state.is_none();
        assert!(report.targets.iter().all(unseen));
        // The first 403 ends the look-ups: only those already in flight are sent.
        assert!(client.platform().count(is_get) <= 4);

        let report = suspend_users(&client, ids(30), &ChangeOptions::default()).unwrap();
        assert_eq!(outcomes(&report), ["Changed"; 30]);
        assert!(
            report
                .targets
                .iter()
                .all(|target| target.previous_state.is_none())
        );
        assert!(report.targets.iter().all(|target| target.user.is_some()));
        assert_eq!(account.suspended_ids().len(), 30);
    }
}

#[test]
fn a_403_in_other_words_is_no_missing_permission() {
    for body in [
        "",
        "<html>403 Forbidden</html>",
        r#"{"message":"Forbidden"}"#,
        r#"{"code":"7","message":"permission denied"}"#,
        r#"{"code":403,"message":"permission denied"}"#,
        r#"{"code":16,"message":"permission denied"}"#,
        r#"{"code":7}"#,
        r#"{"code":7,"message":null}"#,
        r#"{"code":7.5,"message":"permission denied"}"#,
        r#"{"error":"permission_denied"}"#,
        r#"{"error":{"code":7,"message":"permission denied"}}"#,
        r#"[{"code":7,"message":"permission denied"}]"#,
        r#"{"code":7,"message":"permission denied"} <!-- proxy -->"#,
    ] {
        let account = FakeAccount::with_users(3);
        let client = account.client_except(move |sent| is_get(sent).then(|| reply(403, body)));
        let names = ["U0", "U1", "u2@acme.example"];
        let report = suspend_users(&client, names, &ChangeOptions::default()).unwrap();
        assert_eq!(outcomes(&report)[2], "Changed");
        assert_eq!(account.suspended_ids(), ["U2"]);
    }
}

#[test]
fn one_forbidden_user_does_not_stop_other_look_ups() {
    for forbidden in ["U0", "U4", "U9"] {
        for concurrency in [1, 4] {
            let account = FakeAccount::with_users(10);
            account.set_state("U7", "SUSPENDED");
            let client = account.client_except(move |sent| {
                let is_forbidden = is_get(sent) && sent.url.ends_with(forbidden);
                is_forbidden.then(|| reply(403, FORBIDDEN).after(LATENCY))
            });
            let options = ChangeOptions {
                concurrency: Some(concurrency),
                ..ChangeOptions::default()
            };
            let report = suspend_users(&client, ids(10), &options).unwrap();
            let unseen = report
                .targets
                .iter()
                .filter(|target| target.previous_state.is_none());
            // If the only look-up so far is forbidden, the client assumes a missing permission.
            let expected = if (forbidden, concurrency) == ("U0", 1) {
                10
            } else {
                1
            };
            assert_eq!(unseen.count(), expected, "{forbidden} {concurrency}");
            assert_eq!(account.suspended_ids().len(), 10);
        }
    }
}

#[test]
fn a_possibly_applied_change_is_reported_with_its_user() {
    let account = FakeAccount::with_users(2);
    let client = account.client_except(|sent| is_change_of(sent, "U0").then(|| reply(200, "gone")));
    let report = suspend_users(
        &client,
        ["u0@acme.example", "U1"],
        &ChangeOptions::default(),
    )
    .unwrap();
    assert_eq!(outcomes(&report), ["MalformedResponse", "Changed"]);
    let Outcome::Failed(error) = &report.targets[0].outcome else {
        panic!("{report:?}");
    };
    assert_eq!(error.effect, Effect::PossiblyApplied);
    assert!(error.message.starts_with("suspend-users: "), "{error}");
    assert_eq!(report.targets[0].previous_state, Some(UserState::Active));
    assert_eq!(report.targets[0].user.as_ref().unwrap().id, "U0");
}

#[test]
fn an_unreadable_list_fails_only_targets_named_by_email() {
    let account = FakeAccount::with_users(3);
    let client = account.client_except(|sent| is_list(sent).then(|| reply(500, "")));
    let names = ["u0@acme.example", "U1", "unknown@acme.example"];
    let report = suspend_users(&client, names, &ChangeOptions::default()).unwrap();
    assert_eq!(outcomes(&report), ["Unavailable", "Changed", "Unavailable"]);
    assert_eq!(account.suspended_ids(), ["U1"]);
}

#[test]
fn a_failed_token_exchange_fails_the_whole_bulk_call() {
    let client = crate::tests::fixtures::client(script([reply(401, "")]));
    let error = suspend_users(
        &client,
        ["U0", "u1@acme.example"],
        &ChangeOptions::default(),
    )
    .unwrap_err();
    assert_eq!(
        (error.code, error.effect, error.requests),
        (ErrorCode::Unauthenticated, Effect::NotApplied, 1)
    );
}

#[test]
fn credentials_rejected_midway_are_not_tried_per_target() {
    let mut tokens = 0;
    let mut changed = 0;
    let client = crate::tests::fixtures::client(move |sent| {
        if sent.is_token() {
            tokens += 1;
            return match tokens {
                1 => reply(200, TOKEN),
                _ => reply(401, ""),
            };
        }
        let id = sent.url.rsplit('/').next().unwrap();
        match id.strip_suffix(":suspend") {
            None => reply(200, format!(r#"{{"id":"{id}","state":"ACTIVE"}}"#)),
            Some(id) if changed < 10 => {
                changed += 1;
                reply(200, format!(r#"{{"id":"{id}","state":"SUSPENDED"}}"#))
            }
            // The token has expired.
            Some(_) => reply(401, ""),
        }
    });
    let report = suspend_users(&client, ids(100), &ChangeOptions::default()).unwrap();
    let outcomes = outcomes(&report);
    assert_eq!(
        outcomes.iter().filter(|&word| word == "Changed").count(),
        10
    );
    assert_eq!(
        outcomes
            .iter()
            .filter(|&word| word == "Unauthenticated")
            .count(),
        90
    );
    assert_eq!(
        client
            .platform()
            .count(super::super::scripted_server::SentRequest::is_token),
        2
    );
}

#[test]
fn a_token_that_expires_midway_is_renewed_once() {
    let account = FakeAccount::with_users(50);
    let client = account.client_except(|sent| {
        let is_old = sent.authorization() == "Bearer stub-token-1";
        (is_change(sent) && is_old).then(|| reply(401, ""))
    });
    let report = suspend_users(&client, ids(50), &ChangeOptions::default()).unwrap();
    assert_eq!(outcomes(&report), ["Changed"; 50]);
    assert_eq!(
        client
            .platform()
            .count(super::super::scripted_server::SentRequest::is_token),
        2
    );
}

#[test]
fn a_bulk_call_without_targets_sends_nothing() {
    let client = FakeAccount::with_users(1).client();
    let report = suspend_users(&client, [""; 0], &ChangeOptions::default()).unwrap();
    assert!(report.targets.is_empty());
    assert_eq!((report.requests, client.platform().sent().len()), (0, 0));
}

#[test]
fn a_bulk_call_with_only_invalid_targets_sends_nothing() {
    let client = FakeAccount::with_users(1).client();
    let report = suspend_users(&client, ["", "a\0@b"], &ChangeOptions::default()).unwrap();
    assert_eq!(outcomes(&report), ["InvalidArgument"; 2]);
    assert!(client.platform().sent().is_empty());
}

#[test]
fn more_than_10000_targets_are_rejected() {
    let client = FakeAccount::with_users(1).client();
    let names = vec!["U0"; 10_001];
    let error = suspend_users(&client, names, &ChangeOptions::default()).unwrap_err();
    assert_eq!(
        (error.code, error.requests),
        (ErrorCode::InvalidArgument, 0)
    );
    assert_eq!(
        error.message,
        "suspend-users: there must not be more than 10000 targets"
    );
    let report = suspend_users(&client, vec!["U0"; 10_000], &ChangeOptions::default()).unwrap();
    assert_eq!(report.targets.len(), 10_000);
}
