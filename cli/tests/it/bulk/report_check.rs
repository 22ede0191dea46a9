//! Checks of a report before it is undone: edited reports, contradictions, other addresses, long reports.

use std::{fs, time::Instant};

use serde_json::{Value, json};
use simulator::State;

use super::{
    super::process::{op_users_at, run, run_typing, run_with},
    Scene, command, document, read,
};

/// Suspends users, and returns the report as JSON.
async fn contained(scene: &Scene, count: usize) -> Value {
    let users = scene.active(count);
    let report = scene.file("contained.json");
    let contain = ["contain", "--yes", "--report", &report];
    let ended = run(op_users_at(&scene.simulator, &command(&contain, &users))).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    scene.simulator.clear_requests();
    document(&scene.path("contained.json"))
}

#[tokio::test]
async fn a_report_that_contradicts_itself_is_refused_by_name() {
    let scene = Scene::new().await;
    let report = contained(&scene, 2).await;
    let duplicate = |pointer: &str, value: Value| {
        let mut report = report.clone();
        let mut again = report["targets"][0].clone();
        *again.pointer_mut(pointer).expect("the field exists") = value;
        report["targets"].as_array_mut().unwrap().push(again);
        report
    };
    let edited = |pointer: &str, value: Value| {
        let mut report = report.clone();
        *report.pointer_mut(pointer).expect("the field exists") = value;
        report
    };
    let error = json!({ "effect": "possibly-applied" });
    for (forged, why) in [
        (edited("/dry_run", json!(true)), "target 1, "),
        (edited("/dry_run", json!(true)), "was changed by a dry run"),
        (
            edited("/refused", json!({ "code": "x" })),
            "that was refused",
        ),
        (
            edited("/requests", json!(1)),
            "2 changes, and only 1 requests",
        ),
        (
            edited("/targets/1/previous_state", json!("suspended")),
            "target 2, user0003@acme.example, was suspended before the change already",
        ),
        (
            edited("/targets/0/outcome", json!("done")),
            "unknown outcome",
        ),
        (edited("/targets/0/error", error), "changed and an error"),
        (
            duplicate("/outcome", json!("unchanged")),
            "target 3, user0002@acme.example, says otherwise",
        ),
        (
            duplicate("/user/email", json!("boss@acme.example")),
            "target 3, user0002@acme.example, is about another user",
        ),
        (
            duplicate("/previous_state", json!("INVITED")),
            "says otherwise than an earlier target",
        ),
        (
            edited("/targets/0/who", json!("ANOTHERID")),
            "is about another user",
        ),
        (
            edited("/targets/0/who", json!("boss@acme.example")),
            "target 1, boss@acme.example, is about another user, user0002@acme.example",
        ),
        (
            edited("/targets/0/user/email", json!("boss@acme.example")),
            "is about another user, boss@acme.example",
        ),
        (
            edited("/targets/0/user/state", json!("active")),
            "was changed, and is active",
        ),
        (edited("/account_id", json!("ANOTHER")), "another account"),
        (
            edited("/operation", json!("restore")),
            "is not a report of contain",
        ),
    ] {
        let file = scene.write("forged.json", &forged.to_string());
        let arguments = ["restore", "--yes", "--from-report", &file];
        let ended = run(op_users_at(&scene.simulator, &arguments)).await;
        assert_eq!((ended.status, ended.stdout.as_str()), (2, ""), "{ended:?}");
        assert!(ended.stderr.contains(why), "{why}: {ended:?}");
    }
    assert!(scene.simulator.requests().is_empty());
}

