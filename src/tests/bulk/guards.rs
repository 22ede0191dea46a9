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
            assert_eq!(outcomes(&report), ["Changed", "Protected", "Changed"]);
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
    let forbidden = || account.client_except(|sent| is_get(sent).then(|| reply(403, FORBIDDEN)));
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
    assert_eq!(outcomes(&report), ["Changed", "Protected"]);
    assert_eq!(account.suspended_ids(), ["U0"]);
}

#[test]
fn an_invalid_protected_user_fails_the_whole_call() {
    let client = FakeAccount::with_users(1).client();
    for (protect, cause) in [
        (
            Selector::Email("u1".into()),
            "invalid entry in `protect`, u1: the e-mail address must have an @",
        ),
        (
            Selector::Id(String::new()),
            "invalid entry in `protect`, : the user's id must not be empty",
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

/// Names that cannot be an address or an id of a user, whichever of the two they are taken for.
const MISREAD: [&str; 68] = [
    "",
    " ",
    "u1@acme.example;u2@acme.example",
    "u1@acme.example,u2@acme.example",
    "u1@acme.example u2@acme.example",
    "\"u1@acme.example\"",
    "'u1@acme.example'",
    "u1@acme.example'",
    "\u{201c}u1@acme.example\u{201d}",
    "\u{2018}u1@acme.example\u{2019}",
    "`u1@acme.example`",
    "CEO <u1@acme.example>",
    "<u1@acme.example>",
    "mailto:u1@acme.example",
    "SMTP:u1@acme.example",
    "email=u1@acme.example",
    "[\"u1@acme.example\",\"u2@acme.example\"]",
    "u1@acme.example|u2@acme.example",
    "*@acme.example",
    "@acme.example",
    "u1@acme",
    "u1@.example",
    "u1@acme.example-",
    "u1@-acme.example",
    "u1@acme_.example",
    "u1@acme._example",
    "u1@acme.example.",
    "u1@@acme.example",
    "u1@acme.example\u{200b}",
    "\u{feff}u1@acme.example",
    "u1\u{ad}@acme.example",
    "u1@acme.example\u{fe0f}",
    "u1@acme.example\u{e0041}",
    "u1\u{ff20}acme.example",
    "u1@acme\u{3002}example",
    "u1@acme.example\u{ff0e}",
    "#u1@acme.example",
    "-u1@acme.example",
    "+u1@acme.example",
    "!u1@acme.example",
    "\u{2022}u1@acme.example",
    "\u{2013}u1@acme.example",
    "~u1@acme.example",
    "^u1@acme.example$",
    "/u1@acme.example/",
    ".u1@acme.example",
    "u1.@acme.example",
    "u1..x@acme.example",
    "u1'@acme.example",
    "u1@acme.example?subject=x",
    "u1@acme.example/",
    "u1@acme.example#1",
    "u1%40acme.example",
    "u1%2bx@acme.example",
    "u1\u{40}acme.example\0",
    "o\u{2bc}brien@acme.example",
    "\u{2032}u1@acme.example\u{2032}",
    "\u{301d}u1@acme.example\u{301e}",
    "\u{5f3}u1@acme.example",
    "e\u{301}lodie@acme.example",
    "\u{1f512}u1@acme.example",
    "\u{e001}u1@acme.example",
    "\u{fffd}lodie@acme.example",
    "u1@acme.example\r\nu2@acme.example",
    "u1\\@acme.example",
    "acme\\u1",
    "=u1@acme.example",
    "${BOSS}",
];

#[test]
fn a_guard_that_cannot_be_meant_refuses_the_call() {
    let client = FakeAccount::with_users(3).client();
    for name in MISREAD {
        for protect in [Selector::Email(name.into()), Selector::Id(name.into())] {
            let options = ChangeOptions {
                protect: vec![Selector::Id("U0".into()), protect],
                ..ChangeOptions::default()
            };
            let error = suspend_users(&client, ["U0"], &options).unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidArgument, "{name:?}");
            assert!(
                error
                    .message
                    .starts_with("suspend-users: invalid entry in `protect`, "),
                "{}",
                error.message
            );
        }
        let error = client
            .platform()
            .run(client.find_user(name, None))
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidArgument, "{name:?}");
    }
    for id in [
        "u1@acme.example",
        " U1",
        "U1\t",
        "U 1",
        "\u{200b}U1",
        "'U1'",
    ] {
        let options = ChangeOptions {
            protect: vec![Selector::Id(id.into())],
            ..ChangeOptions::default()
        };
        let error = suspend_users(&client, ["U0"], &options).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidArgument, "{id:?}");
    }
    assert!(client.platform().sent().is_empty());
}

