//! Evidence that `serve` leaves: its audit file, and its lines on standard error.

use std::{
    fs::{self, File, OpenOptions},
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    process::Command,
};

use serde_json::{Value, json};
use simulator::{Simulator, State};
use tempfile::TempDir;

use super::{
    process::{op_users_at, run, simulator},
    serve::{Running, ask, get},
};

/// Digests of the keys `secret` and `reader`: `printf %s secret | sha256sum`.
const KEYS: &str = "siem:contain:2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b,board:read:3d0941964aa3ebdcb00ccef58b1bb399f9f898465e9886d5aec7f31090a0fb30";
const USER: &str = "user0007@acme.example";

/// A service in front of a simulator, with a folder for its files.
struct Scene {
    simulator: Simulator,
    folder: TempDir,
    running: Running,
    url: String,
}

impl Scene {
    async fn new(audit: Option<&str>, prepare: impl FnOnce(&TempDir)) -> Self {
        let simulator = simulator().await;
        let folder = tempfile::tempdir().expect("a folder");
        prepare(&folder);
        let mut running = Running::start(command(&simulator, &folder, audit));
        let url = running.line();
        Self {
            simulator,
            folder,
            running,
            url,
        }
    }

    fn audit(&self) -> String {
        fs::read_to_string(self.folder.path().join("audit.jsonl")).expect("an audit")
    }

    /// Sends a change. Returns the status and the JSON of the answer.
    async fn change(&self, path: &str, user: &str) -> (u16, Value) {
        self.change_with(path, json!({ "users": [user] })).await
    }

    async fn change_with(&self, path: &str, body: Value) -> (u16, Value) {
        let body = body.to_string();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\nauthorization: Bearer secret\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        self.ask(format!("{head}{body}")).await
    }

    async fn ask(&self, request: String) -> (u16, Value) {
        let authority = self.url.trim_start_matches("http://").to_owned();
        let answer = tokio::task::spawn_blocking(move || ask(&authority, &request)).await;
        let answer = answer.expect("no panic");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a body");
        let status = head.split(' ').nth(1).expect("a status");
        // A chunked body has lines with lengths around the JSON.
        let (start, end) = (body.find('{'), body.rfind('}'));
        let json: String = body[start.expect("JSON")..=end.expect("JSON")].to_owned();
        let json = dechunked(&json);
        let json = serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}"));
        (status.parse().expect("a number"), json)
    }

    async fn end(self) -> (Option<i32>, Vec<String>) {
        let running = self.running;
        let ended = tokio::task::spawn_blocking(move || running.interrupt()).await;
        let (status, stderr) = ended.expect("no panic");
        (status, stderr.lines().map(str::to_owned).collect())
    }
}

/// Removes the lines of a chunked body that give lengths.
fn dechunked(body: &str) -> String {
    let is_length = |line: &&str| {
        !line.is_empty() && line.len() < 8 && line.bytes().all(|byte| byte.is_ascii_hexdigit())
    };
    body.split("\r\n").filter(|line| !is_length(line)).collect()
}

fn command(simulator: &Simulator, folder: &TempDir, audit: Option<&str>) -> Command {
    let mut arguments = vec!["serve", "--listen", "127.0.0.1:0"];
    if let Some(audit) = audit {
        arguments.extend(["--audit", audit]);
    }
    let mut command = op_users_at(simulator, &arguments);
    command.env("OP_SERVICE_KEYS", KEYS);
    command.env("OP_SERVICE_PROTECT", "user0002@acme.example");
    command.current_dir(folder.path());
    command
}

fn events(text: &str) -> Vec<Value> {
    let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
    text.lines().map(parse).collect()
}

