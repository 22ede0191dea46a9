//! Changes: their audit, and an agent that leaves while one is under way.

use std::{fs, time::Duration};

use serde_json::{Value, json};
use simulator::{Action, Endpoint, Fault, State};

use super::{AgentProcess, USER, code};
use crate::process::{op_users_at, simulator};

fn state(simulator: &simulator::Simulator) -> State {
    let users = simulator.users();
    users
        .into_iter()
        .find(|user| user.email == USER)
        .expect("the user")
        .state
}

#[tokio::test]
async fn a_plan_is_carried_out_and_audited_for_the_operator() {
    let simulator = simulator().await;
    let folder = tempfile::tempdir().expect("a folder");
    let audit = folder.path().join("audit.jsonl");
    let mut agent = AgentProcess::at(
        &simulator,
        &[
            "--allow-contain",
            "--operator",
            "wendy",
            "--audit",
            audit.to_str().expect("UTF-8"),
        ],
    );
    agent.open(&json!({})).await;
    assert_eq!(
        code(
            &agent
                .call("suspend_users", &json!({ "users": [USER] }))
                .await
        ),
        "plan-required"
    );
    for (tool, state_after, activity) in [
        ("suspend_users", State::Suspended, "Disable"),
        ("reactivate_users", State::Active, "Enable"),
    ] {
        let arguments = agent.plan(tool).await;
        let done = agent.call(tool, &arguments).await;
        assert_eq!(done["isError"], false, "{done}");
        assert_eq!(state(&simulator), state_after);
        // It is there before the answer.
        let text = fs::read_to_string(&audit).expect("an audit");
        let event: Value =
            serde_json::from_str(text.lines().last().expect("an event")).expect("JSON");
        assert_eq!(event["activity_name"], activity);
        assert_eq!(
            event["actor"],
            json!({ "app_name": "mcp", "user": { "name": "wendy" } })
        );
        assert_eq!(code(&agent.call(tool, &arguments).await), "plan-used");
    }
    let (status, _, stderr) = agent.end().await;
    assert_eq!(status, 0);
    assert!(!stderr.contains("class_uid"), "{stderr}");
}

#[tokio::test]
async fn a_plan_of_another_process_is_refused() {
    let simulator = simulator().await;
    let mut one = AgentProcess::at(&simulator, &["--allow-contain"]);
    let mut other = AgentProcess::at(&simulator, &["--allow-contain"]);
    let arguments = one.plan("suspend_users").await;
    assert_eq!(
        code(&other.call("suspend_users", &arguments).await),
        "plan-mismatch"
    );
    assert_eq!(state(&simulator), State::Active);
}

#[tokio::test]
async fn an_audit_that_cannot_be_written_refuses_changes() {
    let simulator = simulator().await;
    let folder = tempfile::tempdir().expect("a folder");
    let audit = folder.path().join("audit.jsonl");
    let mut agent = AgentProcess::at(
        &simulator,
        &["--allow-contain", "--audit", audit.to_str().expect("UTF-8")],
    );
    let arguments = agent.plan("suspend_users").await;
    fs::remove_file(&audit).expect("it was made");
    fs::create_dir(&audit).expect("a folder in its place");
    assert_eq!(
        code(&agent.call("suspend_users", &arguments).await),
        "audit-unavailable"
    );
    assert_eq!(state(&simulator), State::Active);
    fs::remove_dir(&audit).expect("it is empty");
    assert_eq!(
        agent.call("suspend_users", &arguments).await["isError"],
        false
    );
    assert_eq!(state(&simulator), State::Suspended);
}

/// Starts a change that the API answers after a while.
async fn slow_change(simulator: &simulator::Simulator, agent: &mut AgentProcess) -> u64 {
    let arguments = agent.plan("suspend_users").await;
    simulator.fault(Fault::new(Action::Hold).on(Endpoint::Suspend));
    let id = agent.send(
        "tools/call",
        &json!({ "name": "suspend_users", "arguments": arguments }),
    );
    simulator.held(1).await;
    id
}

#[tokio::test]
async fn a_change_under_way_is_finished_when_the_input_ends() {
    let simulator = simulator().await;
    let mut agent = AgentProcess::at(&simulator, &["--allow-contain"]);
    let id = slow_change(&simulator, &mut agent).await;
    let (ended, ()) = tokio::join!(agent.end(), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        simulator.release();
    });
    let (status, messages, _) = ended;
    assert_eq!(status, 0);
    assert_eq!(
        (&messages[0]["id"], &messages[0]["result"]["isError"]),
        (&json!(id), &json!(false))
    );
    assert_eq!(state(&simulator), State::Suspended);
}

