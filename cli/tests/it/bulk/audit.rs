//! The audit file: one line per user, written in time and without secrets.

use std::time::SystemTime;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use simulator::{Action, Endpoint, Fault};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{
    super::process::{op_users_at, run, run_typing},
    Scene, command, objects, read,
};

#[tokio::test]
async fn a_line_is_an_account_change_of_ocsf() {
    let scene = Scene::new().await;
    let user = &scene.active(1)[0];
    let audit = scene.file("audit.jsonl");
    let why = [
        "--reason",
        "phished",
        "--ticket",
        "INC-7",
        "--correlation-id",
        "C-1",
        "--operator",
        "wendy@desk-7",
    ];
    for (verb, activity, name, before) in [
        ("contain", 5, "Disable", "active"),
        ("restore", 2, "Enable", "suspended"),
    ] {
        let arguments = [&[verb, "--yes", "--audit", &audit, &user.email][..], &why].concat();
        let ended = run(op_users_at(&scene.simulator, &arguments)).await;
        assert_eq!(ended.status, 0, "{ended:?}");
        let mut line = objects(&read(&scene.path("audit.jsonl"))).pop().unwrap();
        let time = line["time"].take().as_u64().expect("milliseconds");
        let text = line["time_dt"].take();
        let parsed = text
            .as_str()
            .map(|text| OffsetDateTime::parse(text, &Rfc3339));
        let parsed = parsed.expect("a text").expect("RFC 3339");
        assert_eq!(
            parsed.unix_timestamp_nanos() / 1_000_000,
            i128::from(time),
            "{text}"
        );
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        assert!(
            u128::from(time).abs_diff(now.unwrap().as_millis()) < 600_000,
            "{time}"
        );
        assert_eq!(
            line,
            json!({
                "activity_id": activity,
                "activity_name": name,
                "actor": {
                    "app_uid": scene.simulator.client_id(),
                    "user": { "name": "wendy@desk-7" },
                },
                "category_uid": 3,
                "class_uid": 3001,
                "metadata": {
                    "correlation_uid": "C-1",
                    "product": {
                        "name": "op-users",
                        "vendor_name": "onepassword-users",
                        "version": env!("CARGO_PKG_VERSION"),
                    },
                    "profiles": ["datetime"],
                    "tenant_uid": scene.simulator.account_id(),
                    "version": "1.8.0",
                },
                "severity_id": 1,
                "status": "Success",
                "status_id": 1,
                "time": null,
                "time_dt": null,
                "type_uid": 300_100 + activity,
                "unmapped": {
                    "outcome": "changed",
                    "previous_state": before,
                    "reason": "phished",
                    "ticket": "INC-7",
                },
                "user": {
                    "uid": user.id,
                    "name": user.email,
                    "email_addr": user.email,
                    "display_name": user.display_name,
                },
            })
        );
    }
    assert_eq!(read(&scene.path("audit.jsonl")).lines().count(), 2);
}

#[tokio::test]
async fn every_user_has_one_line_with_their_outcome() {
    let scene = Scene::new().await;
    let (active, suspended) = (&scene.active(1)[0], scene.suspended());
    let owner = scene.simulator.owner();
    let audit = scene.file("audit.jsonl");
    let arguments = [
        "contain",
        "--yes",
        "--audit",
        &audit,
        &owner.email,
        &suspended.id,
        "absent@acme.example",
        "NOSUCHUSER",
        &active.id,
        &active.email,
    ];
    let ended = run(op_users_at(&scene.simulator, &arguments)).await;
    assert_eq!(ended.status, 1, "{ended:?}");
    let lines = objects(&read(&scene.path("audit.jsonl")));
    let rows: Vec<_> = lines
        .iter()
        .map(|line| {
            let user = &line["user"];
            let who = user["uid"].as_str().or(user["name"].as_str()).unwrap();
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            (who, text(&line["status"]), text(&line["status_code"]))
        })
        .collect();
    let line = |who, status: &str, code: &str| (who, status.to_owned(), code.to_owned());
    assert_eq!(
        rows,
        [
            line(&*active.id, "Success", ""),
            line(&owner.id, "Failure", "last-owner"),
            line(&suspended.id, "unchanged", ""),
            line("absent@acme.example", "Failure", "not-found"),
            line("NOSUCHUSER", "Failure", "not-found"),
        ]
    );
    assert_eq!(lines[2]["status_id"], 99);
    assert!(
        lines[1]["status_detail"]
            .as_str()
            .unwrap()
            .starts_with("suspend-users: ")
    );
    let ids: Vec<_> = lines
        .iter()
        .map(|line| &line["metadata"]["correlation_uid"])
        .collect();
    assert!(
        ids.iter()
            .all(|id| *id == ids[0] && id.as_str().unwrap().len() == 36)
    );
}

#[tokio::test]
async fn a_user_named_twice_has_one_line_about_the_change() {
    let scene = Scene::new().await;
    let user = &scene.active(1)[0];
    let list = format!(
        "id,email\n{},mixed.up@acme.example\n,{}\n",
        user.id, user.email
    );
    let list = scene.write("list.csv", &list);
    let audit = scene.file("audit.jsonl");
    let arguments = ["contain", "--yes", "--audit", &audit, "--file", &list];
    let ended = run(op_users_at(&scene.simulator, &arguments)).await;
    assert_eq!(ended.status, 3, "{ended:?}");
    let lines = objects(&read(&scene.path("audit.jsonl")));
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["status"], "Success");
}

