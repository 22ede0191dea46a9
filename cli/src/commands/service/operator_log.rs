//! Lines of the service for its operator: audit events in a file, and everything else on standard error.

use std::{
    io,
    path::{Path, PathBuf},
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use host::ServiceLog;
use serde_json::{Value, json};

use crate::{
    audit_file::AuditFile,
    failure::Failure,
    output::{json as json_text, stderr},
    written_file,
};

/// Destination of the lines. Drops them until it is started.
pub(in crate::commands) struct OperatorLog {
    is_started: AtomicBool,
    audit: Option<Mutex<Audit>>,
    /// Person whose program makes the changes, for the events. None if the service is for several.
    operator: Option<String>,
}

/// The audit file, and the events that could not be written to it.
struct Audit {
    file: AuditFile,
    path: PathBuf,
    /// Events that are not in the file, one per line. They are written before the next change.
    pending: String,
}

impl Audit {
    /// Appends all events that are not in the file.
    fn append(&mut self) -> io::Result<()> {
        self.file.follow(&self.path)?;
        self.file.append(&self.pending)?;
        self.pending.clear();
        Ok(())
    }

    /// Name of the file, for people.
    fn name(&self) -> String {
        written_file::name(&self.path)
    }
}

impl OperatorLog {
    /// Opens the audit file, if there is one. Also returns a warning about it.
    pub(in crate::commands) fn open(
        audit: Option<&Path>,
        operator: Option<String>,
    ) -> Result<(Self, Option<String>), Failure> {
        let open = |path: &Path| -> Result<_, Failure> {
            let (file, warning) = AuditFile::open(path)?;
            let audit = Audit {
                file,
                path: path.to_owned(),
                pending: String::new(),
            };
            Ok((Mutex::new(audit), warning))
        };
        let (audit, warning) = audit.map(open).transpose()?.unzip();
        let log = Self {
            is_started: AtomicBool::new(false),
            audit,
            operator,
        };
        Ok((log, warning.flatten()))
    }

    /// Passes lines on from now on.
    pub(in crate::commands) fn start(&self) {
        self.is_started.store(true, Ordering::Relaxed);
    }

    /// Tries once more to write the events that are not in the file.
    ///
    /// # Errors
    ///
    /// Some are still missing from the file. They were printed.
    pub(in crate::commands) fn finish(&self) -> Result<(), Failure> {
        let Some(mut audit) = self.audit() else {
            return Ok(());
        };
        let (name, missing) = (audit.name(), audit.pending.lines().count());
        if missing == 0 {
            return Ok(());
        }
        audit.append().map_err(|error| {
            Failure::other(format!(
                "the audit file {name} could not be written: {error}; {missing} events are missing from it, and stand on standard error"
            ))
        })
    }

    fn audit(&self) -> Option<MutexGuard<'_, Audit>> {
        let audit = self.audit.as_ref()?;
        Some(audit.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn write_event(&self, event: &Value) -> io::Result<()> {
        let Some(mut audit) = self.audit() else {
            stderr::print_object(event);
            return Ok(());
        };
        audit.pending.push_str(&json_text::text(event));
        audit.pending.push('\n');
        audit.append().inspect_err(|error| {
            stderr::print_line(format!(
                "warning: the audit file {} cannot be written: {error}; changes are refused until it can be; the event:",
                audit.name()
            ));
            stderr::print_object(event);
        })
    }
}

impl ServiceLog for OperatorLog {
    fn is_writable(&self) -> bool {
        let Some(mut audit) = self.audit() else {
            return true;
        };
        let had_pending = !audit.pending.is_empty();
        let written = audit.append();
        let name = audit.name();
        match &written {
            Ok(()) if had_pending => stderr::print_line(format!(
                "the audit file {name} can be written again, and has the events that were missing"
            )),
            Ok(()) => {}
            Err(error) => stderr::print_line(format!(
                "warning: the audit file {name} cannot be written: {error}; changes are refused until it can be"
            )),
        }
        written.is_ok()
    }

    fn write_line(&self, line: &str) -> io::Result<()> {
        if !self.is_started.load(Ordering::Relaxed) {
            return Ok(());
        }
        match serde_json::from_str::<Value>(line) {
            // An audit event has a class of OCSF.
            Ok(mut event) if event.get("class_uid").is_some() => {
                if let Some(operator) = &self.operator {
                    event["actor"]["user"] = json!({ "name": operator });
                }
                self.write_event(&event)
            }
            Ok(object) => {
                stderr::print_object(&object);
                Ok(())
            }
            Err(_) => {
                stderr::print_line(line);
                Ok(())
            }
        }
    }
}