#[tokio::test]
async fn undo_changes_only_users_with_the_reported_address() {
    let scene = Scene::new().await;
    let mut report = contained(&scene, 3).await;
    let users = scene.simulator.users();
    let stranger = scene.active(1).remove(0);
    scene.simulator.set_state(&stranger.id, State::Suspended);
    // The id of a stranger with the address of a user whom the call changed, and an address that moved since.
    report["targets"][0]["user"]["id"] = json!(stranger.id);
    let moved = report["targets"][1]["user"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    scene.simulator.set_email(&moved, "moved@acme.example");
    let file = scene.write("forged.json", &report.to_string());
    for more in [&["--yes"][..], &[]] {
        let arguments = [&["restore", "--from-report", &file], more].concat();
        let ended = run_typing(op_users_at(&scene.simulator, &arguments), "y\n").await;
        assert_eq!(ended.status, 3, "{ended:?}");
        assert!(
            ended
                .stderr
                .contains("has another e-mail address than expected"),
            "{ended:?}"
        );
    }
    assert_eq!(scene.state(&stranger), State::Suspended);
    let state = |id: &str| scene.simulator.user(id).unwrap().state;
    assert_eq!(state(&moved), State::Suspended);
    assert_eq!(
        state(report["targets"][2]["user"]["id"].as_str().unwrap()),
        State::Active
    );
    assert_eq!(users.len(), 60);
}

#[tokio::test]
async fn a_report_without_an_address_is_left_out() {
    let scene = Scene::new().await;
    let mut report = contained(&scene, 1).await;
    let id = report["targets"][0]["user"]["id"].clone();
    report["targets"][0]["who"] = id.clone();
    for email in [json!(""), Value::Null, json!("no-address")] {
        report["targets"][0]["user"]["email"] = email;
        let file = scene.write("forged.json", &report.to_string());
        let arguments = ["restore", "--yes", "--from-report", &file];
        let ended = run(op_users_at(&scene.simulator, &arguments)).await;
        assert_eq!(ended.status, 1, "{ended:?}");
        let why = "left out: the report contains no e-mail address to compare\n";
        assert!(ended.stderr.contains(why), "{ended:?}");
        let hint = format!("run: op-users restore {}", id.as_str().unwrap());
        assert!(ended.stderr.contains(&hint), "{ended:?}");
    }
    assert!(scene.simulator.requests().is_empty());
}

#[tokio::test]
async fn a_report_with_more_users_than_allowed_changes_none() {
    let scene = Scene::new().await;
    let mut report = contained(&scene, 1).await;
    report["requests"] = json!(1000);
    let first = report["targets"][0].clone();
    let users = scene.active(30);
    let forged = users.iter().map(|user| {
        let mut target = first.clone();
        scene.simulator.set_state(&user.id, State::Suspended);
        target["who"] = json!(user.email);
        target["user"]["id"] = json!(user.id);
        target["user"]["email"] = json!(user.email);
        target
    });
    report["targets"] = forged.collect();
    let file = scene.write("forged.json", &report.to_string());
    let arguments = ["restore", "--yes", "--from-report", &file];
    let ended = run(op_users_at(&scene.simulator, &arguments)).await;
    assert_eq!(ended.status, 3, "{ended:?}");
    assert!(
        users
            .iter()
            .all(|user| scene.state(user) == State::Suspended)
    );
}

#[tokio::test]
async fn a_byte_order_mark_before_a_report_is_skipped() {
    let scene = Scene::new().await;
    contained(&scene, 1).await;
    let content = read(&scene.path("contained.json"));
    let file = scene.write("bom.json", &format!("\u{feff}{content}"));
    let arguments = ["restore", "--yes", "--from-report", &file];
    let ended = run(op_users_at(&scene.simulator, &arguments)).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    // As an earlier report, it is protected as well.
    let users = scene.active(2);
    let arguments = ["contain", "--yes", "--report", &file, &users[1].id];
    let ended = run(op_users_at(&scene.simulator, &arguments)).await;
    assert_eq!(ended.status, 2, "{ended:?}");
    assert!(
        ended.stderr.contains("its changes can be undone"),
        "{ended:?}"
    );
}

#[tokio::test]
async fn a_report_can_come_from_standard_input() {
    let scene = Scene::new().await;
    contained(&scene, 1).await;
    let content = read(&scene.path("contained.json"));
    let arguments = ["restore", "--yes", "--from-report", "-"];
    let ended = run_with(op_users_at(&scene.simulator, &arguments), &content).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    assert!(ended.stdout.contains("1 changed ("), "{ended:?}");
}

#[tokio::test]
async fn a_long_report_is_read_in_linear_time() {
    let scene = Scene::new().await;
    let mut report = contained(&scene, 1).await;
    report["requests"] = json!(1_000_000);
    let first = report["targets"][0].clone();
    let many = (0..60_000).map(|number| {
        let mut target = first.clone();
        target["who"] = json!(format!("U{number}"));
        target["user"]["id"] = json!(format!("U{number}"));
        target
    });
    report["targets"] = many.collect();
    let file = scene.write("long.json", &report.to_string());
    let other = scene.file("other.json");
    fs::copy(&file, &other).expect("it is copied");
    for arguments in [
        &["restore", "--yes", "--from-report", &file][..],
        &["contain", "--yes", "--report", &other, "A"],
    ] {
        let started = Instant::now();
        let ended = run(op_users_at(&scene.simulator, arguments)).await;
        assert_ne!(ended.status, 0, "{ended:?}");
        // Generous for a busy machine: quadratic work alone takes longer.
        assert!(started.elapsed().as_secs() < 100, "{:?}", started.elapsed());
    }
}
