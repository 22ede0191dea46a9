//! The result of a bulk change: for each target, and as a whole.

use std::collections::HashSet;

use host::{Effect, Error, ErrorCode, Outcome, Report, TargetReport, User};
use onepassword_users::comparable_email;
use onepassword_users_audit::{OutcomeClass, Summary};

use crate::{failure::STATUS_LATER, named_user::NamedUser};

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

    /// Class of the outcome, as people count it.
    pub(super) fn class(&self) -> OutcomeClass {
        match &self.report.outcome {
            Outcome::Changed => OutcomeClass::Changed,
            Outcome::Unchanged => OutcomeClass::Unchanged,
            Outcome::WouldChange => OutcomeClass::WouldChange,
            Outcome::Skipped => OutcomeClass::Skipped,
            Outcome::Failed(error) => OutcomeClass::of_failure(
                error.effect == Effect::PossiblyApplied,
                error.code == ErrorCode::Protected,
            ),
        }
    }

    /// Returns true if the account has no such user, according to the server for an id, and to its whole list for an address.
    pub(super) fn is_missing(&self) -> bool {
        // A status beside an address is that of the list: the account was not found.
        let is_missing = |error: &Error| {
            error.code == ErrorCode::NotFound
                && error.effect == Effect::NotApplied
                && (error.status.is_none() || !self.named.is_email())
        };
        self.error().is_some_and(is_missing)
    }

    /// E-mail address of the user, if it is not the expected one.
    pub(super) fn other_email(&self) -> Option<&str> {
        let expected = self.named.expect_email.as_deref()?;
        let email = self.user()?.email.as_str();
        let is_other = comparable_email(email) != comparable_email(expected);
        (is_other && !email.is_empty()).then_some(email)
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
    /// True if users who do not exist are no failure.
    pub(super) may_be_missing: bool,
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
            may_be_missing: false,
            audit_error: None,
        }
    }

    /// Result of a call that names no user.
    pub(super) fn empty(is_dry_run: bool) -> Self {
        let report = Report {
            targets: Vec::new(),
            refused: None,
            requests: 0,
            warnings: Vec::new(),
        };
        Self::new(&[], report, is_dry_run)
    }

    /// Number of targets per class. Those that are missing and may be are not among them.
    pub(super) fn summary(&self) -> Summary {
        let targets = self.targets.iter();
        let counted = targets.filter(|target| !self.is_accepted_missing(target));
        counted.map(TargetResult::class).collect()
    }

    /// Number of targets that are missing and may be.
    pub(super) fn missing(&self) -> usize {
        let targets = self.targets.iter();
        targets
            .filter(|target| self.is_accepted_missing(target))
            .count()
    }

    /// Returns true if a target is a user who does not exist, and that is no failure.
    pub(super) fn is_accepted_missing(&self, target: &TargetResult) -> bool {
        self.may_be_missing && target.is_missing()
    }

    /// Number of users: one who is named twice counts once.
    pub(super) fn count_users(&self, is_counted: impl Fn(&TargetResult) -> bool) -> usize {
        let counted = self.targets.iter().filter(|target| is_counted(target));
        let names = counted.map(|target| target.id().unwrap_or(&target.named.text));
        names.collect::<HashSet<_>>().len()
    }

    /// Number of users of a class.
    pub(super) fn count_class(&self, class: OutcomeClass) -> usize {
        self.count_users(|target| target.class() == class && !self.is_accepted_missing(target))
    }

    /// Exit status of the command.
    pub(super) fn exit_status(&self) -> u8 {
        let is_guard = |error: &Error| {
            matches!(
                error.code,
                ErrorCode::Protected | ErrorCode::PreconditionFailed
            )
        };
        let targets = self.targets.iter();
        let failures: Vec<_> = targets
            .filter(|target| !self.is_accepted_missing(target))
            .filter_map(TargetResult::error)
            .collect();
        if self.is_interrupted {
            130
        } else if self.audit_error.is_some() {
            1
        } else if !failures.is_empty() {
            if failures.iter().all(|error| is_guard(error)) {
                STATUS_GUARDS
            } else if failures.iter().all(|error| error.retryable) {
                STATUS_LATER
            } else {
                1
            }
        } else if self.refused.is_some() {
            STATUS_GUARDS
        } else {
            u8::from(self.count_class(OutcomeClass::Skipped) > 0)
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
