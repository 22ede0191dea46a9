//! The audit file: one event per user, appended and synced before a change's response is used.

mod line;

use std::{
    collections::HashMap,
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    mem::discriminant,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use host::{Outcome, User, UserState};

use self::line::{AuditEvent, EventUser};
use super::{
    change::ChangeDescription,
    result::{BulkResult, TargetResult, error_of},
};
use crate::{atomic_file, failure::Failure};

/// An audit file, to which the events of one command are appended.
pub(super) struct AuditLog {
    change: ChangeDescription,
    file: Mutex<AuditFile>,
    /// True for a regular file, which can be synced.
    is_regular: bool,
    /// Events written so far, by user id.
    written: Mutex<HashMap<String, WrittenEvent>>,
}

struct AuditFile {
    file: File,
    /// True if the file ends with an incomplete line.
    is_torn: bool,
}

/// Content of an event that was written.
#[derive(Clone, Debug, PartialEq)]
struct WrittenEvent {
    user: EventUser,
    previous_state: Option<UserState>,
    outcome: Outcome,
}

impl WrittenEvent {
    /// Returns true if another event differs at most in the details of an error.
    fn is_like(&self, other: &Self) -> bool {
        self.user == other.user
            && self.previous_state == other.previous_state
            && discriminant(&self.outcome) == discriminant(&other.outcome)
    }
}

impl AuditLog {
    /// Opens the file, or creates it.
    pub(super) fn open(path: &Path, change: ChangeDescription) -> Result<Self, Failure> {
        Self::try_open(path, change).map_err(|error| cannot_append(path, &error))
    }

    /// Fails if the file could not be opened or created. Changes nothing.
    pub(super) fn check(path: &Path) -> Result<(), Failure> {
        let opened = match append_options().open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                atomic_file::temporary_beside(path).map(drop)
            }
            opened => opened.map(drop),
        };
        opened.map_err(|error| cannot_append(path, &error))
    }

    fn try_open(path: &Path, change: ChangeDescription) -> io::Result<Self> {
        let file = append_options().create(true).open(path)?;
        let metadata = file.metadata()?;
        let is_new = metadata.len() == 0;
        if metadata.is_file() && is_new {
            atomic_file::sync_folder(path)?;
        }
        // A file that cannot be read counts as complete.
        let is_torn = metadata.is_file() && !is_new && is_torn(path).unwrap_or(false);
        Ok(Self {
            change,
            file: Mutex::new(AuditFile { file, is_torn }),
            is_regular: metadata.is_file(),
            written: Mutex::default(),
        })
    }

    /// Writes and syncs the event of a change that the server acknowledged.
    pub(super) fn write_acknowledged(
        &self,
        id: &str,
        outcome: Outcome,
        user: Option<&User>,
        previous_state: Option<&UserState>,
    ) -> io::Result<()> {
        let user = user.map_or_else(
            || EventUser {
                id: Some(id.to_owned()),
                ..EventUser::default()
            },
            event_user,
        );
        let written = WrittenEvent {
            user,
            previous_state: previous_state.cloned(),
            outcome,
        };
        // The same change was sent again because its response was incomplete.
        if self
            .written()
            .get(id)
            .is_some_and(|known| known.is_like(&written))
        {
            return Ok(());
        }
        let event = AuditEvent {
            user: &written.user,
            outcome: &written.outcome,
            error: error_of(&written.outcome),
            previous_state,
            is_interrupted: false,
        };
        self.append(&event.line(&self.change)?)?;
        self.written().insert(id.to_owned(), written);
        Ok(())
    }

    /// Writes and syncs the remaining events: one per user, and a second one if the first is incomplete or outdated.
    pub(super) fn finish(&self, result: &BulkResult) -> io::Result<()> {
        let mut lines = String::new();
        for target in distinct_users(&result.targets) {
            let user = target_user(target);
            let written = target.id().and_then(|id| self.written().get(id).cloned());
            let is_complete = written.is_some_and(|written| {
                written.outcome == target.report.outcome
                    && written.user == user
                    && written.previous_state == target.report.previous_state
            });
            if is_complete {
                continue;
            }
            let refused = result.refused.as_ref();
            let outcome = &target.report.outcome;
            let event = AuditEvent {
                user: &user,
                outcome,
                error: target
                    .error()
                    .or(refused.filter(|_| *outcome == Outcome::WouldChange)),
                previous_state: target.report.previous_state.as_ref(),
                is_interrupted: result.is_interrupted && *outcome == Outcome::Skipped,
            };
            lines.push_str(&event.line(&self.change)?);
        }
        self.append(&lines)
    }

    fn append(&self, lines: &str) -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        let mut audit = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let line_break = if audit.is_torn { "\n" } else { "" };
        audit.is_torn = true;
        // In one write, so that other processes can append to the file at the same time.
        audit
            .file
            .write_all(format!("{line_break}{lines}").as_bytes())?;
        audit.is_torn = false;
        if self.is_regular {
            audit.file.sync_data()?;
        }
        Ok(())
    }

    fn written(&self) -> MutexGuard<'_, HashMap<String, WrittenEvent>> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Options to open the file for appending. A new file is accessible to its owner only.
fn append_options() -> OpenOptions {
    let mut options = File::options();
    options.append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn cannot_append(path: &Path, error: &io::Error) -> Failure {
    Failure::usage(format!(
        "the audit file {} cannot be appended to: {error}; nothing was changed",
        path.display()
    ))
}

/// Returns true if the file ends with an incomplete line.
fn is_torn(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// One target per user: the one that was changed, or else the first.
fn distinct_users(targets: &[TargetResult]) -> Vec<&TargetResult> {
    let mut indexes: HashMap<&str, usize> = HashMap::new();
    let mut users: Vec<&TargetResult> = Vec::new();
    for target in targets {
        let name = target.id().unwrap_or(&target.named.text);
        match indexes.get(name).and_then(|index| users.get_mut(*index)) {
            None => {
                indexes.insert(name, users.len());
                users.push(target);
            }
            Some(known) if target.report.outcome == Outcome::Changed => *known = target,
            Some(_) => {}
        }
    }
    users
}

/// User of a target; if never seen, the id or address that named them.
fn target_user(target: &TargetResult) -> EventUser {
    if let Some(user) = target.user() {
        return event_user(user);
    }
    let name = Some(target.named.text.clone());
    if target.named.is_email() {
        EventUser {
            email: name,
            ..EventUser::default()
        }
    } else {
        EventUser {
            id: name,
            ..EventUser::default()
        }
    }
}

fn event_user(user: &User) -> EventUser {
    let known = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    EventUser {
        id: Some(user.id.clone()),
        email: known(&user.email),
        name: known(&user.display_name),
    }
}
