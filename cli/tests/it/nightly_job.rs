//! The script of the nightly job, `deploy/cron/leavers.sh`, without a terminal.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use serde_json::Value;
use simulator::{Action, Endpoint, Fault, Simulator};
use tempfile::TempDir;

use super::process::{CommandOutput, run, simulator};

/// A stand-in for the 1Password CLI: reads fields of one item, with the token of the credential.
const OP: &str = r#"#!/bin/sh
[ "$OP_SERVICE_ACCOUNT_TOKEN" = ops_token ] || exit 1
[ "$1" = read ] || exit 1
cat "$VAULT/${2#op://Incident Response/users-api-responder/}"
"#;
/// The command, which must not get the token of the service account.
const OP_USERS: &str = r#"#!/bin/sh
[ -z "${OP_SERVICE_ACCOUNT_TOKEN:-}" ] || exit 99
exec "$REAL_OP_USERS" "$@"
"#;

/// A machine with the job installed.
struct Machine {
    folder: TempDir,
    simulator: Simulator,
}

impl Machine {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let simulator = simulator().await;
        let machine = Self { folder, simulator };
        for name in ["bin", "vault", "state", "credentials"] {
            fs::create_dir(machine.path(name)).expect("a folder");
        }
        for (name, text) in [("bin/op", OP), ("bin/op-users", OP_USERS)] {
            machine.write(name, text);
            let mode = Permissions::from_mode(0o755);
            fs::set_permissions(machine.path(name), mode).expect("it is a program");
        }
        let references = repository("deploy/env/responder.env");
        let references = fs::read_to_string(references).expect("the references");
        let base_url = format!("OP_USERS_BASE_URL={}", machine.simulator.url());
        machine.write(
            "responder.env",
            &references.replace("OP_USERS_REGION=eu", &base_url),
        );
        machine.write("vault/account-id", machine.simulator.account_id());
        machine.write("vault/client-id", machine.simulator.client_id());
        machine.write("vault/client-secret", &machine.simulator.client_secret());
        machine.write("credentials/op-token", "ops_token");
        machine.write("protected.txt", "user0009@acme.example\n");
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("it is written");
    }

    /// The job for a list with these lines, as systemd starts it.
    fn job(&self, list: &str) -> Command {
        self.write("leavers.csv", list);
        let mut command = Command::new(repository("deploy/cron/leavers.sh"));
        let path = std::env::var("PATH").expect("a search path");
        command
            .env_clear()
            .env("PATH", format!("{}:{path}", self.path("bin").display()))
            .env("REAL_OP_USERS", env!("CARGO_BIN_EXE_op-users"))
            .env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"))
            .env("VAULT", self.path("vault"))
            .env("LEAVERS_SETTINGS", self.path("responder.env"))
            .env("LEAVERS_PROTECTED", self.path("protected.txt"))
            .env("STATE_DIRECTORY", self.path("state"))
            .env("CREDENTIALS_DIRECTORY", self.path("credentials"))
            .arg(self.path("leavers.csv"))
            .stdin(Stdio::null());
        command
    }

    async fn run(&self, list: &str) -> CommandOutput {
        run(self.job(list)).await
    }

    /// Files in the folder of the job, without the lock.
    fn files(&self, extension: &str) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.path("state")).expect("a folder");
        let paths = entries.map(|entry| entry.expect("a file").path());
        paths
            .filter(|path| path.extension().is_some_and(|found| found == extension))
            .collect()
    }

    fn is_suspended(&self, address: &str) -> bool {
        let users = self.simulator.users();
        let user = users.iter().find(|user| user.email == address);
        user.expect(address).state == simulator::State::Suspended
    }
}

fn repository(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)
}

