//! Invalid arguments, and the help.

use super::process::{op_users_at, run, simulator};

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
    let ended = run(op_users_at(&simulator, &["--help"])).await;
    assert_eq!(ended.status, 0);
    for part in [
        "OP_USERS_CLIENT_SECRET",
        "Examples:",
        "op-users list --all --json",
        "Exit status: 0 done, 1 a call failed, 2 wrong usage.",
    ] {
        assert!(ended.stdout.contains(part), "{part}");
    }
}
