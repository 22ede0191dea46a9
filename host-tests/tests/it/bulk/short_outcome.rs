//! Outcomes of targets in a form that tests compare.

use host::{Effect, Error, ErrorCode, Outcome, Report};

/// Outcome of a target, with its error reduced to code and effect.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum ShortOutcome {
    Changed,
    Unchanged,
    WouldChange,
    Skipped,
    /// Failed, and the change was not applied.
    Failed(ErrorCode),
    /// Failed, and the change was possibly applied.
    PossiblyApplied(ErrorCode),
}

impl From<&Outcome> for ShortOutcome {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Changed => Self::Changed,
            Outcome::Unchanged => Self::Unchanged,
            Outcome::WouldChange => Self::WouldChange,
            Outcome::Skipped => Self::Skipped,
            Outcome::Failed(error) => match error.effect {
                Effect::NotApplied => Self::Failed(error.code),
                Effect::PossiblyApplied => Self::PossiblyApplied(error.code),
            },
        }
    }
}

/// Returns the outcomes of a report, in the order of the targets.
pub(super) fn short_outcomes(report: &Report) -> Vec<ShortOutcome> {
    let targets = report.targets.iter();
    targets
        .map(|target| ShortOutcome::from(&target.outcome))
        .collect()
}

/// Counts the targets with an outcome.
pub(super) fn count_outcomes(report: &Report, outcome: ShortOutcome) -> usize {
    let outcomes = short_outcomes(report).into_iter();
    outcomes.filter(|other| *other == outcome).count()
}

/// Returns the error of a target. Panics if the target did not fail.
pub(super) fn target_error(report: &Report, index: usize) -> &Error {
    match &report.targets[index].outcome {
        Outcome::Failed(error) => error,
        other => panic!("target {index} did not fail: {other:?}"),
    }
}
