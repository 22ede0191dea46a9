//! Invalid arguments, and the help.

use serde_json::Value;

use super::process::{op_users, op_users_at, run, simulator};

#[tokio::test]
async fn invalid_arguments_have_exit_status_2() {
    let simulator = simulator().await;
    for arguments in [
        &["frobnicate"][..],
        &["get"],
        &["get", "A", "B"],
        &["list", "--page-size", "0"],
        &["list", "--page-size", "1001"],
        &["list", "--page-size", "many"],
        &["list", "--state", "asleep"],
        &["list", "--limit", "0"],
        &["list", "--sort", "age"],
        &["list", "--match", ""],
        &["list", "--match", " \u{301}\u{200b}"],
        &["list", "--match", "a", "--page-size", "5"],
        &["list", "--sort", "name", "--page-token", "x"],
        &["list", "--limit", "1", "--page-size", "5"],
        &["list", "--limit", "1", "--all"],
        &["list", "--count", "--csv"],
        &["list", "--count", "--sort", "name"],
        &["list", "--count", "--limit", "1"],
        &["list", "--count", "--page-size", "1"],
        &["--color", "blue", "list"],
        &["suspend"],
        &["--client-secret", "x", "list"],
    ] {
        let ended = run(op_users_at(&simulator, arguments)).await;
        assert_eq!(ended.status, 2, "{arguments:?}: {ended:?}");
        assert_eq!(ended.stdout, "", "{arguments:?}");
        assert!(ended.stderr.starts_with("error: "), "{ended:?}");
    }
    assert!(simulator.requests().is_empty());
}

#[tokio::test]
async fn help_names_settings_examples_and_exit_statuses() {
    let simulator = simulator().await;
    let ended = run(op_users_at(&simulator, &["help"])).await;
    assert_eq!(ended.status, 0);
    for part in [
        "OP_USERS_CLIENT_SECRET",
        "Examples:",
        "op-users list --match",
        "Exit status: 0 done, 1 failed, 2 wrong usage or settings, 75 all",
    ] {
        assert!(ended.stdout.contains(part), "{part}");
    }
}

#[tokio::test]
async fn json_has_an_object_for_invalid_arguments() {
    for (arguments, message) in [
        (&["--json", "frobnicate"][..], "unrecognized subcommand"),
        (&["list", "--page-size", "--json"], "a value is required"),
        (
            &["list", "--page-size", "0", "--json"],
            "0 is not in 1..=1000",
        ),
        (&["get", "--json"], "were not provided: <USER>"),
        (&["contain", "--json"], "were not provided"),
        (&["--json", "--jsn", "list"], "unexpected argument '--jsn'"),
        (
            &["--json", "--json", "check"],
            "cannot be used multiple times",
        ),
        (&["list", "--json=yes", "--json"], "--json"),
        (&["--json=yes", "list"], "unexpected value 'yes'"),
        (&["list", "--json="], "unexpected value ''"),
        (&["-v", "list", "--json=true", "x"], "unexpected value"),
        (
            &["get", "A", "B\u{1b}[2J\n", "--json"],
            "unexpected argument 'B\\u{1b}[2J\\u{a}'",
        ),
        (
            &["contain", "--json", "two words"],
            "neither an id nor an e-mail address",
        ),
        (
            &["suspend", "--json", "two words"],
            "neither an id nor an e-mail address",
        ),
        (
            &["--simulator", "--json", "serve", "--listen", "0.0.0.0:0"],
            "other machines",
        ),
        (&["--json", "--simulator-state", "x"], "needs a command"),
    ] {
        let ended = run(op_users(arguments)).await;
        assert_eq!(
            (ended.status, ended.stdout.as_str()),
            (2, ""),
            "{arguments:?}"
        );
        assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
        let object: Value = serde_json::from_str(&ended.stderr).expect("one object");
        let error = &object["error"];
        assert_eq!(error["code"], "usage", "{ended:?}");
        let found = error["message"].as_str().expect("a message");
        assert!(found.contains(message), "{arguments:?}: {found}");
        assert!(error.get("hint").is_some());
    }
}

#[tokio::test]
async fn arguments_after_a_double_dash_are_no_options() {
    let ended = run(op_users(&["get", "A", "B", "--", "--json"])).await;
    assert_eq!(ended.status, 2, "{ended:?}");
    assert!(ended.stderr.starts_with("error: "), "{ended:?}");
}