#[tokio::test]
async fn an_audit_file_has_the_events_before_the_answer() {
    let scene = Scene::new(Some("audit.jsonl"), |_| ()).await;
    let mode = fs::metadata(scene.folder.path().join("audit.jsonl")).expect("it is there");
    assert_eq!(mode.permissions().mode() & 0o777, 0o600);
    let mut expected = Vec::new();
    for (path, user, status) in [
        ("/v1/contain", USER, 200),
        ("/v1/contain", USER, 200),
        ("/v1/restore", USER, 200),
        ("/v1/contain", "user0002@acme.example", 409),
    ] {
        let (seen, answer) = scene.change(path, user).await;
        assert_eq!(seen, status, "{answer}");
        let report = answer.get("report").unwrap_or(&answer);
        expected.extend(report["audit"].as_array().expect("events").clone());
        assert_eq!(events(&scene.audit()), expected);
    }
    assert_eq!(expected.len(), 4);
    let (status, _) = scene
        .change_with("/v1/contain", json!({ "users": [USER], "dry_run": true }))
        .await;
    assert_eq!(status, 200);
    assert_eq!(events(&scene.audit()).len(), 4, "a dry run has none");
    let (status, stderr) = scene.end().await;
    assert_eq!((status, stderr.len()), (Some(0), 1), "{stderr:?}");
    let line: Value = serde_json::from_str(&stderr[0]).expect("JSON");
    assert_eq!(
        (&line["event"], &line["status"]),
        (&json!("response"), &json!(409))
    );
}

#[tokio::test]
async fn a_line_is_appended_after_a_torn_one() {
    let scene = Scene::new(Some("audit.jsonl"), |folder| {
        let path = folder.path().join("audit.jsonl");
        fs::write(&path, "{\"old\":1}\n{\"to").expect("it is written");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("one's own");
    })
    .await;
    assert_eq!(scene.change("/v1/contain", USER).await.0, 200);
    let audit = scene.audit();
    let lines: Vec<_> = audit.lines().collect();
    assert_eq!(lines[..2], ["{\"old\":1}", "{\"to"]);
    assert_eq!(events(lines[2])[0]["user"]["email_addr"], USER);
    assert_eq!(lines.len(), 3);
}

#[tokio::test]
async fn a_file_that_was_renamed_or_removed_is_made_anew() {
    let scene = Scene::new(Some("audit.jsonl"), |_| ()).await;
    let path = scene.folder.path().join("audit.jsonl");
    assert_eq!(scene.change("/v1/contain", USER).await.0, 200);
    fs::rename(&path, scene.folder.path().join("audit.1")).expect("it is rotated");
    assert_eq!(scene.change("/v1/restore", USER).await.0, 200);
    assert_eq!(events(&scene.audit())[0]["activity_name"], "Enable");
    fs::remove_file(&path).expect("it is removed");
    assert_eq!(scene.change("/v1/contain", USER).await.0, 200);
    assert_eq!(events(&scene.audit())[0]["activity_name"], "Disable");
    let mode = fs::metadata(&path).expect("it is there").permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    // A file that others can write is no place for an audit.
    fs::remove_file(&path).expect("it is removed");
    fs::write(&path, "").expect("it is another file");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o666)).expect("one's own");
    let (status, problem) = scene.change("/v1/restore", USER).await;
    assert_eq!(
        (status, &problem["code"]),
        (503, &json!("audit-unavailable"))
    );
    let (status, stderr) = scene.end().await;
    assert_eq!(status, Some(0), "{stderr:?}");
    assert!(stderr[0].contains("other users can write it"), "{stderr:?}");
}

#[tokio::test]
async fn hidden_letters_in_an_audit_are_escaped() {
    let scene = Scene::new(Some("audit.jsonl"), |_| ()).await;
    let reason = "a\u{202e}b\u{e0041}c é 山";
    let body = json!({ "users": [USER], "reason": reason });
    assert_eq!(scene.change_with("/v1/contain", body).await.0, 200);
    let audit = scene.audit();
    assert!(audit.contains("a\\u202eb\\udb40\\udc41c é 山"), "{audit}");
    assert_eq!(events(&audit)[0]["unmapped"]["reason"], reason);
}

#[tokio::test]
async fn a_file_that_is_not_fit_is_refused_before_listening() {
    let simulator = simulator().await;
    let folder = tempfile::tempdir().expect("a folder");
    let in_folder = |name: &str| folder.path().join(name);
    fs::write(in_folder("open"), "").expect("it is written");
    fs::set_permissions(in_folder("open"), fs::Permissions::from_mode(0o666)).expect("one's own");
    std::os::unix::fs::symlink(in_folder("open"), in_folder("link")).expect("a link");
    for name in ["open", "link", ".", "missing/audit"] {
        let ended = run(command(&simulator, &folder, Some(name))).await;
        assert_eq!((ended.status, ended.stdout.as_str()), (2, ""), "{name}");
        assert!(ended.stderr.contains("the audit file"), "{ended:?}");
    }
}

