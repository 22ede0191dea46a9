//! Undo from an audit file, and from answers of the service.

use std::fs;

use serde_json::{Value, json};
use simulator::{State, User};

use super::{
    super::process::{CommandOutput, op_users_at, run},
    Scene, command, objects, read,
};

/// Contains users, with an audit and a correlation id.
async fn contain(scene: &Scene, users: &[User], id: &str) {
    let audit = scene.file("audit.jsonl");
    let words = [
        "contain",
        "--yes",
        "--audit",
        &audit,
        "--correlation-id",
        id,
    ];
    let ended = run(op_users_at(&scene.simulator, &command(&words, users))).await;
    assert_eq!(ended.status, 0, "{ended:?}");
}

async fn restore(scene: &Scene, file: &str, more: &[&str]) -> CommandOutput {
    let words = [&["restore", "--yes", "--from-report", file][..], more].concat();
    run(op_users_at(&scene.simulator, &words)).await
}

#[tokio::test]
async fn an_audit_of_one_call_is_undone() {
    let scene = Scene::new().await;
    let users = scene.active(2);
    let suspended = scene.suspended();
    contain(
        &scene,
        &[users[0].clone(), users[1].clone(), suspended.clone()],
        "C-1",
    )
    .await;
    let ended = restore(&scene, &scene.file("audit.jsonl"), &[]).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    assert_eq!(scene.state(&users[0]), State::Active);
    assert_eq!(scene.state(&users[1]), State::Active);
    // Suspended before: not a change of that call.
    assert_eq!(scene.state(&suspended), State::Suspended);
}

#[tokio::test]
async fn a_correlation_id_chooses_the_call_to_undo() {
    let scene = Scene::new().await;
    let users = scene.active(2);
    contain(&scene, &users[..1], "C-1").await;
    contain(&scene, &users[1..], "C-2").await;
    let audit = scene.file("audit.jsonl");
    let ended = restore(&scene, &audit, &[]).await;
    assert_eq!(ended.status, 2, "{ended:?}");
    for id in ["2 calls of contain", "C-2 (", "C-1 ("] {
        assert!(ended.stderr.contains(id), "{id}: {ended:?}");
    }
    let ended = restore(&scene, &audit, &["--correlation-id", "C-3"]).await;
    assert_eq!(ended.status, 2, "{ended:?}");
    let own = scene.file("own.jsonl");
    let ended = restore(
        &scene,
        &audit,
        &["--correlation-id", "C-1", "--audit", &own],
    )
    .await;
    assert_eq!(ended.status, 0, "{ended:?}");
    assert_eq!(scene.state(&users[0]), State::Active);
    assert_eq!(scene.state(&users[1]), State::Suspended);
    // The undo is another call.
    let line = &objects(&read(&scene.path("own.jsonl")))[0];
    assert_ne!(line["metadata"]["correlation_uid"], "C-1");
}

#[tokio::test]
async fn events_of_another_account_are_passed_over() {
    let scene = Scene::new().await;
    let users = scene.active(2);
    contain(&scene, &users, "INC-7").await;
    let lines = read(&scene.path("audit.jsonl"));
    let (one, two) = lines.trim_end().split_once('\n').expect("two lines");
    // The same ticket as correlation id, in two accounts.
    let other = two.replace(scene.simulator.account_id(), "ELSEWHERE");
    for order in [[one, &other], [&other, one]] {
        let audit = scene.write("both.jsonl", &order.join("\n"));
        let ended = restore(&scene, &audit, &[]).await;
        assert_eq!(ended.status, 0, "{ended:?}");
    }
    let active = users
        .iter()
        .filter(|user| scene.state(user) == State::Active);
    assert_eq!(active.count(), 1);
}

#[tokio::test]
async fn a_call_repeated_under_its_id_is_undone() {
    let scene = Scene::new().await;
    let users = scene.active(1);
    contain(&scene, &users, "C-1").await;
    contain(&scene, &users, "C-1").await;
    let ended = restore(&scene, &scene.file("audit.jsonl"), &[]).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    assert_eq!(scene.state(&users[0]), State::Active);
}

#[tokio::test]
async fn a_user_whom_a_later_call_contained_is_left_out() {
    let scene = Scene::new().await;
    let users = scene.active(2);
    contain(&scene, &users, "C-1").await;
    let ended = run(op_users_at(
        &scene.simulator,
        &["restore", "--yes", &users[0].id],
    ))
    .await;
    assert_eq!(ended.status, 0, "{ended:?}");
    contain(&scene, &users[..1], "C-2").await;
    let audit = scene.file("audit.jsonl");
    let ended = restore(&scene, &audit, &["--correlation-id", "C-1"]).await;
    assert_eq!(ended.status, 1, "{ended:?}");
    assert!(
        ended.stderr.contains("a later call changed them again"),
        "{ended:?}"
    );
    assert_eq!(scene.state(&users[0]), State::Suspended);
    assert_eq!(scene.state(&users[1]), State::Active);
}