#[cfg(unix)]
#[tokio::test]
async fn a_signal_ends_reads_and_waits_for_changes() {
    let simulator = simulator().await;
    let mut agent = AgentProcess::at(&simulator, &["--allow-contain"]);
    let arguments = agent.plan("suspend_users").await;
    simulator.fault(Fault::new(Action::Hold).on(Endpoint::List).skip(1));
    simulator.fault(Fault::new(Action::Hold).on(Endpoint::Suspend));
    agent.send(
        "tools/call",
        &json!({ "name": "suspend_users", "arguments": arguments }),
    );
    simulator.held(1).await;
    agent.send("tools/call", &json!({ "name": "list_users" }));
    simulator.held(2).await;
    agent.signal("-TERM");
    let (ended, ()) = tokio::join!(agent.wait(), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        simulator.release();
    });
    let (status, messages, stderr) = ended;
    assert_eq!(status, 0, "{stderr}");
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert_eq!(
        messages[0]["result"]["structuredContent"]["summary"]["changed"],
        1
    );
    assert_eq!(state(&simulator), State::Suspended);
}

#[cfg(unix)]
#[tokio::test]
async fn a_second_signal_says_that_a_change_may_have_been_made() {
    let simulator = simulator().await;
    let mut agent = AgentProcess::at(&simulator, &["--allow-contain"]);
    slow_change(&simulator, &mut agent).await;
    agent.signal("-TERM");
    tokio::time::sleep(Duration::from_millis(300)).await;
    agent.signal("-TERM");
    let (status, _, stderr) = agent.wait().await;
    assert_eq!(status, 1);
    assert!(stderr.contains("may have been made"), "{stderr}");
    simulator.release();
}

#[cfg(unix)]
#[tokio::test]
async fn an_id_that_is_used_twice_does_not_hide_a_change() {
    let simulator = simulator().await;
    let mut agent = AgentProcess::at(&simulator, &["--allow-contain"]);
    let id = slow_change(&simulator, &mut agent).await;
    agent.write(&json!({ "jsonrpc": "2.0", "id": id, "method": "ping" }).to_string());
    assert_eq!(agent.read().await["result"], json!({}));
    agent.signal("-TERM");
    tokio::time::sleep(Duration::from_millis(300)).await;
    agent.signal("-TERM");
    let (status, _, stderr) = agent.wait().await;
    assert_eq!(status, 1);
    assert!(stderr.contains("may have been made"), "{stderr}");
    simulator.release();
}

#[tokio::test]
async fn a_cancelled_read_has_no_answer_and_a_change_is_told() {
    let simulator = simulator().await;
    let mut agent = AgentProcess::at(&simulator, &["--allow-contain"]);
    let change = slow_change(&simulator, &mut agent).await;
    simulator.fault(Fault::new(Action::Hold).on(Endpoint::List));
    let read = agent.send("tools/call", &json!({ "name": "list_users" }));
    simulator.held(2).await;
    for id in [read, change, 999] {
        let cancelled = json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": id } });
        agent.write(&cancelled.to_string());
    }
    // Handled after the cancellations.
    assert_eq!(agent.ask("ping", &json!({})).await["result"], json!({}));
    simulator.release();
    let (status, messages, stderr) = agent.end().await;
    assert_eq!((status, messages), (0, Vec::new()));
    assert!(
        stderr.contains("the agent did not wait for the answer to a change"),
        "{stderr}"
    );
    assert!(stderr.contains(r#""changed":1"#), "{stderr}");
    assert_eq!(state(&simulator), State::Suspended);
}

#[tokio::test]
async fn nothing_of_a_key_or_a_secret_is_printed() {
    let simulator = simulator().await;
    let command = op_users_at(&simulator, &["mcp", "--allow-contain", "--verbose"]);
    let mut agent = AgentProcess::start(command);
    let mut printed = String::new();
    agent.open(&json!({})).await;
    for (tool, arguments) in [
        ("check_connection", json!({})),
        ("find_user", json!({ "email": USER })),
        ("suspend_users", json!({ "users": [USER], "dry_run": true })),
    ] {
        printed.push_str(&agent.call(tool, &arguments).await.to_string());
    }
    let (_, _, stderr) = agent.end().await;
    printed.push_str(&stderr);
    let mut secrets = simulator.tokens();
    secrets.push(simulator.client_secret());
    for secret in secrets {
        for part in secret.as_bytes().windows(8) {
            let part = str::from_utf8(part).expect("ASCII");
            assert!(!printed.contains(part), "{part} in {printed}");
        }
    }
    assert!(!printed.contains("OP_SERVICE_KEYS"));
}