#[tokio::test]
async fn a_full_disk_is_told_and_stops_further_changes() {
    let scene = Scene::new(Some("/dev/full"), |_| ()).await;
    let (status, answer) = scene.change("/v1/contain", USER).await;
    assert_eq!((status, &answer["summary"]["changed"]), (200, &json!(1)));
    let warnings = answer["warnings"].to_string();
    assert!(warnings.contains("could not write the audit"), "{warnings}");
    for (path, user) in [
        ("/v1/contain", "user0008@acme.example"),
        ("/v1/restore", USER),
    ] {
        let (status, problem) = scene.change(path, user).await;
        assert_eq!(
            (status, &problem["code"]),
            (503, &json!("audit-unavailable"))
        );
    }
    let dry = json!({ "users": ["user0008@acme.example"], "dry_run": true });
    let (status, report) = scene.change_with("/v1/contain", dry).await;
    assert_eq!(
        (status, &report["summary"]["would_change"]),
        (200, &json!(1))
    );
    let url = scene.url.clone();
    let ready = tokio::task::spawn_blocking(move || get(&url, "/readyz")).await;
    assert!(ready.expect("no panic").starts_with("HTTP/1.1 200 "));
    let (status, stderr) = scene.end().await;
    assert_eq!(status, Some(1), "{stderr:?}");
    assert!(
        stderr[0].contains("/dev/full cannot be written: No space left"),
        "{stderr:?}"
    );
    let event: Value = serde_json::from_str(&stderr[1]).expect("the event");
    assert_eq!(event["user"]["email_addr"], USER);
    let last = stderr.last().expect("an error");
    assert!(last.contains("1 events are missing"), "{last}");
}

#[tokio::test]
async fn changes_are_made_again_when_the_audit_can_be_written() {
    let open = |path: &std::path::Path| OpenOptions::new().read(true).write(true).open(path);
    let mut reader = None;
    let scene = Scene::new(Some("pipe"), |folder| {
        let path = folder.path().join("pipe");
        let made = Command::new("mkfifo").arg(&path).status();
        assert!(made.expect("mkfifo runs").success());
        // Readable and writable: the end that the command opens for writing has a reader at once.
        reader = Some(open(&path).expect("a reader"));
    })
    .await;
    let path = scene.folder.path().join("pipe");
    // No one reads the pipe: writing to it fails.
    drop(reader.take());
    let (status, answer) = scene.change("/v1/contain", USER).await;
    assert_eq!(
        (status, answer["warnings"].as_array().map(Vec::len)),
        (200, Some(1))
    );
    assert_eq!(scene.change("/v1/restore", USER).await.0, 503);
    let pipe: File = open(&path).expect("a reader");
    let (status, answer) = scene.change("/v1/restore", USER).await;
    assert_eq!((status, &answer["warnings"]), (200, &json!([])));
    let mut lines = BufReader::new(pipe).lines();
    let mut activities = Vec::new();
    while activities.len() < 2 {
        let line = lines.next().expect("a line").expect("UTF-8");
        // After the failure an event begins on a line of its own.
        if !line.is_empty() {
            activities.push(events(&line)[0]["activity_name"].clone());
        }
    }
    assert_eq!(activities, [json!("Disable"), json!("Enable")]);
    let (status, stderr) = scene.end().await;
    assert_eq!(status, Some(0), "{stderr:?}");
    assert!(
        stderr
            .iter()
            .any(|line| line.contains("can be written again")),
        "{stderr:?}"
    );
}

#[tokio::test]
async fn without_a_file_the_audit_is_on_standard_error() {
    let scene = Scene::new(None, |_| ()).await;
    let (_, answer) = scene.change("/v1/contain", USER).await;
    let stranger = "POST /v1/users/SECRET:suspend?x=SECRET HTTP/1.1\r\nhost: a\r\nconnection: close\r\nauthorization: Bearer SECRET\r\n\r\n";
    assert_eq!(scene.ask(stranger.to_owned()).await.0, 401);
    let reader = "POST /v1/users/X:suspend HTTP/1.1\r\nhost: a\r\nconnection: close\r\nauthorization: Basic eDpyZWFkZXI=\r\n\r\n";
    assert_eq!(scene.ask(reader.to_owned()).await.0, 403);
    let (status, stderr) = scene.end().await;
    assert_eq!((status, stderr.len()), (Some(0), 3), "{stderr:?}");
    assert_eq!(events(&stderr[0])[0], answer["audit"][0]);
    let refused = &events(&stderr[1])[0];
    assert_eq!(
        (&refused["status"], &refused["route"]),
        (&json!(401), &json!("/v1/users/{id}:suspend"))
    );
    assert!(!stderr[1].contains("SECRET"), "{stderr:?}");
    let forbidden = &events(&stderr[2])[0];
    assert_eq!(
        (&forbidden["status"], &forbidden["caller"]),
        (&json!(403), &json!("board"))
    );
}

