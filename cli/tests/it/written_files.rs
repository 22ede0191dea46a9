//! Files that are written: pipes, devices, standard output, links, and files that others can access.

use std::{
    fs::{self, Permissions},
    io::Read,
    os::unix::fs::{PermissionsExt, chown, symlink},
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;
use simulator::State;
use tempfile::TempDir;

use super::process::{op_users, op_users_at, run, run_with, run_without_stdout, simulator};

const USER: &str = "user0002@acme.example";

/// Arguments of a change of the simulated account.
fn contain<'a>(more: &[&'a str]) -> Vec<&'a str> {
    [&["--simulator", "contain", "--yes", USER], more].concat()
}

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn text(path: &Path) -> &str {
    path.to_str().expect("UTF-8")
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path)
        .expect("it is there")
        .permissions()
        .mode()
        & 0o777
}

/// Makes a named pipe.
fn pipe(folder: &TempDir) -> PathBuf {
    let path = folder.path().join("pipe");
    let made = Command::new("mkfifo").arg(&path).status();
    assert!(made.expect("mkfifo runs").success());
    path
}

#[tokio::test]
async fn a_report_on_standard_output_is_there_alone() {
    for name in ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"] {
        let ended = run(op_users(&contain(&["--report", name]))).await;
        assert_eq!(ended.status, 0, "{ended:?}");
        let report: Value = serde_json::from_str(&ended.stdout).expect("a report");
        assert_eq!(report["targets"][0]["outcome"], "changed");
        assert!(ended.stderr.contains("1 changed ("), "{ended:?}");
    }
    let ended = run(op_users(&contain(&["--audit", "-"]))).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    let line: Value = serde_json::from_str(&ended.stdout).expect("a line");
    assert_eq!(line["class_uid"], 3001);
}

#[tokio::test]
async fn standard_output_has_one_purpose() {
    let simulator = simulator().await;
    for (arguments, why) in [
        (
            &["--report", "-", "--audit", "-"][..],
            "--report and --audit both write",
        ),
        (
            &["--report", "/dev/stdout", "--audit", "-"],
            "--report and --audit both write",
        ),
        (
            &["--report", "-", "--json"],
            "--json and --report both write",
        ),
        (
            &["--audit", "/dev/fd/1", "--json"],
            "--json and --audit both write",
        ),
        (&["--file", "-", "-"], "standard input is named twice"),
        (
            &["--file", "-", "--protect-file", "/dev/stdin"],
            "standard input is named twice",
        ),
    ] {
        let arguments = [&["contain", "--yes", USER], arguments].concat();
        let ended = run_with(op_users_at(&simulator, &arguments), USER).await;
        assert_eq!((ended.status, ended.stdout.as_str()), (2, ""), "{ended:?}");
        assert!(ended.stderr.contains(why), "{why}: {ended:?}");
    }
    assert!(simulator.requests().is_empty());
}

#[tokio::test]
async fn a_file_that_is_standard_output_is_refused() {
    let folder = folder();
    let path = folder.path().join("out");
    for option in ["--report", "--audit"] {
        let mut command = op_users(&contain(&[option, text(&path)]));
        command.stdout(fs::File::create(&path).expect("a file"));
        let ended = run_without_stdout(command).await;
        assert_eq!(ended.status, 2, "{ended:?}");
        assert!(ended.stderr.contains("are the same file"), "{ended:?}");
    }
}

#[tokio::test]
async fn a_report_goes_into_a_named_pipe() {
    for option in ["--report", "--audit"] {
        let folder = folder();
        let path = pipe(&folder);
        let read = path.clone();
        let reader = tokio::task::spawn_blocking(move || fs::read_to_string(read));
        let ended = run(op_users(&contain(&[option, text(&path)]))).await;
        assert_eq!(ended.status, 0, "{ended:?}");
        let written = reader.await.expect("it ends").expect("it can be read");
        let object: Value = serde_json::from_str(&written).expect("JSON");
        assert!(object.is_object());
    }
}

#[tokio::test]
async fn a_named_pipe_without_a_reader_is_refused() {
    let simulator = simulator().await;
    let folder = folder();
    let path = pipe(&folder);
    let arguments = ["contain", "--yes", USER, "--report", text(&path)];
    let ended = run(op_users_at(&simulator, &arguments)).await;
    assert_eq!(ended.status, 2, "{ended:?}");
    assert!(
        ended.stderr.contains("no program reads from it"),
        "{ended:?}"
    );
    assert!(simulator.requests().is_empty());
}

#[tokio::test]
async fn a_report_goes_to_a_process_substitution() {
    let folder = folder();
    let copy = folder.path().join("copy.json");
    // The shell waits for the pipe's reader, which writes its copy.
    let script = format!(
        "\"$0\" {} > >(cat > '{}'); wait $!",
        contain(&["--report", "-"]).join(" "),
        text(&copy)
    );
    let mut shell = Command::new("bash");
    shell.args(["-c", &script]).arg(op_users(&[]).get_program());
    shell.stdin(Stdio::null());
    let ended = run(shell).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    let written = fs::read_to_string(&copy).expect("the copy is there");
    assert!(written.starts_with("{\n"), "{written}");
}

#[tokio::test]
async fn an_empty_file_is_no_report_and_is_overwritten() {
    let folder = folder();
    for content in ["", "\n"] {
        let path = folder.path().join("empty");
        fs::write(&path, content).expect("it is written");
        let ended = run(op_users(&contain(&["--report", text(&path)]))).await;
        assert_eq!(ended.status, 0, "{ended:?}");
        assert!(
            fs::read_to_string(&path)
                .expect("it is there")
                .starts_with("{\n")
        );
        assert_eq!(mode(&path), 0o600);
    }
}

