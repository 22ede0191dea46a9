//! Exit statuses and errors of every command with a standard output that is closed or full.

use std::{
    fs::File,
    process::{Command, Stdio},
};

use super::process::{
    CommandOutput, op_users, op_users_at, run, run_with_closed_stdout, run_without_stdout,
    simulator,
};

/// A command on the simulated account, with the exit status that it has in any case. The last owner cannot be suspended.
const COMMANDS: [(&[&str], i32); 25] = [
    (&[], 0),
    (&["--help"], 0),
    (&["contain", "--help"], 0),
    (&["--version"], 0),
    (&["--simulator", "check"], 0),
    (&["check"], 1),
    (&["--simulator", "list"], 0),
    (&["--simulator", "list", "--all", "--page-size", "7"], 0),
    (&["list"], 2),
    (&["--simulator", "get", "user0002@acme.example"], 0),
    (&["--simulator", "get", "NOSUCHUSER"], 1),
    (
        &[
            "--simulator",
            "suspend",
            "--yes",
            "JUGBXK98FQZ8BGK1J3MA61R4HI",
        ],
        0,
    ),
    (
        &[
            "--simulator",
            "suspend",
            "--yes",
            "OGG1MAE6J44ZVOL267BVBZKNHR",
        ],
        1,
    ),
    (&["--simulator", "suspend", "JUGBXK98FQZ8BGK1J3MA61R4HI"], 1),
    (
        &[
            "--simulator",
            "reactivate",
            "--yes",
            "JUGBXK98FQZ8BGK1J3MA61R4HI",
        ],
        0,
    ),
    (
        &["--simulator", "contain", "--yes", "user0002@acme.example"],
        0,
    ),
    (
        &["--simulator", "contain", "--yes", "user0000@acme.example"],
        1,
    ),
    (
        &[
            "--simulator",
            "contain",
            "--yes",
            "user0002@acme.example",
            "absent@acme.example",
        ],
        1,
    ),
    (&["--simulator", "contain", "user0002@acme.example"], 1),
    (
        &[
            "--simulator",
            "contain",
            "--dry-run",
            "user0002@acme.example",
        ],
        0,
    ),
    (
        &[
            "--simulator",
            "contain",
            "--yes",
            "--max-changes",
            "0",
            "user0002@acme.example",
        ],
        3,
    ),
    (
        &[
            "--simulator",
            "contain",
            "--yes",
            "--report",
            "/dev/full",
            "user0002@acme.example",
        ],
        1,
    ),
    (
        &[
            "--simulator",
            "contain",
            "--yes",
            "--audit",
            "/dev/full",
            "user0002@acme.example",
        ],
        1,
    ),
    (
        &["--simulator", "restore", "--yes", "user0002@acme.example"],
        0,
    ),
    (&["frobnicate"], 2),
];

/// Standard error without what depends on the machine's speed, on ports and on random ids.
fn comparable(ended: &CommandOutput) -> String {
    let is_progress = |line: &&str| {
        line.contains(" of at most ")
            || line.ends_with(" read")
            || *line == "waiting for the server"
            || line.contains("\"progress\"")
    };
    let mut lines: Vec<_> = ended
        .stderr
        .lines()
        .filter(|line| !is_progress(line))
        .collect();
    lines.retain(|line| !line.contains("correlation_id"));
    lines.join("\n")
}

/// Every command as text, and those whose form matters as JSON too.
fn commands() -> impl Iterator<Item = (Vec<&'static str>, i32)> {
    COMMANDS.into_iter().flat_map(|(arguments, status)| {
        let is_json = ["check", "list", "contain", "frobnicate"]
            .iter()
            .any(|name| arguments.get(1).or(arguments.first()) == Some(name));
        let json = is_json.then(|| ([&["--json"], arguments].concat(), status));
        [(arguments.to_vec(), status)].into_iter().chain(json)
    })
}

/// Output with a standard output on which no space is left.
async fn run_with_full_stdout(mut command: Command) -> CommandOutput {
    let full = File::options().write(true).open("/dev/full");
    command.stdout(full.expect("the device exists"));
    run_without_stdout(command).await
}

#[tokio::test]
async fn standard_output_changes_no_status_and_no_error() {
    for (arguments, status) in commands() {
        let open = run(op_users(&arguments)).await;
        assert_eq!(open.status, status, "{arguments:?}: {open:?}");
        let closed = run_with_closed_stdout(op_users(&arguments)).await;
        assert_eq!(closed.status, status, "{arguments:?}: {closed:?}");
        assert_eq!(comparable(&closed), comparable(&open), "{arguments:?}");

        if cfg!(not(target_os = "linux")) {
            continue;
        }
        // A full one is an error that is told, unless nothing is written to it.
        let full = run_with_full_stdout(op_users(&arguments)).await;
        let is_written = !open.stdout.is_empty();
        let expected = if is_written { status.max(1) } else { status };
        assert_eq!(full.status, expected, "{arguments:?}: {full:?}");
        let is_told = full
            .stderr
            .contains("the output could not be written: No space left on device");
        assert_eq!(is_told, is_written, "{arguments:?}: {full:?}");
        if arguments.contains(&"--json") {
            for line in full.stderr.lines() {
                serde_json::from_str::<serde_json::Value>(line).expect("an object");
            }
        }
    }
}

#[tokio::test]
async fn a_service_that_cannot_print_its_address_ends() {
    for form in [&[][..], &["--json"]] {
        let arguments = [form, &["serve", "--simulator", "--listen", "127.0.0.1:0"]].concat();
        let mut ended = vec![run_with_closed_stdout(op_users(&arguments)).await];
        if cfg!(target_os = "linux") {
            ended.push(run_with_full_stdout(op_users(&arguments)).await);
        }
        for ended in ended {
            assert_eq!(ended.status, 1, "{ended:?}");
            let told =
                "the address could not be written, because standard output is closed or full";
            assert!(ended.stderr.contains(told), "{ended:?}");
        }
    }
}

#[tokio::test]
async fn the_first_line_of_a_list_is_enough_for_its_reader() {
    let simulator = simulator().await;
    for options in ["", "--json"] {
        let pipe = format!(
            "set -o pipefail; \"$0\" list --all --page-size 1 {options} | head -1 >/dev/null"
        );
        let there = op_users_at(&simulator, &[]);
        let mut shell = Command::new("bash");
        shell.args(["-c", &pipe]).arg(there.get_program());
        for (name, value) in there.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        shell.stdin(Stdio::null());
        let ended = run(shell).await;
        assert_eq!((ended.status, ended.stderr.as_str()), (0, ""));
    }
}

#[tokio::test]
async fn a_report_on_a_closed_standard_output_is_a_failure() {
    for option in ["--report", "--audit"] {
        for name in ["-", "/dev/stdout"] {
            let arguments = [
                "--simulator",
                "contain",
                "--yes",
                option,
                name,
                "user0002@acme.example",
            ];
            let ended = run_with_closed_stdout(op_users(&arguments)).await;
            assert_eq!(ended.status, 1, "{ended:?}");
            assert!(ended.stderr.contains("Broken pipe"), "{ended:?}");
        }
    }
}
