//! A command that is under way, and the signals that it is sent.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, ChildStderr, Command, Stdio},
};

use super::super::process::Ended;

/// A command that is under way.
pub struct Running {
    child: Child,
    stderr: BufReader<ChildStderr>,
    said: String,
}

impl Running {
    pub fn start(mut command: Command) -> Self {
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the command starts");
        let stderr = child.stderr.take().expect("its errors");
        Self {
            child,
            stderr: BufReader::new(stderr),
            said: String::new(),
        }
    }

    /// Sends it a signal, by the name that `kill` has for it.
    pub fn signal(&self, name: &str) {
        let kill = format!("kill -{name} {}", self.child.id());
        let status = Command::new("sh").args(["-c", &kill]).status();
        assert!(status.expect("a shell").success(), "it is still there");
    }

    /// Waits until it says a line on standard error that begins like this.
    pub async fn says(mut self, beginning: &'static str) -> Self {
        let listening = move || {
            loop {
                let mut line = String::new();
                let read = self.stderr.read_line(&mut line).expect("it can be read");
                assert!(read > 0, "{beginning} is not said: {}", self.said);
                self.said.push_str(&line);
                if line.starts_with(beginning) {
                    return self;
                }
            }
        };
        tokio::task::spawn_blocking(listening)
            .await
            .expect("it is listened to")
    }

    /// Waits for its end, by itself.
    pub async fn ends(self) -> Ended {
        let (status, ended) = self.wait().await;
        assert!(status.is_some(), "it was killed");
        ended
    }

    /// Waits for its end by a signal.
    pub async fn dies(self) {
        let (status, _) = self.wait().await;
        assert_eq!(status, None, "it ended by itself");
    }

    async fn wait(mut self) -> (Option<i32>, Ended) {
        let waiting = move || {
            self.stderr.read_to_string(&mut self.said).expect("UTF-8");
            let output = self.child.wait_with_output().expect("it ends");
            let ended = Ended {
                status: output.status.code().unwrap_or(-1),
                stdout: String::from_utf8(output.stdout).expect("UTF-8"),
                stderr: self.said,
            };
            (output.status.code(), ended)
        };
        tokio::task::spawn_blocking(waiting)
            .await
            .expect("it is waited for")
    }
}
