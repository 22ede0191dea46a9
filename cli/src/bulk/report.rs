//! The report file: one document that says what became of a call, and can undo it.

pub(super) mod undo;

use std::{fs, io, path::Path};

use host::{Effect, Outcome};
use serde::Deserialize;
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{
    change::Verb,
    context::Context,
    json,
    result::{Ended, outcome_name},
};
use crate::{
    atomic_file,
    failure::Failure,
    output::json::{effect_name, error},
};

/// The version of the document. It grows when a reader of an earlier one would misread it.
const FORMAT: u32 = 1;

/// A report, as far as it is read again.
#[derive(Deserialize)]
pub(super) struct Document {
    format: u32,
    operation: String,
    account_id: String,
    pub dry_run: bool,
    pub targets: Vec<Target>,
}

/// A target, and what became of it.
#[derive(Deserialize)]
pub(super) struct Target {
    pub who: String,
    pub outcome: String,
    pub user: Option<User>,
    pub before: Option<String>,
    error: Option<Error>,
}

/// Why a target failed.
#[derive(Deserialize)]
struct Error {
    effect: String,
}

/// The user of a target.
#[derive(Deserialize)]
pub(super) struct User {
    pub id: String,
}

impl Target {
    /// Whether the call changed the user, or may have.
    pub fn may_be_changed(&self) -> bool {
        let is_uncertain = |error: &Error| error.effect == effect_name(Effect::PossiblyApplied);
        self.outcome == outcome_name(&Outcome::Changed)
            || self.error.as_ref().is_some_and(is_uncertain)
    }
}

/// Makes sure that a report can be written to this file, before anything is done.
pub(super) fn prepare(path: &Path) -> Result<(), Failure> {
    let refused = |why: &str| {
        Failure::Usage(format!(
            "the report {} cannot be written: {why}; nothing was changed",
            path.display()
        ))
    };
    match fs::read(path) {
        Ok(content) => match serde_json::from_slice::<Document>(&content) {
            Ok(report) if report.targets.iter().any(Target::may_be_changed) => {
                return Err(refused(
                    "it is there already, and can undo what it reports; name another file",
                ));
            }
            Ok(_) => {}
            Err(_) => return Err(refused("there is a file already that is no report")),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(refused(&error.to_string())),
    }
    atomic_file::beside(path).map_err(|error| refused(&error.to_string()))?;
    Ok(())
}

/// Writes the report.
pub(super) fn write(path: &Path, context: &Context, ended: &Ended) -> io::Result<()> {
    let time = OffsetDateTime::now_utc().replace_nanosecond(0);
    let time = time.ok().and_then(|time| time.format(&Rfc3339).ok());
    let document = json!({
        "format": FORMAT,
        "operation": context.verb.name(),
        "account_id": context.account_id,
        "time": time,
        "correlation_id": context.correlation_id,
        "reason": context.reason,
        "ticket": context.ticket,
        "dry_run": ended.is_dry_run,
        "interrupted": ended.is_interrupted,
        "audit_error": ended.audit_error,
        "refused": ended.refused.as_ref().map(error),
        "requests": ended.requests,
        "targets": ended.targets.iter().map(json::one).collect::<Vec<Value>>(),
    });
    let mut written = serde_json::to_vec_pretty(&document)?;
    written.push(b'\n');
    atomic_file::replace(path, &written)
}

/// Reads the report of a call of this verb, for this account.
pub(super) fn read(path: &Path, verb: Verb, account_id: &str) -> Result<Document, Failure> {
    let refused = |why: &str| Failure::Usage(format!("{} {why}", path.display()));
    let content = fs::read(path).map_err(|error| refused(&format!("cannot be read: {error}")))?;
    let report: Document = serde_json::from_slice(&content)
        .map_err(|error| refused(&format!("is no report of op-users: {error}")))?;
    if report.format != FORMAT {
        return Err(refused("is a report of another version of op-users"));
    }
    if report.operation != verb.name() {
        let undoes = verb.opposite().name();
        return Err(refused(&format!(
            "is no report of a {}, which is all that {undoes} undoes",
            verb.name()
        )));
    }
    if report.account_id != account_id {
        return Err(refused("is a report of another account"));
    }
    Ok(report)
}
