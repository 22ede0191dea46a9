//! A running command that receives signals.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, ChildStderr, Command, Stdio},
};

use super::super::process::CommandOutput;

/// A running command.
pub(crate) struct Running {
    child: Child,
    stderr: BufReader<ChildStderr>,
    lines_read: String,
}

impl Running {
    pub(crate) fn start(mut command: Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the command starts");
        let stderr = child.stderr.take().expect("its errors");
        Self {
            child,
            stderr: BufReader::new(stderr),
            lines_read: String::new(),
        }
    }

    /// Sends a signal, named as for `kill`.
    pub(crate) fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        let status = Command::new("sh").args(["-c", &kill]).status();
        assert!(status.expect("a shell").success(), "it is still there");
    }

    /// Waits for a line on standard error with this beginning.
    pub(crate) async fn says(mut self, beginning: &'static str) -> Self {
        let listening = move || {
            loop {
                let mut line = String::new();
                let read = self.stderr.read_line(&mut line).expect("it can be read");
                assert!(
                    read > 0,
                    "{beginning} is not lines_read: {}",
                    self.lines_read
                );
                self.lines_read.push_str(&line);
                if line.starts_with(beginning) {
                    return self;
                }
            }
        };
        tokio::task::spawn_blocking(listening)
            .await
            .expect("it is listened to")
    }

    /// Waits until the command exits.
    pub(crate) async fn ends(self) -> CommandOutput {
        let (status, ended) = self.wait().await;
        assert!(status.is_some(), "it was killed");
        ended
    }

    /// Waits until the command is killed.
    pub(crate) async fn dies(self) {
        let (status, _) = self.wait().await;
        assert_eq!(status, None, "it ended by itself");
    }

    async fn wait(mut self) -> (Option<i32>, CommandOutput) {
        let waiting = move || {
            self.stderr
                .read_to_string(&mut self.lines_read)
                .expect("UTF-8");
            let output = self.child.wait_with_output().expect("it ends");
            let ended = CommandOutput {
                status: output.status.code().unwrap_or(-1),
                stdout: String::from_utf8(output.stdout).expect("UTF-8"),
                stderr: self.lines_read,
            };
            (output.status.code(), ended)
        };
        tokio::task::spawn_blocking(waiting)
            .await
            .expect("it is waited for")
    }
}
