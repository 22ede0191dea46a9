//! The end of a call: what became of everybody is written down, then told.

use std::path::Path;

use super::{context::Context, json, output, report, request_history::Ledger, result::Ended};
use crate::{
    failure::Failure,
    output::{Output, stderr},
};

/// Writes audit and report.
pub(super) fn write(
    context: &Context,
    file: Option<&Path>,
    ledger: &Ledger,
    ended: &mut Ended,
) -> Result<(), Failure> {
    // Even after a line failed: there may be room again.
    let finished = ledger.audit().map_or(Ok(()), |audit| audit.finish(ended));
    let failed = finished.err().map(|error| error.to_string());
    ended.audit_error = ledger.audit_error().or(failed);
    let Some(file) = file else {
        return Ok(());
    };
    report::write(file, context, ended).map_err(|error| {
        Failure::Other(format!(
            "the report {} cannot be written: {error}",
            file.display()
        ))
    })
}

/// Tells what became of everybody.
pub(super) fn tell(context: &Context, ended: &Ended, output: &mut Output) -> Result<(), Failure> {
    if output.is_json() {
        output.objects(ended.targets.iter().map(json::one))?;
        return Ok(output.object(&json::summary(context, ended))?);
    }
    output.line(&output::rows(ended))?;
    output.line(&output::summary(ended))?;
    for error in output::errors(context, ended) {
        stderr::say(error);
    }
    Ok(())
}
