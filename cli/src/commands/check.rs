//! The command `check`.

use host::{Instance, Verdict};

use crate::{
    failure::{CommandResult, Failure},
    output::Output,
};

/// Checks the settings. Fails if a check failed.
pub(super) async fn run(instance: &mut Instance, output: &mut Output) -> CommandResult {
    let findings = instance.check().await?;
    output.findings(&findings);
    let is_failed = findings
        .iter()
        .any(|finding| finding.verdict == Verdict::Failed);
    if is_failed {
        Err(Failure::Reported(1))
    } else {
        Ok(())
    }
}