#[tokio::test]
async fn a_user_whom_a_later_call_found_suspended_is_left_out() {
    let scene = Scene::new().await;
    let users = scene.active(2);
    contain(&scene, &users, "C-1").await;
    contain(&scene, &users[..1], "C-2").await;
    let audit = scene.file("audit.jsonl");
    let ended = restore(&scene, &audit, &["--correlation-id", "C-1"]).await;
    assert_eq!(ended.status, 1, "{ended:?}");
    assert_eq!(scene.state(&users[0]), State::Suspended);
    assert_eq!(scene.state(&users[1]), State::Active);
}

#[tokio::test]
async fn a_damaged_line_is_left_out_and_told() {
    let scene = Scene::new().await;
    let users = scene.active(2);
    contain(&scene, &users, "C-1").await;
    let lines = read(&scene.path("audit.jsonl"));
    let mut lines = lines.lines();
    let (one, two) = (lines.next().unwrap(), lines.next().unwrap());
    let torn = &two[..two.len() / 2];
    let audit = scene.write("torn.jsonl", &format!("{one}\n{torn}\n"));
    let ended = restore(&scene, &audit, &[]).await;
    assert_eq!(ended.status, 1, "{ended:?}");
    assert!(ended.stderr.contains("line 2 of"), "{ended:?}");
    let active = users
        .iter()
        .filter(|user| scene.state(user) == State::Active);
    assert_eq!(active.count(), 1);
}

#[tokio::test]
async fn records_that_fit_no_undo_are_refused_before_a_request() {
    let scene = Scene::new().await;
    let users = scene.active(1);
    contain(&scene, &users, "C-1").await;
    let line = read(&scene.path("audit.jsonl"));
    let line = line.trim_end();
    let account = scene.simulator.account_id();
    let before = scene.simulator.requests().len();
    for (content, cause) in [
        (line.replace(account, "ELSEWHERE"), "another account"),
        (
            line.replace("\"class_uid\":3001", "\"class_uid\":3002"),
            "no account change",
        ),
        (
            line.replace("\"activity_id\":5", "\"activity_id\":2"),
            "no contain",
        ),
        ("[1]".to_owned(), "no audit event"),
        ("{}".to_owned(), "is not a report"),
        ("gibberish\n".to_owned(), "is not a report"),
        (
            line.replace("\"outcome\":\"changed\"", "\"outcome\":\"done\""),
            "unknown outcome",
        ),
        (line.replace("\"outcome\"", "\"result\""), "no audit event"),
    ] {
        let file = scene.write("edited.jsonl", &content);
        let ended = restore(&scene, &file, &[]).await;
        assert_eq!(ended.status, 2, "{content}: {ended:?}");
        assert!(ended.stderr.contains(cause), "{cause}: {ended:?}");
    }
    assert_eq!(scene.simulator.requests().len(), before);
    assert_eq!(scene.state(&users[0]), State::Suspended);
}

#[tokio::test]
async fn an_answer_of_the_service_is_undone() {
    let scene = Scene::new().await;
    let users = scene.active(1);
    contain(&scene, &users, "C-1").await;
    let event: Value = serde_json::from_str(read(&scene.path("audit.jsonl")).trim_end()).unwrap();
    let answer = json!({
        "operation": "contain", "request_id": "C-1", "dry_run": false, "outcomes": [],
        "audit": [event],
    });
    let problem = json!({ "type": "about:blank", "status": 409, "report": answer });
    let logged =
        format!("stderr [0] :: {{\"event\":\"response\",\"status\":401}}\nstderr [1] :: {event}\n");
    for content in [
        answer.to_string(),
        problem.to_string(),
        json!([event]).to_string(),
        logged,
    ] {
        let again = ["contain", "--yes", &users[0].id];
        run(op_users_at(&scene.simulator, &again)).await;
        assert_eq!(scene.state(&users[0]), State::Suspended);
        let file = scene.write("answer.json", &content);
        let ended = restore(&scene, &file, &[]).await;
        assert_eq!(ended.status, 0, "{content}: {ended:?}");
        assert_eq!(scene.state(&users[0]), State::Active);
    }
    let dry = json!({ "operation": "contain", "dry_run": true, "outcomes": [], "audit": [] });
    let file = scene.write("answer.json", &dry.to_string());
    let ended = restore(&scene, &file, &[]).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    assert!(ended.stderr.contains("nothing to undo"), "{ended:?}");
    fs::remove_file(file).unwrap();
}
