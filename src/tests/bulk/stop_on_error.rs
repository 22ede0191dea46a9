//! Option `stop_on_error` of a bulk change.

use super::fake_account::*;
use crate::{ChangeOptions, tests::scripted_server::reply};

fn stopping() -> ChangeOptions {
    ChangeOptions {
        stop_on_error: true,
        concurrency: Some(2),
        ..ChangeOptions::default()
    }
}

#[test]
fn an_unknown_target_stops_the_call_before_any_change() {
    let account = FakeAccount::with_users(3);
    account.set_state("U2", "SUSPENDED");
    let client = account.client();
    for (names, expected) in [
        (["U0", "UNKNOWN", "U2"], ["Skipped", "NotFound", "Skipped"]),
        (
            ["unknown@acme.example", "u0@acme.example", "u2@acme.example"],
            ["NotFound", "Skipped", "Unchanged"],
        ),
        (["U0", "", "U2"], ["Skipped", "InvalidArgument", "Skipped"]),
        (
            ["u0@acme.example", "", "U2"],
            ["Skipped", "InvalidArgument", "Skipped"],
        ),
    ] {
        let options = ChangeOptions {
            concurrency: Some(1),
            ..stopping()
        };
        let report = suspend_users(&client, names, &options).unwrap();
        assert_eq!(outcomes(&report), expected, "{names:?}");
    }
    assert_eq!(client.platform().count(is_change), 0);
}

#[test]
fn a_violated_guard_stops_the_call_before_any_change() {
    let account = FakeAccount::with_users(3);
    account.set_state("U2", "SUSPENDED");
    let client = account.client();
    let options = ChangeOptions {
        protect: vec![selector("U1")],
        ..stopping()
    };
    let report = suspend_users(&client, ["U0", "U1", "U2"], &options).unwrap();
    assert_eq!(outcomes(&report), ["Skipped", "Protected", "Unchanged"]);
    assert_eq!(client.platform().count(is_change), 0);
}

#[test]
fn a_failed_change_skips_the_changes_not_yet_begun() {
    let account = FakeAccount::with_users(9);
    let client = account.client_except(|sent| is_change_of(sent, "U3").then(|| reply(403, "no")));
    let report = suspend_users(&client, ids(9), &stopping()).unwrap();
    assert_eq!(
        outcomes(&report),
        [
            "Changed", "Changed", "Changed", "Other", "Skipped", "Skipped", "Skipped", "Skipped",
            "Skipped"
        ]
    );
    // Skipped users were looked up nevertheless.
    assert!(report.targets.iter().all(|target| target.user.is_some()));
    assert_eq!(account.suspended_ids(), ["U0", "U1", "U2"]);
}

#[test]
fn a_dry_run_stops_at_the_first_error_too() {
    let options = ChangeOptions {
        dry_run: true,
        ..stopping()
    };
    let report = suspend_users(
        &FakeAccount::with_users(1).client(),
        ["u0@acme.example", "UNKNOWN"],
        &options,
    )
    .unwrap();
    assert_eq!(outcomes(&report), ["Skipped", "NotFound"]);
}

#[test]
fn a_missing_get_permission_does_not_stop_the_call() {
    let account = FakeAccount::with_users(2);
    let client = account.client_except(|sent| is_get(sent).then(|| reply(403, FORBIDDEN)));
    let report = suspend_users(&client, ["U0", "U1"], &stopping()).unwrap();
    assert_eq!(outcomes(&report), ["Changed", "Changed"]);
}

#[test]
fn without_stop_on_error_all_targets_are_tried() {
    let account = FakeAccount::with_users(9);
    let client = account.client_except(|sent| is_change_of(sent, "U3").then(|| reply(403, "no")));
    let names = ids(9);
    let options = ChangeOptions {
        stop_on_error: false,
        ..stopping()
    };
    let report = suspend_users(&client, &names, &options).unwrap();
    let changed = outcomes(&report)
        .iter()
        .filter(|&word| word == "Changed")
        .count();
    assert_eq!(changed, 8);
}
