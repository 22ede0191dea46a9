//! The audit of a bulk change: one event per user, appended and synced before anything else is done with its outcome.

mod line;

use std::{
    collections::HashMap,
    io,
    mem::discriminant,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use host::{Outcome, TargetReport, User, UserState};

use self::line::{AuditEvent, EventUser};
use super::{
    change::ChangeDescription,
    result::{BulkResult, TargetResult, error_of},
};
use crate::{audit_file::AuditFile, failure::Failure};

/// An audit file, to which the events of one command are appended.
pub(super) struct AuditLog {
    change: ChangeDescription,
    file: Mutex<AuditFile>,
    /// Warning about the file.
    warning: Option<String>,
    /// Events written so far, by user id.
    written: Mutex<HashMap<String, WrittenEvent>>,
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
    /// Opens the file, or creates it. An existing one must be a regular file of one's own, or a stream.
    pub(super) fn open(path: &Path, change: ChangeDescription) -> Result<Self, Failure> {
        let (file, warning) = AuditFile::open(path)?;
        Ok(Self {
            change,
            file: Mutex::new(file),
            warning,
            written: Mutex::default(),
        })
    }

    /// Fails if the file could not be opened or created. Changes nothing, and opens no stream.
    pub(super) fn check(path: &Path) -> Result<(), Failure> {
        AuditFile::check(path)
    }

    /// Warning about the file, if there is one.
    pub(super) fn warning(&self) -> Option<&str> {
        self.warning.as_deref()
    }

    /// Writes and syncs the event of a change that was, or may have been, made.
    pub(super) fn write_change(&self, id: &str, report: &TargetReport) -> io::Result<()> {
        let user = report.user.as_ref().map_or_else(
            || EventUser {
                id: Some(id.to_owned()),
                ..EventUser::default()
            },
            event_user,
        );
        let written = WrittenEvent {
            user,
            previous_state: report.previous_state.clone(),
            outcome: report.outcome.clone(),
        };
        // A user who is named twice.
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
            previous_state: written.previous_state.as_ref(),
            is_interrupted: false,
        };
        self.append(&event.line(&self.change)?)?;
        self.written().insert(id.to_owned(), written);
        Ok(())
    }

    /// Writes and syncs the remaining events: one per user, and a second one if the first does not say the same.
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
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.append(lines)
    }

    fn written(&self) -> MutexGuard<'_, HashMap<String, WrittenEvent>> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
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
