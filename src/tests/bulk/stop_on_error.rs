//! Stopping at the first error: nothing new is begun, and nothing that is known is lost.

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
fn a_target_that_is_not_there_stops_the_call_before_any_change() {
    let account = FakeAccount::with_users(3);
    account.set_state("U2", "SUSPENDED");
    let client = account.client();
    for (names, expected) in [
        (["U0", "NOBODY", "U2"], ["Skipped", "NotFound", "Skipped"]),
        (
            ["nobody@acme.example", "u0@acme.example", "u2@acme.example"],
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
fn a_guard_that_does_not_hold_stops_the_call_before_any_change() {
    let account = FakeAccount::with_users(3);
    account.set_state("U2", "SUSPENDED");
    let client = account.client();
    let options = ChangeOptions {
        protect: vec![selector("U1")],
        ..stopping()
    };
    let report = suspend_users(&client, ["U0", "U1", "U2"], &options).unwrap();
    assert_eq!(
        outcomes(&report),
        ["Skipped", "PreconditionFailed", "Unchanged"]
    );
    assert_eq!(client.platform().count(is_change), 0);
}

#[test]
fn a_change_that_fails_leaves_the_rest_untried_and_what_is_under_way_ends() {
    let account = FakeAccount::with_users(9);
    let client = account.client_except(|sent| is_change_of(sent, "U3").then(|| reply(403, "no")));
    let names: Vec<_> = (0..9).map(|at| format!("U{at}")).collect();
    let report = suspend_users(&client, names.iter().map(String::as_str), &stopping()).unwrap();
    assert_eq!(
        outcomes(&report),
        [
            "Changed", "Changed", "Changed", "Other", "Skipped", "Skipped", "Skipped", "Skipped",
            "Skipped"
        ]
    );
    // Who was skipped was seen all the same.
    assert!(report.targets.iter().all(|target| target.user.is_some()));
    assert_eq!(account.suspended_ids(), ["U0", "U1", "U2"]);
}

#[test]
fn a_dry_run_stops_where_a_real_one_would() {
    let options = ChangeOptions {
        dry_run: true,
        ..stopping()
    };
    let report = suspend_users(
        &FakeAccount::with_users(1).client(),
        ["u0@acme.example", "NOBODY"],
        &options,
    )
    .unwrap();
    assert_eq!(outcomes(&report), ["Skipped", "NotFound"]);
}

#[test]
fn a_missing_permission_to_look_is_no_error_to_stop_at() {
    let account = FakeAccount::with_users(2);
    let client = account.client_except(|sent| is_get(sent).then(|| reply(403, "")));
    let report = suspend_users(&client, ["U0", "U1"], &stopping()).unwrap();
    assert_eq!(outcomes(&report), ["Changed", "Changed"]);
}

#[test]
fn without_it_everything_is_tried() {
    let account = FakeAccount::with_users(9);
    let client = account.client_except(|sent| is_change_of(sent, "U3").then(|| reply(403, "no")));
    let names: Vec<_> = (0..9).map(|at| format!("U{at}")).collect();
    let options = ChangeOptions {
        stop_on_error: false,
        ..stopping()
    };
    let report = suspend_users(&client, names.iter().map(String::as_str), &options).unwrap();
    let changed = outcomes(&report)
        .iter()
        .filter(|&word| word == "Changed")
        .count();
    assert_eq!(changed, 8);
}
