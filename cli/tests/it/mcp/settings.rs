//! Arguments and settings: guards of the command and of the environment, and what is refused.

use std::fs;

use serde_json::json;
use simulator::State;
use tempfile::TempDir;

use super::{AgentProcess, USER};
use crate::process::{op_users, op_users_at, run, simulator};

fn list(folder: &TempDir, name: &str, content: &str) -> String {
    let path = folder.path().join(name);
    fs::write(&path, content).expect("it is written");
    path.to_str().expect("UTF-8").to_owned()
}

#[tokio::test]
async fn users_of_files_and_of_the_environment_are_protected() {
    let simulator = simulator().await;
    let folder = tempfile::tempdir().expect("a folder");
    let by_id = simulator.users()[10].clone();
    let first = list(
        &folder,
        "first.csv",
        &format!("id,email\n{},{}\n", by_id.id, by_id.email),
    );
    let second = list(&folder, "second.txt", "user0012@acme.example # the boss\n");
    let mut command = op_users_at(
        &simulator,
        &[
            "mcp",
            "--allow-contain",
            "--protect-file",
            &first,
            "--protect-file",
            &second,
        ],
    );
    command.env("OP_SERVICE_PROTECT", USER);
    let mut agent = AgentProcess::start(command);
    let users = [
        by_id.id.as_str(),
        &by_id.email,
        "user0012@acme.example",
        USER,
        "user0013@acme.example",
    ];
    let planned = agent
        .call("suspend_users", &json!({ "users": users, "dry_run": true }))
        .await;
    let outcomes = planned["structuredContent"]["outcomes"]
        .as_array()
        .expect("outcomes");
    let words: Vec<_> = outcomes
        .iter()
        .map(|outcome| {
            outcome["error"]["code"]
                .as_str()
                .or(outcome["outcome"].as_str())
                .expect("a word")
        })
        .collect();
    assert_eq!(
        words,
        [
            "protected",
            "protected",
            "protected",
            "protected",
            "would-change"
        ]
    );
}

#[tokio::test]
async fn the_smaller_limit_holds() {
    for (option, variable, max) in [
        (None, None, 25),
        (Some("1"), None, 1),
        (Some("3"), Some("2"), 2),
        (Some("2"), Some("3"), 2),
        (None, Some("2"), 2),
    ] {
        let simulator = simulator().await;
        let mut arguments = vec!["mcp", "--allow-contain"];
        arguments.extend(option.iter().flat_map(|max| ["--max-changes", max]));
        let mut command = op_users_at(&simulator, &arguments);
        if let Some(max) = variable {
            command.env("OP_SERVICE_MAX_CHANGES", max);
        }
        let mut agent = AgentProcess::start(command);
        let active = simulator
            .users()
            .into_iter()
            .filter(|user| user.state == State::Active && user.role == simulator::Role::Member);
        let users: Vec<_> = active.map(|user| user.id).take(max + 1).collect();
        let refused = agent
            .call("suspend_users", &json!({ "users": users, "dry_run": true }))
            .await;
        assert_eq!(
            refused["structuredContent"]["error"]["code"], "precondition-failed",
            "{option:?} {variable:?}"
        );
        let planned = agent
            .call(
                "suspend_users",
                &json!({ "users": users[1..], "dry_run": true }),
            )
            .await;
        assert_eq!(planned["structuredContent"]["summary"]["would_change"], max);
    }
}

#[tokio::test]
async fn settings_that_would_not_hold_are_refused_by_name() {
    let folder = tempfile::tempdir().expect("a folder");
    let odd = list(&folder, "odd.csv", "id\nabcdef\n");
    let protect = list(&folder, "protect.txt", USER);
    for (arguments, variable, part) in [
        (
            &["--audit", "-"][..],
            None,
            "--audit cannot be standard output",
        ),
        (
            &["--audit", "/dev/stdout"],
            None,
            "--audit cannot be standard output",
        ),
        (
            &["--protect-file", "-"],
            None,
            "--protect-file cannot be standard input",
        ),
        (
            &["--protect-file", &protect, "--audit", &protect],
            None,
            "are the same file",
        ),
        (&["--protect-file", "/missing"], None, "/missing"),
        (
            &["--protect-file", &odd, "--protect-id-column", "id"],
            None,
            "abcdef is not an id of 26",
        ),
        (&["--max-changes", "many"], None, "--max-changes"),
        (&["--operator", ""], None, "--operator"),
        (
            &[],
            Some(("OP_SERVICE_PROTECT", "boss")),
            "OP_SERVICE_PROTECT",
        ),
        (
            &["--protect-file", &protect],
            Some(("OP_SERVICE_PROTECT", "boss")),
            "entry 1",
        ),
        (
            &["--max-changes", "3"],
            Some(("OP_SERVICE_MAX_CHANGES", "x")),
            "OP_SERVICE_MAX_CHANGES",
        ),
        (&[], Some(("op_service_protect", USER)), "upper case"),
        (&[], Some(("OP_SERVICE_PROTCT", USER)), "OP_SERVICE_PROTCT"),
        (&[], Some(("OP_USERS_REGION", "xx")), "OP_USERS_REGION"),
    ] {
        let arguments = [&["--simulator", "mcp"], arguments].concat();
        let mut command = op_users(&arguments);
        if let Some((name, value)) = variable {
            command.env(name, value);
        }
        // A simulated account replaces the region.
        if variable.is_some_and(|(name, _)| name == "OP_USERS_REGION") {
            command = op_users(&["mcp"]);
            command
                .env("OP_USERS_REGION", "xx")
                .env("OP_USERS_ACCOUNT_ID", "A");
        }
        let ended = run(command).await;
        assert_eq!(
            ended.status, 2,
            "{arguments:?} {variable:?}: {}",
            ended.stderr
        );
        assert!(
            ended.stderr.contains(part),
            "{arguments:?} {variable:?}: {}",
            ended.stderr
        );
        assert_eq!(ended.stdout, "");
    }
}

#[tokio::test]
async fn callers_of_the_service_are_no_callers_here() {
    let simulator = simulator().await;
    let mut command = op_users_at(&simulator, &["mcp"]);
    command
        .env("OP_SERVICE_KEYS", "not a key")
        .env("OP_SERVICE_WEBHOOK_SECRETS", "no secret")
        .env("OP_SERVICE_REASON_HEADER", "perhaps")
        .env("OP_SERVICE_ACCOUNT_TOKEN", "ops_secret");
    let mut agent = AgentProcess::start(command);
    let checked = agent.call("check_connection", &json!({})).await;
    assert_eq!(checked["isError"], false, "{checked}");
    assert_eq!(agent.end().await.0, 0);
}
