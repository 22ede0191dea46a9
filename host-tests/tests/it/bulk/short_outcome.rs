//! What became of each target, short enough to be compared.

use host::{Effect, Error, ErrorCode, Outcome, Report};

/// An outcome, its error reduced to what a playbook branches on.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Fate {
    Changed,
    Unchanged,
    WouldChange,
    Skipped,
    /// Nothing was changed.
    Failed(ErrorCode),
    /// It may have been changed.
    Uncertain(ErrorCode),
}

impl From<&Outcome> for Fate {
    fn from(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Changed => Self::Changed,
            Outcome::Unchanged => Self::Unchanged,
            Outcome::WouldChange => Self::WouldChange,
            Outcome::Skipped => Self::Skipped,
            Outcome::Failed(error) => match error.effect {
                Effect::NotApplied => Self::Failed(error.code),
                Effect::PossiblyApplied => Self::Uncertain(error.code),
            },
        }
    }
}

/// What became of each target, in the order of the targets.
pub fn fates(report: &Report) -> Vec<Fate> {
    let targets = report.targets.iter();
    targets.map(|target| Fate::from(&target.outcome)).collect()
}

/// How many targets became this.
pub fn count(report: &Report, fate: Fate) -> usize {
    let fates = fates(report).into_iter();
    fates.filter(|one| *one == fate).count()
}

/// The error of the target at this place, which has one.
pub fn error(report: &Report, place: usize) -> &Error {
    match &report.targets[place].outcome {
        Outcome::Failed(error) => error,
        other => panic!("it did not fail, but is {other:?}"),
    }
}