#[tokio::test]
async fn links_are_not_followed() {
    let simulator = simulator().await;
    let folder = folder();
    let (victim, link) = (folder.path().join("victim"), folder.path().join("link"));
    let dangling = folder.path().join("dangling");
    fs::write(&victim, "").expect("it is written");
    symlink(&victim, &link).expect("a link");
    symlink(folder.path().join("absent"), &dangling).expect("a link");
    for path in [&link, &dangling] {
        for arguments in [
            &["contain", "--yes", USER, "--report", text(path)][..],
            &["contain", "--yes", USER, "--audit", text(path)],
            &["contain", "--dry-run", USER, "--audit", text(path)],
            &["component", text(path)],
        ] {
            let ended = run(op_users_at(&simulator, arguments)).await;
            assert_eq!(ended.status, 2, "{ended:?}");
            assert!(ended.stderr.contains("it is a symbolic link"), "{ended:?}");
        }
    }
    assert!(simulator.requests().is_empty());
    assert_eq!(fs::read_to_string(&victim).expect("it is there"), "");
    assert!(!folder.path().join("absent").exists());
}

#[tokio::test]
async fn files_that_others_can_write_are_refused() {
    let simulator = simulator().await;
    let folder = folder();
    for option in ["--report", "--audit"] {
        for wide in [0o666, 0o620, 0o602] {
            let path = folder.path().join("wide");
            fs::write(&path, "").expect("it is written");
            fs::set_permissions(&path, Permissions::from_mode(wide)).expect("its mode");
            for run_kind in ["--yes", "--dry-run"] {
                let arguments = ["contain", run_kind, USER, option, text(&path)];
                let ended = run(op_users_at(&simulator, &arguments)).await;
                assert_eq!(ended.status, 2, "{ended:?}");
                assert!(
                    ended.stderr.contains("other users can write it"),
                    "{ended:?}"
                );
            }
        }
    }
    assert!(simulator.requests().is_empty());
}

#[tokio::test]
async fn a_file_of_another_user_is_refused() {
    const OTHER: u32 = 65_534;
    let simulator = simulator().await;
    let folder = folder();
    let mut path = folder.path().join("theirs");
    fs::write(&path, "").expect("it is written");
    fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("its mode");
    // Only the superuser gives files away; for others, a file of the system is another user's.
    if chown(&path, Some(OTHER), None).is_err() {
        path = "/etc/passwd".into();
    }
    for option in ["--report", "--audit"] {
        let arguments = ["contain", "--yes", USER, option, text(&path)];
        let ended = run(op_users_at(&simulator, &arguments)).await;
        assert_eq!(ended.status, 2, "{ended:?}");
        assert!(
            ended.stderr.contains("it belongs to another user"),
            "{ended:?}"
        );
    }
    assert!(simulator.requests().is_empty());
}

#[tokio::test]
async fn an_audit_that_others_can_read_is_told() {
    let folder = folder();
    let path = folder.path().join("audit.jsonl");
    fs::write(&path, "").expect("it is written");
    fs::set_permissions(&path, Permissions::from_mode(0o644)).expect("its mode");
    let ended = run(op_users(&contain(&["--audit", text(&path)]))).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    let warning = "warning: other users can read the audit file ";
    assert!(ended.stderr.contains(warning), "{ended:?}");
    assert!(ended.stderr.contains("(mode 0644)"), "{ended:?}");
    assert_eq!(
        fs::read_to_string(&path)
            .expect("it is there")
            .lines()
            .count(),
        1
    );
}

#[tokio::test]
async fn a_component_goes_to_a_file_or_to_standard_output() {
    let folder = folder();
    let path = folder.path().join("users.wasm");
    for _ in 0..2 {
        let ended = run(op_users(&["component", text(&path)])).await;
        assert_eq!((ended.status, ended.stderr.as_str()), (0, ""));
    }
    let file = fs::read(&path).expect("it is there");
    assert!(file.starts_with(b"\0asm"));
    // As the umask of the process allows.
    assert_eq!(mode(&path) & 0o600, 0o600);
    for name in ["-", "/dev/stdout"] {
        let mut command = op_users(&["component", name]);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it starts");
        let mut written = Vec::new();
        let mut stdout = child.stdout.take().expect("its output");
        stdout.read_to_end(&mut written).expect("it can be read");
        assert!(child.wait().expect("it ends").success());
        assert_eq!(written, file);
    }
}

#[tokio::test]
async fn a_dash_is_standard_input_for_lists() {
    let simulator = simulator().await;
    for arguments in [
        &["contain", "--yes", "--file", "-"][..],
        &["contain", "--yes", "-"],
        &["contain", "--yes", "--file", "/dev/stdin"],
    ] {
        let user = simulator.users()[2].clone();
        simulator.set_state(&user.id, State::Active);
        let ended = run_with(op_users_at(&simulator, arguments), USER).await;
        assert_eq!(ended.status, 0, "{ended:?}");
        assert!(ended.stdout.contains("1 changed ("), "{ended:?}");
    }
    let arguments = ["contain", "--yes", "--protect-file", "-", USER];
    simulator.set_state(&simulator.users()[2].id, State::Active);
    let ended = run_with(op_users_at(&simulator, &arguments), USER).await;
    assert_eq!(ended.status, 3, "{ended:?}");
}
