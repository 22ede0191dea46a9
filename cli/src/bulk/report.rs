//! The report: one document with the result of a bulk change, from which it can be undone; and other records of such a change.

mod consistency;
mod destination;
mod document;
mod recorded_events;

use std::{
    collections::HashSet,
    fs::File,
    io::{self, Read},
    path::Path,
};

use onepassword_users::UserAction;
use serde_json::Value;

pub(super) use self::{destination::ReportDestination, document::ReportedTarget};
use self::{
    document::{FORMAT, ReportDocument, parse},
    recorded_events::RecordedEvents,
};
use crate::{failure::Failure, written_file};

/// Maximum size of a report that is read, in bytes. One of 10,000 users has a few megabytes.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// A call that is to be undone.
pub(super) struct UndoneCall {
    pub(super) report: ReportDocument,
    /// Ids of users whom a later call in the same file changed in the same way.
    pub(super) changed_later: HashSet<String>,
    /// Numbers of the lines of the file that could not be read.
    pub(super) damaged_lines: Vec<usize>,
    /// True if the correlation id chose the call among others.
    pub(super) is_chosen: bool,
}

/// Reads the record of an action in this account: a report, an audit file, or an answer of the service. Among several calls, the
/// correlation id chooses one. Fails if the record contradicts itself.
pub(super) fn read(
    path: &Path,
    action: UserAction,
    account_id: &str,
    correlation_id: Option<&str>,
) -> Result<UndoneCall, Failure> {
    let name = if written_file::is_standard_input(path) {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    };
    let failed = |cause: &str| Failure::usage(format!("{name} {cause}"));
    let content =
        read_content(path).map_err(|error| failed(&format!("cannot be read: {error}")))?;
    if content.trim_ascii().is_empty() {
        return Err(failed("is empty: no report was written to it"));
    }
    let call = match recorded_events(&content).map_err(|cause| failed(&cause))? {
        Some(events) => {
            let call = events.call(action, account_id, correlation_id);
            let call = call.map_err(|cause| failed(&cause))?;
            UndoneCall {
                report: call.report,
                changed_later: call.changed_later,
                damaged_lines: call.damaged_lines,
                is_chosen: correlation_id.is_some(),
            }
        }
        None => UndoneCall {
            report: parse(&content)
                .map_err(|error| failed(&format!("is not a report of op-users: {error}")))?,
            changed_later: HashSet::new(),
            damaged_lines: Vec::new(),
            is_chosen: false,
        },
    };
    let report = &call.report;
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
    // Events of users who were not found name no account; neither does a dry run of the service, which has none.
    let is_without_account =
        report.account_id.is_empty() && !report.targets.iter().any(ReportedTarget::may_be_changed);
    if report.account_id != account_id && !is_without_account {
        return Err(failed("is a report of another account"));
    }
    consistency::check(report, action).map_err(|cause| {
        failed(&format!(
            "contradicts itself, so that it is not as op-users wrote it: {cause}"
        ))
    })?;
    Ok(call)
}

/// The audit events in a file or an answer. None if it is something else, as a report.
fn recorded_events(content: &[u8]) -> Result<Option<RecordedEvents>, String> {
    let content = content.strip_prefix(b"\xef\xbb\xbf").unwrap_or(content);
    match serde_json::from_slice::<Value>(content) {
        Ok(json) if json.get("format").is_some() => Ok(None),
        Ok(json) => RecordedEvents::of_json(json),
        Err(_) => RecordedEvents::of_lines(content),
    }
}

fn read_content(path: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    let read = if written_file::is_standard_input(path) {
        io::stdin()
            .lock()
            .take(MAX_BYTES + 1)
            .read_to_end(&mut content)?
    } else {
        File::open(path)?
            .take(MAX_BYTES + 1)
            .read_to_end(&mut content)?
    };
    if u64::try_from(read).is_ok_and(|read| read <= MAX_BYTES) {
        Ok(content)
    } else {
        Err(io::Error::other("it is larger than 256 MiB"))
    }
}
