//! Runs `op-users` as a process, in a clean environment.

use std::{
    env,
    fs::File,
    io::{Read, Seek, Write},
    process::{Command, Stdio},
};

use simulator::Simulator;

/// Output of a command, and its exit status.
#[derive(Debug)]
pub(crate) struct CommandOutput {
    pub(crate) status: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Variables that choose colours and widths.
const OF_TERMINALS: [&str; 4] = ["CI", "CLICOLOR", "CLICOLOR_FORCE", "COLUMNS"];

/// The command, without settings in its environment.
pub(crate) fn op_users(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_op-users"));
    for name in OF_TERMINALS {
        command.env_remove(name);
    }
    // All commands of the tests keep what they compile here: the first one compiles.
    command.env("XDG_CACHE_HOME", env!("CARGO_TARGET_TMPDIR"));
    // A terminal that shows progress, and no colours between the texts that tests expect.
    command.env("TERM", "xterm").env("NO_COLOR", "1");
    for (name, _) in env::vars_os() {
        let text = name.to_string_lossy();
        let is_network = text.to_uppercase().ends_with("_PROXY") || text.starts_with("SSL_CERT_");
        if is_network || text.starts_with("OP_USERS_") || text.starts_with("OP_SERVICE_") {
            command.env_remove(name);
        }
    }
    command.args(arguments).stdin(Stdio::null());
    command
}

/// The command, with the settings of a simulator.
pub(crate) fn op_users_at(simulator: &Simulator, arguments: &[&str]) -> Command {
    let mut command = op_users(arguments);
    command
        .env("OP_USERS_BASE_URL", simulator.url())
        .env("OP_USERS_ACCOUNT_ID", simulator.account_id())
        .env("OP_USERS_CLIENT_ID", simulator.client_id())
        .env("OP_USERS_CLIENT_SECRET", simulator.client_secret());
    command
}

/// Runs a command to its end, without blocking the test's other tasks.
pub(crate) async fn run(mut command: Command) -> CommandOutput {
    let output = tokio::task::spawn_blocking(move || command.output())
        .await
        .expect("the command is waited for")
        .expect("the command starts");
    CommandOutput {
        status: output.status.code().expect("an exit status"),
        stdout: String::from_utf8(output.stdout).expect("UTF-8"),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

/// A simulated account of 60 users.
pub(crate) async fn simulator() -> Simulator {
    Simulator::builder()
        .users(60)
        .seed(1)
        .start()
        .await
        .expect("a simulator starts")
}

/// Runs a command with this standard input.
pub(crate) async fn run_with(mut command: Command, input: &str) -> CommandOutput {
    let mut file = tempfile::tempfile().expect("a file");
    file.write_all(input.as_bytes())
        .expect("the input is written");
    file.rewind().expect("its beginning");
    command.stdin(file);
    run(command).await
}

/// A terminal for standard input: the side of the person who types, and that of the command.
#[cfg(unix)]
pub(crate) fn terminal() -> (File, File) {
    let terminal = nix::pty::openpty(None, None).expect("a terminal");
    (terminal.master.into(), terminal.slave.into())
}

/// Runs a command with a terminal as standard input, on which this is typed. Nothing typed is the end of the input.
#[cfg(unix)]
pub(crate) async fn run_typing(mut command: Command, typed: &str) -> CommandOutput {
    const END_OF_INPUT: &str = "\u{4}";
    let (mut person, input) = terminal();
    let typed = if typed.is_empty() {
        END_OF_INPUT
    } else {
        typed
    };
    person.write_all(typed.as_bytes()).expect("it is typed");
    command.stdin(input);
    let ended = run(command).await;
    drop(person);
    ended
}

/// Runs a command with a terminal of this size as standard output and standard error. Returns its exit status and the text.
#[cfg(unix)]
pub(crate) async fn run_at_terminal(
    mut command: Command,
    rows: u16,
    columns: u16,
) -> (i32, String) {
    let size = nix::pty::Winsize {
        ws_row: rows,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    let terminal = nix::pty::openpty(Some(&size), None).expect("a terminal");
    let (mut person, output): (File, File) = (terminal.master.into(), terminal.slave.into());
    command
        .stdout(output.try_clone().expect("a terminal"))
        .stderr(output);
    let session = move || {
        let mut child = command.spawn().expect("the command starts");
        drop(command);
        let mut text = Vec::new();
        let mut part = [0; 4096];
        // At the end, reading fails on some systems.
        while let Ok(read @ 1..) = person.read(&mut part) {
            text.extend_from_slice(&part[..read]);
        }
        let status = child.wait().expect("the command ends");
        (status.code().expect("an exit status"), text)
    };
    let (status, text) = tokio::task::spawn_blocking(session)
        .await
        .expect("the command is waited for");
    let text = String::from_utf8(text).expect("UTF-8");
    (status, text.replace("\r\n", "\n"))
}

/// Runs a command whose standard output is a pipe that its reader closed before the start.
#[cfg(unix)]
pub(crate) async fn run_with_closed_stdout(mut command: Command) -> CommandOutput {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    command.stdout(writer);
    run_without_stdout(command).await
}

/// Runs a command whose standard output goes elsewhere.
pub(crate) async fn run_without_stdout(mut command: Command) -> CommandOutput {
    command.stderr(Stdio::piped());
    let child = command.spawn().expect("the command starts");
    // Its standard output is closed when the command ends.
    drop(command);
    let output = tokio::task::spawn_blocking(move || child.wait_with_output())
        .await
        .expect("the command is waited for")
        .expect("the command ends");
    CommandOutput {
        status: output.status.code().expect("an exit status"),
        stdout: String::new(),
        stderr: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}
