//! A runtime that serves the service: a process that prints its URL.

use std::{collections::BTreeMap, ffi::OsString, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncRead, BufReader},
    process::{Child, Command},
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    time::timeout,
};

use crate::problem::Problem;

/// Maximum time for a runtime to start.
const MAX_START: Duration = Duration::from_secs(60);
/// Maximum time for a runtime to end after SIGTERM.
const MAX_END: Duration = Duration::from_secs(10);
/// Beginning of the URL in a line.
const SCHEME: &str = "http://";

/// A runtime under way. Killed when dropped.
pub(super) struct Runtime {
    child: Child,
    authority: String,
}

impl Runtime {
    /// Starts a command with these settings, and waits for a line with a URL.
    pub(super) async fn start(
        command: &[OsString],
        settings: &BTreeMap<String, String>,
    ) -> Result<Self, Problem> {
        let (program, arguments) = command
            .split_first()
            .ok_or_else(|| Problem::new("the command of the runtime is missing"))?;
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("OP_USERS_") || text.starts_with("OP_SERVICE_") {
                command.env_remove(name);
            }
        }
        let mut child = command
            .args(arguments)
            .envs(settings)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(|error| Problem::new(error.to_string()).within(program.to_string_lossy()))?;
        let (sender, mut lines) = unbounded_channel();
        read_lines(child.stdout.take(), sender.clone());
        read_lines(child.stderr.take(), sender);
        let authority = timeout(MAX_START, authority_in(&mut lines))
            .await
            .map_err(|_| Problem::new("the runtime printed no URL in time"))?
            .map_err(|printed| {
                Problem::new(format!("the runtime ended without a URL: {printed}"))
            })?;
        // Goes on reading, so that the runtime can go on writing.
        tokio::spawn(async move { while lines.recv().await.is_some() {} });
        Ok(Self { child, authority })
    }

    /// Authority of its URL.
    pub(super) fn authority(&self) -> &str {
        &self.authority
    }

    /// Ends the runtime with SIGTERM, so that it ends its own processes.
    pub(super) async fn stop(mut self) {
        if let Some(id) = self.child.id() {
            // A failure leaves it to the kill at the drop.
            let _ = Command::new("kill").arg(id.to_string()).status().await;
        }
        let _ = timeout(MAX_END, self.child.wait()).await;
    }
}

/// Passes on the lines of an output.
fn read_lines(
    output: Option<impl AsyncRead + Unpin + Send + 'static>,
    lines: UnboundedSender<String>,
) {
    let Some(output) = output else { return };
    let mut reader = BufReader::new(output).lines();
    tokio::spawn(async move {
        while let Ok(Some(line)) = reader.next_line().await {
            if lines.send(line).is_err() {
                return;
            }
        }
    });
}

/// Waits for a line with a URL, and returns its authority. Without one, the lines.
async fn authority_in(lines: &mut UnboundedReceiver<String>) -> Result<String, String> {
    let mut printed = Vec::new();
    while let Some(line) = lines.recv().await {
        if let Some((_, rest)) = line.split_once(SCHEME) {
            let is_authority = |it: char| it.is_ascii_alphanumeric() || matches!(it, '.' | ':');
            let end = rest.find(|it| !is_authority(it)).unwrap_or(rest.len());
            let (authority, _) = rest.split_at(end);
            if authority.contains(':') {
                return Ok(authority.to_owned());
            }
        }
        printed.push(line);
    }
    Err(printed.join("\n"))
}
