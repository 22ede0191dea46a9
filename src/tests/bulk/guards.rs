//! Guards of a bulk change.

use super::fake_account::*;
use crate::{
    ChangeOptions, ErrorCode, Outcome, Report, Selector, Target,
    tests::{fixtures::message_and_hint, scripted_server::reply},
};

fn protecting(names: &[&str]) -> ChangeOptions {
    ChangeOptions {
        protect: names.iter().map(|&name| selector(name)).collect(),
        ..ChangeOptions::default()
    }
}

fn at_most(changes: u32) -> ChangeOptions {
    ChangeOptions {
        max_changes: Some(changes),
        ..ChangeOptions::default()
    }
}

fn target_texts(report: &Report, at: usize) -> (&str, Option<&str>) {
    match &report.targets[at].outcome {
        Outcome::Failed(error) => message_and_hint(error),
        outcome => panic!("{outcome:?}"),
    }
}

#[test]
fn a_protected_user_is_not_changed_by_id_or_by_email() {
    for protect in ["U1", " U1@ACME.example"] {
        for name in ["U1", "u1@acme.example"] {
            let account = FakeAccount::with_users(3);
            let client = account.client();
            let report =
                suspend_users(&client, ["U0", name, "U2"], &protecting(&[protect])).unwrap();
            assert_eq!(
                outcomes(&report),
                ["Changed", "PreconditionFailed", "Changed"]
            );
            assert_eq!(
                target_texts(&report, 1),
                ("suspend-users: the user is protected", None)
            );
            assert_eq!(report.targets[1].user.as_ref().unwrap().id, "U1");
            assert_eq!(account.suspended_ids(), ["U0", "U2"]);
        }
    }
}

#[test]
fn a_user_with_an_unexpected_email_is_not_changed() {
    let account = FakeAccount::with_users(3);
    let client = account.client();
    let target = |who: &str, expected: &str| Target {
        who: selector(who),
        expect_email: Some(expected.into()),
    };
    let targets = [
        target("U0", "U0@acme.EXAMPLE "),
        target("U1", "u2@acme.example"),
        target("u2@acme.example", "u2@acme.example"),
        target("u2@acme.example", "u1@acme.example"),
        target("U1", "no address"),
    ];
    let options = ChangeOptions::default();
    let call = client.suspend_users(&targets, &options);
    let report = client.platform().run(call).unwrap();
    assert_eq!(
        outcomes(&report),
        [
            "Changed",
            "PreconditionFailed",
            "Changed",
            "PreconditionFailed",
            "InvalidArgument"
        ]
    );
    assert_eq!(
        target_texts(&report, 1),
        (
            "suspend-users: the user has another e-mail address than expected",
            Some("check that the id and the e-mail address belong together")
        )
    );
    assert_eq!(account.suspended_ids(), ["U0", "U2"]);
}

#[test]
fn exceeding_max_changes_refuses_the_whole_call() {
    let account = FakeAccount::with_users(4);
    account.set_state("U3", "SUSPENDED");
    let names = ["U0", "u1@acme.example", "U3", "U0", "UNKNOWN", "U2"];
    let client = account.client();
    let report = suspend_users(&client, names, &at_most(2)).unwrap();
    let refused = report.refused.as_ref().unwrap();
    assert_eq!(refused.code, ErrorCode::PreconditionFailed);
    assert_eq!(
        message_and_hint(refused),
        (
            "suspend-users: 3 users would be changed, and max-changes allows 2",
            Some("check the targets, then raise max-changes if they are right")
        )
    );
    assert_eq!(
        outcomes(&report),
        [
            "WouldChange",
            "WouldChange",
            "Unchanged",
            "WouldChange",
            "NotFound",
            "WouldChange"
        ]
    );
    assert_eq!(client.platform().count(is_change), 0);

    // Three changes are needed: users named twice, unknown or already suspended do not count.
    let report = suspend_users(&client, names, &at_most(3)).unwrap();
    assert_eq!(report.refused, None);
    assert_eq!(client.platform().count(is_change), 3);
}