#[tokio::test]
async fn an_unknown_client_id_is_left_out_of_the_line() {
    let scene = Scene::new().await;
    let users = scene.active(1);
    let audit = scene.file("audit.jsonl");
    let arguments = ["contain", "--yes", "--audit", &audit];
    let mut placeholder = op_users_at(&scene.simulator, &command(&arguments, &users));
    placeholder
        .env_remove("OP_USERS_CLIENT_ID")
        .env_remove("OP_USERS_CLIENT_SECRET")
        .env("OP_USERS_BASIC", "{{placeholder}}");
    let ended = run(placeholder).await;
    assert_eq!(ended.status, 1, "{ended:?}");
    let lines = objects(&read(&scene.path("audit.jsonl")));
    assert_eq!(lines[0]["status_code"], "unauthenticated");
    let actor = lines[0]["actor"].as_object().expect("an object");
    assert!(actor.keys().eq(["user"]), "{actor:?}");
}

#[tokio::test]
async fn audit_lines_contain_no_secret_the_server_repeats() {
    let scene = Scene::new().await;
    let users = scene.active(2);
    let (audit, report) = (scene.file("audit.jsonl"), scene.file("report.json"));
    let simulator = &scene.simulator;
    let pair = format!("{}:{}", simulator.client_id(), simulator.client_secret());
    for secret in [simulator.client_secret(), BASE64_STANDARD.encode(pair)] {
        let body = json!({
            "id": users[0].id,
            "email": users[0].email,
            "display_name": secret,
            "state": "SUSPENDED",
        });
        let action = Action::json(200, body.to_string());
        simulator.fault(
            Fault::new(action)
                .on(Endpoint::Suspend)
                .of_user(&users[0].id),
        );
        let arguments = ["contain", "--yes", "--audit", &audit, "--report", &report];
        let mut basic = op_users_at(simulator, &command(&arguments, &users));
        let pair = format!("{}:{}", simulator.client_id(), simulator.client_secret());
        basic
            .env_remove("OP_USERS_CLIENT_ID")
            .env_remove("OP_USERS_CLIENT_SECRET")
            .env("OP_USERS_BASIC", BASE64_STANDARD.encode(pair));
        let ended = run(basic).await;
        assert_eq!(ended.status, 1, "{ended:?}");
        std::fs::remove_file(scene.path("report.json")).expect("it is there");
    }
    let written = read(&scene.path("audit.jsonl"));
    let lines = objects(&written);
    assert_eq!(lines[0]["actor"]["app_uid"], simulator.client_id());
    for secret in simulator.tokens().iter().chain([
        &simulator.client_secret(),
        &BASE64_STANDARD.encode(format!(
            "{}:{}",
            simulator.client_id(),
            simulator.client_secret()
        )),
    ]) {
        for part in secret.as_bytes().windows(8) {
            let part = str::from_utf8(part).unwrap();
            assert!(!written.contains(part), "{part} in {written}");
        }
    }
}

#[tokio::test]
async fn a_dry_run_and_a_no_leave_no_audit_lines() {
    let scene = Scene::new().await;
    let users = scene.active(1);
    let audit = scene.file("audit.jsonl");
    let arguments = ["contain", "--dry-run", "--audit", &audit];
    run(op_users_at(&scene.simulator, &command(&arguments, &users))).await;
    assert!(!scene.path("audit.jsonl").exists());
    let arguments = ["contain", "--audit", &audit];
    let command = op_users_at(&scene.simulator, &command(&arguments, &users));
    let ended = run_typing(command, "n\n").await;
    assert_eq!(ended.status, 1, "{ended:?}");
    assert_eq!(read(&scene.path("audit.jsonl")), "");
}

#[tokio::test]
async fn a_refused_call_leaves_a_line_for_every_user() {
    let scene = Scene::new().await;
    let users = scene.active(2);
    let audit = scene.file("audit.jsonl");
    let arguments = ["contain", "--yes", "--max-changes", "1", "--audit", &audit];
    let ended = run(op_users_at(&scene.simulator, &command(&arguments, &users))).await;
    assert_eq!(ended.status, 3, "{ended:?}");
    let lines = objects(&read(&scene.path("audit.jsonl")));
    assert_eq!(lines.len(), 2);
    for line in lines {
        assert_eq!(line["status"], "Failure");
        assert_eq!(line["status_code"], "precondition-failed");
        assert_eq!(line["unmapped"]["outcome"], "would-change");
    }
}

#[tokio::test]
async fn an_incomplete_audit_line_does_not_damage_the_next() {
    let scene = Scene::new().await;
    let users = scene.active(1);
    let audit = scene.write("audit.jsonl", "{\"torn\":");
    let arguments = ["contain", "--yes", "--audit", &audit];
    run(op_users_at(&scene.simulator, &command(&arguments, &users))).await;
    let written = read(&scene.path("audit.jsonl"));
    let (torn, line) = written.split_once('\n').expect("two lines");
    assert_eq!(torn, "{\"torn\":");
    assert_eq!(objects(line)[0]["user"]["uid"], users[0].id.as_str());
}

#[tokio::test]
async fn an_unusable_audit_file_is_found_before_any_request() {
    let scene = Scene::new().await;
    let users = scene.active(1);
    let nowhere = scene.file("no/such/folder/audit.jsonl");
    let folder = scene.folder.path().to_str().unwrap().to_owned();
    for audit in [&nowhere, &folder] {
        let arguments = ["contain", "--yes", "--audit", audit];
        let ended = run(op_users_at(&scene.simulator, &command(&arguments, &users))).await;
        assert_eq!((ended.status, ended.stdout.as_str()), (2, ""), "{ended:?}");
        assert!(
            ended.stderr.contains("cannot be appended to: "),
            "{ended:?}"
        );
    }
    assert!(scene.simulator.requests().is_empty());
}
