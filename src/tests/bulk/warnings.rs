//! Warnings of a bulk change: guards that did less than they seem to.

use super::fake_account::*;
use crate::{ChangeOptions, tests::scripted_server::reply};

fn protecting(names: &[&str]) -> ChangeOptions {
    ChangeOptions {
        protect: names.iter().map(|&name| selector(name)).collect(),
        ..ChangeOptions::default()
    }
}

#[test]
fn protected_names_that_no_user_has_are_named() {
    let account = FakeAccount::with_users(3);
    let protect = protecting(&["U1", "Boss@acme.example", "boss@ACME.example", "ABSENT"]);
    let report = suspend_users(&account.client(), ["u0@acme.example"], &protect).unwrap();
    assert_eq!(outcomes(&report), ["Changed"]);
    assert_eq!(
        report.warnings,
        ["protected names that no user of the account has: Boss@acme.example, ABSENT"]
    );
}

#[test]
fn at_most_8_names_are_in_a_warning() {
    let account = FakeAccount::with_users(1);
    let names: Vec<_> = (0..1000).map(|at| format!("x{at}@acme.example")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let report = suspend_users(&account.client(), ["u0@acme.example"], &protecting(&names));
    let named = names[..8].join(", ");
    assert_eq!(
        report.unwrap().warnings,
        [format!(
            "protected names that no user of the account has: {named} and 992 more"
        )]
    );
}

#[test]
fn a_list_that_was_not_read_to_its_end_proves_nothing() {
    let account = FakeAccount::with_users(3);
    let protect = protecting(&["boss@acme.example"]);
    let report = suspend_users(&account.client(), ["U0"], &protect).unwrap();
    assert_eq!(report.warnings, Vec::<String>::new());
    let client = account.client_except(|sent| is_list(sent).then(|| reply(403, "")));
    let report = suspend_users(&client, ["U0", "u1@acme.example"], &protect).unwrap();
    assert_eq!(report.warnings, Vec::<String>::new());
}

#[test]
fn a_user_whom_only_a_get_shows_is_known() {
    let account = FakeAccount::with_users(3);
    let listed = FakeAccount::with_users(2);
    let client = account.client_except(move |sent| is_list(sent).then(|| listed.answer(sent)));
    let protect = protecting(&["u2@acme.example"]);
    let report = suspend_users(&client, ["u0@acme.example", "U2"], &protect).unwrap();
    assert_eq!(outcomes(&report), ["Changed", "Protected"]);
    assert_eq!(report.warnings, Vec::<String>::new());
}

#[test]
fn changes_without_a_look_up_are_counted() {
    let account = FakeAccount::with_users(3);
    let client = account.client_except(|sent| is_get(sent).then(|| reply(403, FORBIDDEN)));
    for dry_run in [true, false] {
        let options = ChangeOptions {
            dry_run,
            ..ChangeOptions::default()
        };
        let report = suspend_users(&client, ["U0", "U1", "u2@acme.example"], &options).unwrap();
        assert_eq!(
            report.warnings,
            [
                "no look-up of 2 users, because the OAuth application may not get users: their addresses and their states \
                 before the change are unknown"
            ]
        );
    }
    assert_eq!(account.suspended_ids(), ["U0", "U1", "U2"]);
}
