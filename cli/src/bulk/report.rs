//! The report file: one document with the result of a bulk change, from which it can be undone.

use std::{fs, io, path::Path};

use host::{Effect, Outcome};
use onepassword_users::UserAction;
use serde::Deserialize;
use serde_json::{Value, json};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{change::ChangeDescription, output::target_object, result::BulkResult};
use crate::{atomic_file, failure::Failure, output::json::error};

/// Version of the document. It increases when a reader of an earlier version would misread the document.
const FORMAT: u32 = 1;

/// The parts of a report that are read again.
#[derive(Deserialize)]
pub(super) struct ReportDocument {
    format: u32,
    operation: String,
    account_id: String,
    pub(super) dry_run: bool,
    pub(super) targets: Vec<ReportedTarget>,
}

/// Result for one target.
#[derive(Deserialize)]
pub(super) struct ReportedTarget {
    pub(super) who: String,
    pub(super) outcome: String,
    pub(super) user: Option<ReportedUser>,
    // Required, though it may be null: without it, a change would look like one that cannot be undone.
    #[serde(deserialize_with = "Option::deserialize")]
    pub(super) previous_state: Option<String>,
    error: Option<ReportedError>,
}

/// Error of a failed target.
#[derive(Deserialize)]
struct ReportedError {
    effect: String,
}

/// User of a target.
#[derive(Deserialize)]
pub(super) struct ReportedUser {
    pub(super) id: String,
}

impl ReportedTarget {
    /// Returns true if the call changed the user, or may have done so.
    pub(super) fn may_be_changed(&self) -> bool {
        let is_possibly_applied =
            |error: &ReportedError| error.effect == Effect::PossiblyApplied.name();
        self.outcome == Outcome::Changed.name()
            || self.error.as_ref().is_some_and(is_possibly_applied)
    }
}

/// Fails if no report can be written to this file. Called before anything is sent.
pub(super) fn prepare(path: &Path) -> Result<(), Failure> {
    let failed = |cause: &str| {
        Failure::usage(format!(
            "the report {} cannot be written: {cause}; nothing was changed",
            path.display()
        ))
    };
    match fs::read(path) {
        Ok(content) => match serde_json::from_slice::<ReportDocument>(&content) {
            Ok(report) if report.targets.iter().any(ReportedTarget::may_be_changed) => {
                return Err(failed(
                    "the file exists, and its changes can be undone; name another file",
                ));
            }
            Ok(_) => {}
            Err(_) => return Err(failed("the file exists, and is not a report")),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(error) => return Err(failed(&error.to_string())),
    }
    atomic_file::temporary_beside(path).map_err(|error| failed(&error.to_string()))?;
    Ok(())
}

/// Writes the report.
pub(super) fn write(
    path: &Path,
    change: &ChangeDescription,
    result: &BulkResult,
) -> Result<(), Failure> {
    let time = OffsetDateTime::now_utc().replace_nanosecond(0);
    let time = time.ok().and_then(|time| time.format(&Rfc3339).ok());
    let document = json!({
        "format": FORMAT,
        "operation": change.action.bulk_name(),
        "account_id": change.account_id,
        "time": time,
        "correlation_id": change.correlation_id,
        "reason": change.reason,
        "ticket": change.ticket,
        "dry_run": result.is_dry_run,
        "interrupted": result.is_interrupted,
        "audit_error": result.audit_error,
        "refused": result.refused.as_ref().map(error),
        "warnings": result.warnings,
        "requests": result.requests,
        "targets": result.targets.iter().map(target_object).collect::<Vec<Value>>(),
    });
    let written = serde_json::to_vec_pretty(&document)
        .map_err(io::Error::from)
        .and_then(|mut text| {
            text.push(b'\n');
            atomic_file::replace(path, &text)
        });
    written.map_err(|error| {
        Failure::other(format!(
            "the report {} cannot be written: {error}",
            path.display()
        ))
    })
}

/// Reads the report of an action in this account.
pub(super) fn read(
    path: &Path,
    action: UserAction,
    account_id: &str,
) -> Result<ReportDocument, Failure> {
    let failed = |cause: &str| Failure::usage(format!("{} {cause}", path.display()));
    let content = fs::read(path).map_err(|error| failed(&format!("cannot be read: {error}")))?;
    let report: ReportDocument = serde_json::from_slice(&content)
        .map_err(|error| failed(&format!("is not a report of op-users: {error}")))?;
    if report.format != FORMAT {
        return Err(failed("is a report of another version of op-users"));
    }
    if report.operation != action.bulk_name() {
        return Err(failed(&format!(
            "is not a report of {}, the only command that {} undoes",
            action.bulk_name(),
            action.opposite().bulk_name()
        )));
    }
    if report.account_id != account_id {
        return Err(failed("is a report of another account"));
    }
    Ok(report)
}
