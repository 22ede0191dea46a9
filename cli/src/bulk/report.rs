//! The report: one document with the result of a bulk change, from which it can be undone.

mod consistency;
mod destination;
mod document;

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use onepassword_users::UserAction;

use self::document::{FORMAT, ReportDocument, parse};
pub(super) use self::{destination::ReportDestination, document::ReportedTarget};
use crate::{failure::Failure, written_file};

/// Maximum size of a report that is read, in bytes. One of 10,000 users has a few megabytes.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// Reads the report of an action in this account. Fails if it contradicts itself.
pub(super) fn read(
    path: &Path,
    action: UserAction,
    account_id: &str,
) -> Result<ReportDocument, Failure> {
    let name = if written_file::is_standard_input(path) {
        "standard input".to_owned()
    } else {
        path.display().to_string()
    };
    let failed = |cause: &str| Failure::usage(format!("{name} {cause}"));
    let content =
        read_content(path).map_err(|error| failed(&format!("cannot be read: {error}")))?;
    let report = parse(&content)
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
    consistency::check(&report, action).map_err(|cause| {
        failed(&format!(
            "contradicts itself, so that it is not as op-users wrote it: {cause}"
        ))
    })?;
    Ok(report)
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