#[test]
fn an_invalid_guard_is_named_short_and_without_secrets() {
    let client = FakeAccount::with_users(1).client();
    let named = |name: String| {
        let options = ChangeOptions {
            protect: vec![Selector::Email(name)],
            ..ChangeOptions::default()
        };
        suspend_users(&client, ["U0"], &options)
            .unwrap_err()
            .message
    };
    let secret = crate::tests::fixtures::CLIENT_SECRET;
    assert_eq!(
        named(format!("a\u{202e}b\u{1b}@{secret}")),
        "suspend-users: invalid entry in `protect`, a?b?@[redacted]: the e-mail address must not contain invisible letters"
    );
    assert!(named("x".repeat(100_000)).len() < 200);
}

#[test]
fn unusual_addresses_that_people_have_are_accepted() {
    for email in [
        "o'brien@acme.example",
        "first.last+tag@sub.acme.example",
        "x_y-z~a@acme-corp.example",
        "r&d@acme.example",
        "_service@acme.example",
        "wendy_acme.example#EXT#@acme.onmicrosoft.com",
        "\u{212a}ate@acme.example",
        "張偉@例子.公司",
        "\u{20bb7}野家@acme.example",
        "élodie@bücher.example",
        "иван@почта.рф",
        "उपयोगकर्ता@उदाहरण.भारत",
        " spaced@acme.example\n",
    ] {
        assert_eq!(crate::check_email(email), Ok(()), "{email}");
    }
    for id in ["IR7VJHJ36JHINBFAD7V2T5MP3E", "a/b", "a.b-c_d", "名前"] {
        assert_eq!(crate::check_user_id(id), Ok(()), "{id}");
    }
}

#[test]
fn an_id_is_protected_in_any_letter_case() {
    let account = FakeAccount::with_users(2);
    let report = suspend_users(&account.client(), ["U0", "U1"], &protecting(&["u1"])).unwrap();
    assert_eq!(outcomes(&report), ["Changed", "Protected"]);
}