#[test]
fn a_dry_run_reports_exceeded_max_changes() {
    let options = ChangeOptions {
        dry_run: true,
        ..at_most(0)
    };
    let report = suspend_users(&FakeAccount::with_users(1).client(), ["U0"], &options).unwrap();
    assert_eq!(outcomes(&report), ["WouldChange"]);
    assert_eq!(
        message_and_hint(&report.refused.unwrap()),
        (
            "suspend-users: 1 user would be changed, and max-changes allows 0",
            Some("check the targets, then raise max-changes if they are right")
        )
    );
}

#[test]
fn all_look_ups_precede_the_first_change() {
    let account = FakeAccount::with_users(2500);
    let client = account.client();
    let names = [
        "U0",
        "u2000@acme.example",
        "U1",
        "U2",
        "U3",
        "U4",
        "U5",
        "U6",
    ];
    suspend_users(&client, names, &ChangeOptions::default()).unwrap();
    let sent = client.platform().sent();
    let first = sent.iter().position(is_change).unwrap();
    assert!(sent[first..].iter().all(is_change));
}

#[test]
fn a_guard_that_cannot_be_checked_counts_as_violated() {
    let account = FakeAccount::with_users(3);
    let forbidden = || account.client_except(|sent| is_get(sent).then(|| reply(403, "")));
    let client = forbidden();
    let report = suspend_users(&client, ["U0"], &protecting(&["u9@acme.example"])).unwrap();
    assert_eq!(outcomes(&report), ["PreconditionFailed"]);
    assert_eq!(
        target_texts(&report, 0),
        (
            "suspend-users: the user's e-mail address cannot be compared, because the OAuth application may not get users",
            Some(
                "give the application the permission to get users, or leave out the guards by e-mail address"
            )
        )
    );

    let targets = [Target {
        who: Selector::Id("U0".into()),
        expect_email: Some("u0@acme.example".into()),
    }];
    let client = forbidden();
    let options = ChangeOptions::default();
    let call = client.suspend_users(&targets, &options);
    assert_eq!(
        outcomes(&client.platform().run(call).unwrap()),
        ["PreconditionFailed"]
    );

    // A guard by id can be checked without the permission.
    let client = forbidden();
    let report = suspend_users(&client, ["U0", "U1"], &protecting(&["U1"])).unwrap();
    assert_eq!(outcomes(&report), ["Changed", "PreconditionFailed"]);
    assert_eq!(account.suspended_ids(), ["U0"]);
}

#[test]
fn an_invalid_protected_user_fails_the_whole_call() {
    let client = FakeAccount::with_users(1).client();
    for (protect, cause) in [
        (
            Selector::Email("u1".into()),
            "invalid entry in `protect`: the e-mail address must have an @",
        ),
        (
            Selector::Id(String::new()),
            "invalid entry in `protect`: the user's id must not be empty",
        ),
    ] {
        let options = ChangeOptions {
            protect: vec![protect],
            ..ChangeOptions::default()
        };
        let error = suspend_users(&client, ["U0"], &options).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidArgument);
        assert_eq!(error.message, format!("suspend-users: {cause}"));
    }
    assert!(client.platform().sent().is_empty());
}

#[test]
fn options_out_of_range_fail_the_whole_call() {
    let client = FakeAccount::with_users(1).client();
    let concurrency = |concurrency| ChangeOptions {
        concurrency: Some(concurrency),
        ..ChangeOptions::default()
    };
    let deadline = |ms| ChangeOptions {
        deadline_ms: Some(ms),
        ..ChangeOptions::default()
    };
    for (options, cause) in [
        (concurrency(0), "the concurrency must be from 1 to 16"),
        (concurrency(17), "the concurrency must be from 1 to 16"),
        (
            deadline(0),
            "the deadline must be milliseconds, from 1 to 3600000",
        ),
        (
            deadline(3_600_001),
            "the deadline must be milliseconds, from 1 to 3600000",
        ),
    ] {
        let error = suspend_users(&client, ["U0"], &options).unwrap_err();
        assert_eq!(
            (error.code, error.requests),
            (ErrorCode::InvalidArgument, 0)
        );
        assert_eq!(error.message, format!("suspend-users: {cause}"));
    }
}