#[tokio::test]
async fn a_service_that_cannot_work_does_not_listen() {
    let simulator = simulator().await;
    for (name, value, part) in [
        (
            "OP_SERVICE_MAX_CHANGES",
            "hunter2",
            "OP_SERVICE_MAX_CHANGES must be",
        ),
        ("OP_SERVICE_KEYS", "hunter2", "OP_SERVICE_KEYS must be"),
        (
            "OP_SERVICE_KEYS",
            "",
            "OP_SERVICE_KEYS is not set, and neither is",
        ),
        (
            "OP_SERVICE_MAX_CHANGE",
            "hunter2",
            "OP_SERVICE_MAX_CHANGE is not a setting",
        ),
        ("OP_USERS_ACCOUNT_ID", "", "OP_USERS_ACCOUNT_ID is not set"),
        ("OP_USERS_DEADLINE_MS", "hunter2", "OP_USERS_DEADLINE_MS"),
    ] {
        // One of them as JSON is enough: each start compiles the component.
        let is_json = name == "OP_USERS_ACCOUNT_ID";
        let mut arguments = vec!["serve", "--listen", "127.0.0.1:0"];
        arguments.extend(is_json.then_some("--json"));
        let mut command = op_users_at(&simulator, &arguments);
        command.env("OP_SERVICE_KEYS", KEYS).env(name, value);
        let ended = run(command).await;
        assert_eq!((ended.status, ended.stdout.as_str()), (2, ""), "{ended:?}");
        assert!(ended.stderr.contains(part), "{ended:?}");
        assert!(!ended.stderr.contains("hunter2"), "{ended:?}");
        assert!(ended.stderr.contains("nothing is served"), "{ended:?}");
        if is_json {
            events(&ended.stderr);
        }
    }
    assert!(simulator.requests().is_empty());
}

/// Restores what a record of the service says. Returns the exit status and standard error.
async fn restore(scene: &Scene, record: &str, more: &[&str]) -> (i32, String) {
    let file = scene.folder.path().join("record");
    fs::write(&file, record).expect("it is written");
    let file = file.to_str().expect("UTF-8");
    let arguments = [&["restore", "--yes", "--from-report", file][..], more].concat();
    let ended = run(op_users_at(&scene.simulator, &arguments)).await;
    (ended.status, ended.stderr)
}

#[tokio::test]
async fn answers_and_the_audit_of_the_service_can_be_undone() {
    let scene = Scene::new(Some("audit.jsonl"), |_| ()).await;
    let state = || {
        let users = scene.simulator.users();
        let user = users.into_iter().find(|user| user.email == USER);
        user.expect("a user").state
    };
    let mixed = json!({ "users": [USER, "absent@acme.example"] });
    for (body, status) in [(json!({ "users": [USER] }), 200), (mixed, 207)] {
        let (seen, answer) = scene.change_with("/v1/contain", body).await;
        assert_eq!((seen, state()), (status, State::Suspended));
        let undone = restore(&scene, &answer.to_string(), &[]).await;
        assert_eq!((undone.0, state()), (0, State::Active), "{undone:?}");
    }
    let (seen, answer) = scene.change("/v1/contain", "absent@acme.example").await;
    assert_eq!(seen, 404);
    let (status, told) = restore(&scene, &answer.to_string(), &[]).await;
    assert_eq!(status, 0, "{told}");
    assert!(told.contains("no change that can be undone"), "{told}");

    let (_, answer) = scene.change("/v1/contain", USER).await;
    let id = answer["request_id"].as_str().expect("an id");
    let (status, told) = restore(&scene, &scene.audit(), &[]).await;
    assert_eq!(status, 2, "{told}");
    assert!(told.contains(id), "{told}");
    let undone = restore(&scene, &scene.audit(), &["--correlation-id", id]).await;
    assert_eq!((undone.0, state()), (0, State::Active), "{undone:?}");
}
