//! What a call comes to: for each target, and as a whole.

use std::collections::HashSet;

use host::{Effect, Error, ErrorCode, Outcome, Report, TargetReport, User};

use super::input::Who;

/// A target, and what became of it.
#[derive(Clone, Debug)]
pub(super) struct One {
    pub who: Who,
    pub report: TargetReport,
}

impl One {
    /// The id of the user, as far as anybody knows it.
    pub fn id(&self) -> Option<&str> {
        match &self.report.user {
            Some(user) => Some(&user.id),
            None => Some(self.who.text.as_str()).filter(|_| !self.who.is_email()),
        }
    }

    pub fn user(&self) -> Option<&User> {
        self.report.user.as_ref()
    }

    pub fn error(&self) -> Option<&Error> {
        error_of(&self.report.outcome)
    }
}

/// A call, and what became of it.
#[derive(Clone, Debug)]
pub(super) struct Ended {
    /// In the order in which they were named.
    pub targets: Vec<One>,
    pub refused: Option<Error>,
    pub requests: u32,
    pub is_dry_run: bool,
    pub is_interrupted: bool,
    /// Why an audit line could not be written.
    pub audit_error: Option<String>,
}

impl Ended {
    pub fn new(named: &[Who], report: Report, is_dry_run: bool) -> Self {
        let targets = named.iter().cloned().zip(report.targets);
        Self {
            targets: targets.map(|(who, report)| One { who, report }).collect(),
            refused: report.refused,
            requests: report.requests,
            is_dry_run,
            is_interrupted: false,
            audit_error: None,
        }
    }

    /// How many targets came to what.
    pub fn count(&self, counted: impl Fn(&Outcome) -> bool) -> usize {
        let outcomes = self.targets.iter().map(|one| &one.report.outcome);
        outcomes.filter(|outcome| counted(outcome)).count()
    }

    /// How many users came to what, however often they are named.
    pub fn count_users(&self, counted: impl Fn(&Outcome) -> bool) -> usize {
        let counted = |one: &&One| counted(&one.report.outcome);
        let counted = self.targets.iter().filter(counted);
        let names = counted.map(|one| one.id().unwrap_or(&one.who.text));
        names.collect::<HashSet<_>>().len()
    }

    /// The exit status that tells of it.
    pub fn status(&self) -> u8 {
        let is_guard = |error: &Error| error.code == ErrorCode::PreconditionFailed;
        let mut failures = self.targets.iter().filter_map(One::error).peekable();
        if self.is_interrupted {
            130
        } else if self.audit_error.is_some() {
            1
        } else if failures.peek().is_some() {
            if failures.all(is_guard) { 3 } else { 1 }
        } else if self.refused.is_some() {
            3
        } else {
            u8::from(self.count(|outcome| *outcome == Outcome::Skipped) > 0)
        }
    }
}

/// Why it failed, if it did.
pub(super) fn error_of(outcome: &Outcome) -> Option<&Error> {
    match outcome {
        Outcome::Failed(error) => Some(error),
        _ => None,
    }
}

/// An outcome, as the contract spells it.
pub(super) fn outcome_name(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Changed => "changed",
        Outcome::Unchanged => "unchanged",
        Outcome::WouldChange => "would-change",
        Outcome::Failed(_) => "failed",
        Outcome::Skipped => "skipped",
    }
}

/// Whether nobody knows if the change was made.
pub(super) fn is_uncertain(error: &Error) -> bool {
    error.effect == Effect::PossiblyApplied
}