#[test]
fn a_user_without_an_address_does_not_pass_a_guard_by_address() {
    for email in [
        "",
        r#""email":null,"#,
        r#""email":"","#,
        r#""email":" ","#,
        r#""email":"-","#,
        r#""mail":"u0@acme.example","#,
    ] {
        let account = FakeAccount::with_users(2);
        let shown = format!(r#"{{"id":"U0",{email}"state":"ACTIVE"}}"#);
        let client = account.client_except(move |sent| {
            (is_get(sent) && sent.url.ends_with("/U0")).then(|| reply(200, shown.clone()))
        });
        let cause = (
            "suspend-users: the user's e-mail address cannot be compared, because the server did not send it",
            Some("leave out the guards by e-mail address, if the user may be changed"),
        );
        let protect = protecting(&["u0@acme.example"]);
        let report = suspend_users(&client, ["U0", "U1"], &protect).unwrap();
        assert_eq!(
            outcomes(&report),
            ["PreconditionFailed", "Changed"],
            "{email}"
        );
        assert_eq!(target_texts(&report, 0), cause);
        let targets = [Target {
            who: selector("U0"),
            expect_email: Some("u0@acme.example".into()),
        }];
        let options = ChangeOptions::default();
        let call = client.suspend_users(&targets, &options);
        let report = client.platform().run(call).unwrap();
        assert_eq!(target_texts(&report, 0), cause);
        assert_eq!(account.suspended_ids(), ["U1"]);
    }
    for email in ["7", "true", "{}", r#"["u0@acme.example"]"#] {
        let account = FakeAccount::with_users(1);
        let shown = format!(r#"{{"id":"U0","email":{email},"state":"ACTIVE"}}"#);
        let client =
            account.client_except(move |sent| is_get(sent).then(|| reply(200, shown.clone())));
        let report = suspend_users(&client, ["U0"], &ChangeOptions::default()).unwrap();
        assert_eq!(outcomes(&report), ["MalformedResponse"]);
    }
}

#[test]
fn unusual_addresses_of_the_account_are_compared_exactly() {
    let account = FakeAccount::default();
    for (id, email) in [
        ("A", "a b@acme"),
        ("B", "<b>@acme.example"),
        ("C", "c@@acme.example"),
    ] {
        account.add(id, email, "ACTIVE");
    }
    let target = |id: &str, email: &str| Target {
        who: selector(id),
        expect_email: Some(email.into()),
    };
    let client = account.client();
    let targets = [
        target("A", "A B@acme"),
        target("B", "b@acme.example"),
        target("C", "c@@acme.example"),
    ];
    let options = ChangeOptions::default();
    let report = client
        .platform()
        .run(client.suspend_users(&targets, &options));
    assert_eq!(
        outcomes(&report.unwrap()),
        ["Changed", "PreconditionFailed", "Changed"]
    );
}

#[test]
fn a_protected_user_in_another_spelling_is_not_changed() {
    for (account, guard) in [
        ("jose\u{301}@acme.example", "jos\u{e9}@acme.example"),
        ("boss@xn--bcher-kva.example", "boss@b\u{fc}cher.example"),
        ("stra\u{df}e@acme.example", "strasse@acme.example"),
        ("STRASSE@acme.example", "stra\u{df}e@acme.example"),
        ("\u{130}REM@acme.example", "irem@acme.example"),
        ("\u{131}rem@acme.example", "irem@acme.example"),
        ("bo\u{17f}s@acme.example", "boss@acme.example"),
        ("\u{ff42}oss@acme.example", "boss@acme.example"),
        ("o\u{fb03}ce@acme.example", "office@acme.example"),
        ("b\u{43e}ss@acme.example", "boss@acme.example"),
        ("boss@\u{430}cme.example", "boss@acme.example"),
        (r#"\"boss\"@acme.example"#, "boss@acme.example"),
        ("Boss <boss@acme.example>", "boss@acme.example"),
        ("mailto:boss@acme.example", "boss@acme.example"),
        ("boss@acme.example.", "boss@acme.example"),
        ("boss@acme.example,x@acme.example", "boss@acme.example"),
        ("\u{feff}boss@acme.example", "boss@acme.example"),
        ("bo\u{ad}ss@acme.example", "boss@acme.example"),
        ("b***@acme.example", "boss@acme.example"),
        ("[redacted]@acme.example", "boss@acme.example"),
        ("@", "boss@acme.example"),
    ] {
        let fake = FakeAccount::default();
        fake.add("U0", account, "ACTIVE");
        fake.add("U1", "other@acme.example", "ACTIVE");
        let report = suspend_users(&fake.client(), ["U0", "U1"], &protecting(&[guard])).unwrap();
        let outcomes = outcomes(&report);
        assert!(
            matches!(outcomes[0].as_str(), "Protected" | "PreconditionFailed"),
            "{account}: {outcomes:?}"
        );
        assert_eq!(outcomes[1], "Changed", "{account}");
    }
}

#[test]
fn a_guard_in_another_spelling_is_refused() {
    let client = FakeAccount::with_users(1).client();
    for guard in [
        "boss@xn--bcher-kva.example",
        "boss@sub.XN--bcher-kva.example",
        "\u{ff42}oss@acme.example",
        "o\u{fb03}ce@acme.example",
        "b\u{43e}ss@acme.example",
        "boss@\u{430}cme.example",
        "\u{212a}ate@acme.example",
        "\u{1112}\u{1161}\u{11ab}@acme.example",
        "\u{627}\u{654}@acme.example",
        "\u{1d41b}oss@acme.example",
    ] {
        let error = suspend_users(&client, ["U0"], &protecting(&[guard])).unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidArgument, "{guard}");
    }
    for guard in [
        "\u{438}\u{432}\u{430}\u{43d}@acme.example",
        "jos\u{e9}@acme.example",
        "tanaka\u{7530}\u{4e2d}@acme.example",
        "o'brien@acme.example",
    ] {
        suspend_users(&client, ["U0"], &protecting(&[guard])).unwrap();
    }
}

#[test]
fn an_encoded_domain_passes_guards_in_ascii() {
    let fake = FakeAccount::default();
    fake.add("U0", "x@xn--bcher-kva.example", "ACTIVE");
    let report = suspend_users(&fake.client(), ["U0"], &protecting(&["boss@acme.example"]));
    assert_eq!(outcomes(&report.unwrap()), ["Changed"]);
}