#[tokio::test]
async fn a_night_suspends_the_leavers_and_leaves_evidence() {
    let machine = Machine::new().await;
    let list = "Name,Email\nIván,user0007@acme.example\n,\nNo One,no.such@acme.example\n";
    let ended = machine.run(list).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    assert!(machine.is_suspended("user0007@acme.example"));
    assert_eq!(machine.files("json").len(), 1);
    let audit = fs::read_to_string(machine.path("state/audit.jsonl")).expect("an audit");
    let event: Value = serde_json::from_str(audit.lines().next().expect("a line")).expect("JSON");
    let operator = event["actor"]["user"]["name"]
        .as_str()
        .expect("an operator");
    assert!(operator.starts_with("leavers@"), "{operator}");
    let secret = machine.simulator.client_secret();
    for printed in [&audit, &ended.stdout, &ended.stderr] {
        assert!(!printed.contains(&secret) && !printed.contains("ops_token"));
    }
    let again = machine.run(list).await;
    assert_eq!(again.status, 0, "{again:?}");
    assert!(again.stdout.contains("unchanged"), "{again:?}");
    // Even within the same second.
    assert_eq!(machine.files("json").len(), 2);
}

#[tokio::test]
async fn a_night_without_leavers_succeeds() {
    let machine = Machine::new().await;
    for list in ["Name,Email\n", "Name,Email\n,\n"] {
        let ended = machine.run(list).await;
        assert_eq!(ended.status, 0, "{list:?}: {ended:?}");
    }
    assert!(!machine.is_suspended("user0007@acme.example"));
}

#[tokio::test]
async fn a_guard_that_holds_fails_the_night_with_3() {
    let machine = Machine::new().await;
    let ended = machine.run("email\nuser0009@acme.example\n").await;
    assert_eq!(ended.status, 3, "{ended:?}");
    let mut everyone = "email\n".to_owned();
    for user in &machine.simulator.users()[20..40] {
        everyone.push_str(&format!("{}\n", user.email));
    }
    let ended = machine.run(&everyone).await;
    assert_eq!(ended.status, 3, "{ended:?}");
    assert!(!machine.is_suspended("user0021@acme.example"));
}

#[tokio::test]
async fn a_night_without_1password_ends_with_75() {
    let machine = Machine::new().await;
    let fault = Fault::new(Action::status(503)).on(Endpoint::Token).always();
    machine.simulator.fault(fault);
    let ended = machine.run("email\nuser0007@acme.example\n").await;
    assert_eq!(ended.status, 75, "{ended:?}");
}

#[tokio::test]
async fn a_vault_that_cannot_be_read_sends_nothing() {
    let machine = Machine::new().await;
    fs::remove_file(machine.path("vault/client-secret")).expect("it was there");
    let ended = machine.run("email\nuser0007@acme.example\n").await;
    assert_eq!(ended.status, 75, "{ended:?}");
    assert!(machine.simulator.requests().is_empty());
}

#[tokio::test]
async fn a_second_run_ends_with_75_while_the_first_works() {
    let machine = Machine::new().await;
    let held = Fault::new(Action::Hold).on(Endpoint::Suspend);
    machine.simulator.fault(held);
    let mut first = machine.job("email\nuser0007@acme.example\n");
    first.stdout(Stdio::null()).stderr(Stdio::null());
    let mut first = first.spawn().expect("it starts");
    let held = tokio::time::timeout(Duration::from_secs(60), machine.simulator.held(1)).await;
    held.expect("the first run sends a change");
    let second = machine.run("email\nuser0007@acme.example\n").await;
    assert_eq!(second.status, 75, "{second:?}");
    machine.simulator.release();
    let ended = tokio::task::spawn_blocking(move || first.wait()).await;
    let ended = ended.expect("no panic").expect("it is waited for");
    assert_eq!(ended.code(), Some(0));
}

#[tokio::test]
async fn a_damaged_list_sends_nothing_and_ends_with_2() {
    let machine = Machine::new().await;
    let ended = machine.run("email\nuser0007 at acme\n").await;
    assert_eq!(ended.status, 2, "{ended:?}");
    assert!(machine.simulator.requests().is_empty());
}
