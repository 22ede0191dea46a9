//! The audit file: lines that are on the disk before anything else happens.

mod event;

use std::{
    collections::HashMap,
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    mem::discriminant,
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use host::{Outcome, User, UserState};

use self::event::{Event, Person};
use super::{
    context::Context,
    result::{Ended, One, error_of},
};
use crate::{atomic_file, failure::Failure};

/// An audit file that lines of one call are appended to.
pub(super) struct Audit {
    context: Context,
    file: Mutex<Lines>,
    /// Whether it is on a disk, and can be synced.
    is_regular: bool,
    /// For whom there is a line already, and how much it says.
    written: Mutex<HashMap<String, Written>>,
}

/// The file, and whether a line in it was not finished.
struct Lines {
    file: File,
    is_torn: bool,
}

/// What the line of a change says.
#[derive(Clone, Debug, PartialEq)]
struct Written {
    person: Person,
    before: Option<UserState>,
    outcome: Outcome,
}

impl Written {
    /// Whether it says what another one does, but for how often the change was sent.
    fn says(&self, other: &Self) -> bool {
        self.person == other.person
            && self.before == other.before
            && discriminant(&self.outcome) == discriminant(&other.outcome)
    }
}

impl Audit {
    /// Opens the file, or makes it.
    pub fn open(path: &Path, context: Context) -> Result<Self, Failure> {
        Self::try_open(path, context).map_err(|error| refused(path, &error))
    }

    /// Makes sure that it could be opened, and leaves everything as it is.
    pub fn check(path: &Path) -> Result<(), Failure> {
        let opened = match appending().open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                atomic_file::beside(path).map(drop)
            }
            opened => opened.map(drop),
        };
        opened.map_err(|error| refused(path, &error))
    }

    fn try_open(path: &Path, context: Context) -> io::Result<Self> {
        let file = appending().create(true).open(path)?;
        let metadata = file.metadata()?;
        let is_new = metadata.len() == 0;
        if metadata.is_file() && is_new {
            atomic_file::sync_folder(path)?;
        }
        // One that may be written but not read is taken as it is.
        let is_torn = metadata.is_file() && !is_new && is_torn(path).unwrap_or(false);
        Ok(Self {
            context,
            file: Mutex::new(Lines { file, is_torn }),
            is_regular: metadata.is_file(),
            written: Mutex::default(),
        })
    }

    /// Writes what a change came to when the server answered it, and syncs it.
    pub fn answered(
        &self,
        id: &str,
        outcome: Outcome,
        user: Option<&User>,
        before: Option<&UserState>,
    ) -> io::Result<()> {
        let person = user.map_or_else(
            || Person {
                id: Some(id.to_owned()),
                ..Person::default()
            },
            person_of,
        );
        let written = Written {
            person,
            before: before.cloned(),
            outcome,
        };
        // The same change again, because the answer did not arrive whole.
        if self
            .written()
            .get(id)
            .is_some_and(|known| known.says(&written))
        {
            return Ok(());
        }
        let event = Event {
            person: &written.person,
            outcome: &written.outcome,
            error: error_of(&written.outcome),
            before,
            is_interrupted: false,
        };
        self.append(&event::line(&self.context, &event))?;
        self.written().insert(id.to_owned(), written);
        Ok(())
    }

    /// Writes of everybody what is not written yet, and syncs it: one line for each user, and another one where the first said
    /// less, or is not the whole truth any more.
    pub fn finish(&self, ended: &Ended) -> io::Result<()> {
        let mut lines = String::new();
        for one in everybody(&ended.targets) {
            let person = person(one);
            let written = one.id().and_then(|id| self.written().get(id).cloned());
            let says_all = written.is_some_and(|written| {
                written.outcome == one.report.outcome
                    && written.person == person
                    && written.before == one.report.previous_state
            });
            if says_all {
                continue;
            }
            let refused = ended.refused.as_ref();
            let event = Event {
                person: &person,
                outcome: &one.report.outcome,
                error: one
                    .error()
                    .or(refused.filter(|_| one.report.outcome == Outcome::WouldChange)),
                before: one.report.previous_state.as_ref(),
                is_interrupted: ended.is_interrupted && one.report.outcome == Outcome::Skipped,
            };
            lines.push_str(&event::line(&self.context, &event));
        }
        self.append(&lines)
    }

    fn append(&self, lines: &str) -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        let mut to = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let end = if to.is_torn { "\n" } else { "" };
        to.is_torn = true;
        // In one piece, so that others may append to the file too.
        to.file.write_all(format!("{end}{lines}").as_bytes())?;
        to.is_torn = false;
        if self.is_regular {
            to.file.sync_data()?;
        }
        Ok(())
    }

    fn written(&self) -> MutexGuard<'_, HashMap<String, Written>> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How the file is opened: one that is made is its owner's alone.
fn appending() -> OpenOptions {
    let mut options = File::options();
    options.append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

fn refused(path: &Path, error: &io::Error) -> Failure {
    Failure::Usage(format!(
        "the audit file {} cannot be appended to: {error}; nothing was changed",
        path.display()
    ))
}

/// Whether the file ends in the middle of a line.
fn is_torn(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// Each user once: of several targets that are the same user, the one that was changed, or else the first.
fn everybody(targets: &[One]) -> Vec<&One> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut everybody: Vec<&One> = Vec::new();
    for one in targets {
        let name = one.id().unwrap_or(&one.who.text);
        match places.get(name).and_then(|place| everybody.get_mut(*place)) {
            None => {
                places.insert(name, everybody.len());
                everybody.push(one);
            }
            Some(known) if one.report.outcome == Outcome::Changed => *known = one,
            Some(_) => {}
        }
    }
    everybody
}

/// Whom a target is about: the user, or what they were named by.
fn person(one: &One) -> Person {
    if let Some(user) = one.user() {
        return person_of(user);
    }
    let name = Some(one.who.text.clone());
    if one.who.is_email() {
        Person {
            email: name,
            ..Person::default()
        }
    } else {
        Person {
            id: name,
            ..Person::default()
        }
    }
}

fn person_of(user: &User) -> Person {
    let known = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
    Person {
        id: Some(user.id.clone()),
        email: known(&user.email),
        name: known(&user.display_name),
    }
}
