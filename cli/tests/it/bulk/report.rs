//! The report file, and how it is undone.

use std::fs;

use serde_json::json;
use simulator::{Endpoint, Permission, State};

use super::{
    super::process::{op_users_at, run},
    Scene, command, document, read, stderr_of,
};

#[tokio::test]
async fn a_report_contains_the_change_its_reason_and_outcomes() {
    let scene = Scene::new().await;
    let users = scene.active(1);
    let report = scene.file("report.json");
    let arguments = [
        "contain",
        "--yes",
        "--reason",
        "phished",
        "--ticket",
        "INC-7",
        "--correlation-id",
        "C-1",
        "--operator",
        "wendy@desk-7",
        "--report",
        &report,
        "absent@acme.example",
    ];
    let ended = run(op_users_at(&scene.simulator, &command(&arguments, &users))).await;
    assert_eq!(ended.status, 1, "{ended:?}");
    let mut content = document(&scene.path("report.json"));
    let time = content["time"].take();
    assert!(time.as_str().unwrap().ends_with('Z'), "{time}");
    let targets = content["targets"].take();
    assert_eq!(
        content,
        json!({
            "format": 1,
            "operation": "contain",
            "account_id": scene.simulator.account_id(),
            "time": null,
            "correlation_id": "C-1",
            "operator": "wendy@desk-7",
            "reason": "phished",
            "ticket": "INC-7",
            "dry_run": false,
            "interrupted": false,
            "audit_error": null,
            "refused": null,
            "warnings": [],
            "requests": 3,
            "summary": {
                "changed": 1,
                "unchanged": 0,
                "would_change": 0,
                "maybe_changed": 0,
                "protected": 0,
                "failed": 1,
                "skipped": 0,
                "missing": 0,
            },
            "targets": null,
        })
    );
    assert_eq!(targets[0]["error"]["code"], "not-found");
    assert_eq!(targets[1]["who"], users[0].email.as_str());
    assert_eq!(targets[1]["outcome"], "changed");
    assert_eq!(targets[1]["previous_state"], "active");
    assert_eq!(targets[1]["user"]["id"], users[0].id.as_str());
    // The temporary file is gone.
    assert_eq!(fs::read_dir(scene.folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn restore_from_a_report_brings_back_every_state() {
    let scene = Scene::new().await;
    let before = scene.simulator.users();
    let mut users = scene.active(3);
    users.push(scene.suspended());
    users.push(users[0].clone());
    let (report, back) = (scene.file("contained.json"), scene.file("restored.json"));
    let contain = ["contain", "--yes", "--report", &report];
    let ended = run(op_users_at(&scene.simulator, &command(&contain, &users))).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    assert_ne!(scene.simulator.users(), before);

    let restore = [
        "restore",
        "--yes",
        "--from-report",
        &report,
        "--report",
        &back,
    ];
    let ended = run(op_users_at(&scene.simulator, &restore)).await;
    assert_eq!(
        (ended.status, stderr_of(&ended).as_str()),
        (0, ""),
        "{ended:?}"
    );
    assert!(
        ended.stdout.starts_with("3 changed ("),
        "each once: {ended:?}"
    );
    assert_eq!(scene.requests(Endpoint::Reactivate), 3);
    assert_eq!(scene.simulator.users(), before);

    let again = ["contain", "--yes", "--from-report", &back];
    let ended = run(op_users_at(&scene.simulator, &again)).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    for user in &users {
        assert_eq!(scene.state(user), State::Suspended);
    }
}

#[tokio::test]
async fn a_user_of_unknown_previous_state_is_left_out_of_undo() {
    let scene = Scene::new().await;
    scene
        .simulator
        .set_permissions([Permission::ListUsers, Permission::SuspendUsers]);
    let seen = &scene.active(1)[0];
    let blind = scene.suspended();
    let report = scene.file("report.json");
    let contain = [
        "contain",
        "--yes",
        "--report",
        &report,
        &blind.id,
        &seen.email,
    ];
    let ended = run(op_users_at(&scene.simulator, &contain)).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    assert!(ended.stdout.contains("2 changed ("), "{ended:?}");

    scene.simulator.set_permissions(simulator::Permissions::ALL);
    let restore = ["restore", "--yes", "--from-report", &report];
    let ended = run(op_users_at(&scene.simulator, &restore)).await;
    assert_eq!(ended.status, 1, "{ended:?}");
    assert_eq!(
        stderr_of(&ended),
        format!(
            "1 user in the report was left out: their previous state is unknown\n  hint: if they were active before, run: op-users restore {}\n",
            blind.id
        )
    );
    assert_eq!(scene.state(&blind), State::Suspended);
    assert_eq!(scene.state(seen), State::Active);
}

#[tokio::test]
async fn an_unsuitable_report_is_refused_before_any_request() {
    let scene = Scene::new().await;
    let users = scene.active(1);
    let report = scene.file("report.json");
    let contain = ["contain", "--yes", "--report", &report];
    run(op_users_at(&scene.simulator, &command(&contain, &users))).await;
    let content = read(&scene.path("report.json"));
    let account = scene.simulator.account_id();
    let other = scene.write("other.json", &content.replace(account, "ANOTHER"));
    let newer = scene.write(
        "newer.json",
        &content.replace("\"format\": 1", "\"format\": 2"),
    );
    let list = scene.write("list.txt", "A\n");
    let missing = scene.file("missing.json");
    scene.simulator.clear_requests();
    for (verb, file, why) in [
        ("restore", &other, "is a report of another account"),
        (
            "contain",
            &report,
            "is not a report of restore, the only command that contain undoes",
        ),
        ("restore", &newer, "is a report of another version"),
        ("restore", &list, "is not a report of op-users: "),
        ("restore", &missing, "cannot be read: "),
    ] {
        let arguments = [verb, "--yes", "--from-report", file];
        let ended = run(op_users_at(&scene.simulator, &arguments)).await;
        assert_eq!((ended.status, ended.stdout.as_str()), (2, ""), "{ended:?}");
        assert!(ended.stderr.contains(why), "{why}: {ended:?}");
    }
    assert!(scene.simulator.requests().is_empty());
}

#[tokio::test]
async fn the_report_of_a_dry_run_has_nothing_to_undo() {
    let scene = Scene::new().await;
    let users = scene.active(1);
    let report = scene.file("report.json");
    let contain = ["contain", "--dry-run", "--report", &report];
    run(op_users_at(&scene.simulator, &command(&contain, &users))).await;
    assert_eq!(document(&scene.path("report.json"))["dry_run"], true);
    scene.simulator.clear_requests();
    let restore = ["restore", "--yes", "--from-report", &report];
    let ended = run(op_users_at(&scene.simulator, &restore)).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    assert!(
        ended
            .stderr
            .contains("is of a dry run, which changed nothing"),
        "{ended:?}"
    );
    assert!(scene.simulator.requests().is_empty());
}

#[tokio::test]
async fn a_report_with_changes_is_not_overwritten() {
    let scene = Scene::new().await;
    let users = scene.active(2);
    let report = scene.file("report.json");
    let dry = ["contain", "--dry-run", "--report", &report, &users[0].id];
    let first = ["contain", "--yes", "--report", &report, &users[0].id];
    let second = ["contain", "--yes", "--report", &report, &users[1].id];
    assert_eq!(run(op_users_at(&scene.simulator, &dry)).await.status, 0);
    assert_eq!(run(op_users_at(&scene.simulator, &first)).await.status, 0);
    let content = read(&scene.path("report.json"));
    let ended = run(op_users_at(&scene.simulator, &second)).await;
    assert_eq!(ended.status, 2, "{ended:?}");
    assert!(ended.stderr.contains("the file exists"), "{ended:?}");
    assert_eq!(read(&scene.path("report.json")), content);
    assert_eq!(scene.state(&users[1]), State::Active);
}

#[tokio::test]
async fn an_unwritable_report_is_found_before_any_request() {
    let scene = Scene::new().await;
    let users = scene.active(1);
    let nowhere = scene.file("no/such/folder/report.json");
    let folder = scene.folder.path().to_str().unwrap().to_owned();
    let text = scene.write("notes.txt", "not a report");
    for report in [&nowhere, &folder, &text] {
        let contain = ["contain", "--yes", "--report", report];
        let ended = run(op_users_at(&scene.simulator, &command(&contain, &users))).await;
        assert_eq!((ended.status, ended.stdout.as_str()), (2, ""), "{ended:?}");
        assert!(ended.stderr.contains("cannot be written: "), "{ended:?}");
    }
    assert!(scene.simulator.requests().is_empty());
    assert_eq!(read(&scene.path("notes.txt")), "not a report");
}
