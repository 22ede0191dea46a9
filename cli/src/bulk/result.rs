//! The result of a bulk change: for each target, and as a whole.

use std::collections::HashSet;

use host::{Error, ErrorCode, Outcome, Report, TargetReport, User};

use super::input::NamedUser;

/// Exit status if only guards failed.
pub(super) const STATUS_GUARDS: u8 = 3;

/// Result for one target.
#[derive(Clone, Debug)]
pub(super) struct TargetResult {
    pub(super) named: NamedUser,
    pub(super) report: TargetReport,
}

impl TargetResult {
    /// Id of the user, if known.
    pub(super) fn id(&self) -> Option<&str> {
        match &self.report.user {
            Some(user) => Some(&user.id),
            None => Some(self.named.text.as_str()).filter(|_| !self.named.is_email()),
        }
    }

    /// User as last seen.
    pub(super) fn user(&self) -> Option<&User> {
        self.report.user.as_ref()
    }

    /// Error of a failed target.
    pub(super) fn error(&self) -> Option<&Error> {
        error_of(&self.report.outcome)
    }
}

/// Result of a bulk change.
#[derive(Clone, Debug)]
pub(super) struct BulkResult {
    /// Results in the order in which the users were named.
    pub(super) targets: Vec<TargetResult>,
    /// Error if the whole call was refused.
    pub(super) refused: Option<Error>,
    /// Number of HTTP requests sent.
    pub(super) requests: u32,
    /// Sentences about guards that did less than they seem to.
    pub(super) warnings: Vec<String>,
    pub(super) is_dry_run: bool,
    pub(super) is_interrupted: bool,
    /// Cause if an audit line could not be written.
    pub(super) audit_error: Option<String>,
}

impl BulkResult {
    /// Joins the component's report with the users named.
    pub(super) fn new(named: &[NamedUser], report: Report, is_dry_run: bool) -> Self {
        let targets = named.iter().cloned().zip(report.targets);
        Self {
            targets: targets
                .map(|(named, report)| TargetResult { named, report })
                .collect(),
            refused: report.refused,
            requests: report.requests,
            warnings: report.warnings,
            is_dry_run,
            is_interrupted: false,
            audit_error: None,
        }
    }

    /// Number of targets with an outcome.
    pub(super) fn count(&self, is_counted: impl Fn(&Outcome) -> bool) -> usize {
        let outcomes = self.targets.iter().map(|target| &target.report.outcome);
        outcomes.filter(|outcome| is_counted(outcome)).count()
    }

    /// Number of users with an outcome: a user who is named twice counts once.
    pub(super) fn count_users(&self, is_counted: impl Fn(&Outcome) -> bool) -> usize {
        let is_counted = |target: &&TargetResult| is_counted(&target.report.outcome);
        let counted = self.targets.iter().filter(is_counted);
        let names = counted.map(|target| target.id().unwrap_or(&target.named.text));
        names.collect::<HashSet<_>>().len()
    }

    /// Exit status of the command.
    pub(super) fn exit_status(&self) -> u8 {
        let is_guard = |error: &Error| {
            matches!(
                error.code,
                ErrorCode::Protected | ErrorCode::PreconditionFailed
            )
        };
        let mut failures = self
            .targets
            .iter()
            .filter_map(TargetResult::error)
            .peekable();
        if self.is_interrupted {
            130
        } else if self.audit_error.is_some() {
            1
        } else if failures.peek().is_some() {
            if failures.all(is_guard) {
                STATUS_GUARDS
            } else {
                1
            }
        } else if self.refused.is_some() {
            STATUS_GUARDS
        } else {
            u8::from(self.count(|outcome| *outcome == Outcome::Skipped) > 0)
        }
    }
}

/// Error of a failed outcome.
pub(super) fn error_of(outcome: &Outcome) -> Option<&Error> {
    match outcome {
        Outcome::Failed(error) => Some(error),
        _ => None,
    }
}
