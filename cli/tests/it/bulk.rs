//! The commands `contain` and `restore`.

mod acknowledged_changes;
#[cfg(unix)]
mod audit;
mod closed_stderr;
mod damaged_lists;
mod file_conflicts;
#[cfg(target_os = "linux")]
mod full_disk;
#[cfg(unix)]
mod guards;
mod input;
#[cfg(unix)]
mod interrupt;
#[cfg(unix)]
mod kill;
mod lists;
mod nightly_jobs;
mod output;
#[cfg(unix)]
mod plan;
mod progress;
#[cfg(unix)]
mod prompt;
mod report;
#[cfg(unix)]
mod report_check;
#[cfg(unix)]
mod report_conflicts;
#[cfg(unix)]
mod running_command;
mod simulator_state;
mod undo;
mod undo_from_records;

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use simulator::{Endpoint, Simulator, State, User};
use tempfile::TempDir;

use super::process::{CommandOutput, simulator};

/// A simulated account, and a folder for files.
struct Scene {
    simulator: Simulator,
    folder: TempDir,
}

impl Scene {
    async fn new() -> Self {
        Self {
            simulator: simulator().await,
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Name of a file, for an argument.
    fn file(&self, name: &str) -> String {
        self.path(name)
            .to_str()
            .expect("a name in UTF-8")
            .to_owned()
    }

    /// Writes a file, and returns its name.
    fn write(&self, name: &str, content: &str) -> String {
        fs::write(self.path(name), content).expect("the file is written");
        self.file(name)
    }

    /// The first active members.
    fn active(&self, count: usize) -> Vec<User> {
        let users = self.simulator.users().into_iter().skip(2);
        users
            .filter(|user| user.state == State::Active)
            .take(count)
            .collect()
    }

    /// A user who is suspended from the start.
    fn suspended(&self) -> User {
        let mut users = self.simulator.users().into_iter();
        users
            .find(|user| user.state == State::Suspended)
            .expect("one in twenty is")
    }

    fn state(&self, user: &User) -> State {
        self.simulator
            .user(&user.id)
            .expect("the user is there")
            .state
    }

    /// Number of requests to an endpoint.
    fn requests(&self, endpoint: Endpoint) -> usize {
        let requests = self.simulator.requests();
        requests
            .iter()
            .filter(|request| request.endpoint == endpoint)
            .count()
    }
}

/// Arguments of a command on these users, named by e-mail address.
fn command<'a>(words: &[&'a str], users: &'a [User]) -> Vec<&'a str> {
    let emails = users.iter().map(|user| user.email.as_str());
    words.iter().copied().chain(emails).collect()
}

/// Standard error of a command, without its progress, which depends on the machine's speed.
fn stderr_of(ended: &CommandOutput) -> String {
    let is_progress = |line: &&str| {
        line.contains(" of at most ")
            || line.ends_with(" read")
            || *line == "waiting for the server"
            || line.starts_with("{\"progress\":")
    };
    let lines = ended.stderr.split_inclusive('\n');
    lines
        .filter(|line| !is_progress(&line.trim_end()))
        .collect()
}

/// Objects, one per line.
fn objects(lines: &str) -> Vec<Value> {
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("JSON: {line}")))
        .collect()
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).expect("the file is there")
}

fn document(path: &Path) -> Value {
    serde_json::from_str(&read(path)).expect("the report is JSON")
}
