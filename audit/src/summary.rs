//! Outcomes as people count them.

use serde::Serialize;

/// Class of an outcome. Failures that need another reaction are classes of their own.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum OutcomeClass {
    /// The change was made.
    Changed,
    /// The user was in the requested state already.
    Unchanged,
    /// The change would be made, if this were not a dry run or a refused call.
    WouldChange,
    /// The change was sent, and no response confirmed or rejected it.
    MaybeChanged,
    /// A list of protected users names the user, who was not changed.
    Protected,
    /// Any other failure. Nothing was changed.
    Failed,
    /// The user was not tried.
    Skipped,
}

impl OutcomeClass {
    /// All classes, in the order in which they are shown.
    pub const ALL: [Self; 7] = [
        Self::Changed,
        Self::Unchanged,
        Self::WouldChange,
        Self::MaybeChanged,
        Self::Protected,
        Self::Failed,
        Self::Skipped,
    ];

    /// Class of a failure.
    pub const fn of_failure(is_possibly_applied: bool, is_protected: bool) -> Self {
        match (is_possibly_applied, is_protected) {
            (true, _) => Self::MaybeChanged,
            (false, true) => Self::Protected,
            (false, false) => Self::Failed,
        }
    }

    /// Word for people, for example `maybe-changed`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Unchanged => "unchanged",
            Self::WouldChange => "would-change",
            Self::MaybeChanged => "maybe-changed",
            Self::Protected => "protected",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

/// Number of outcomes of each class.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq, Serialize)]
pub struct Summary {
    changed: usize,
    unchanged: usize,
    would_change: usize,
    maybe_changed: usize,
    protected: usize,
    failed: usize,
    skipped: usize,
}

impl Summary {
    /// Number of outcomes of a class.
    pub const fn count(&self, class: OutcomeClass) -> usize {
        match class {
            OutcomeClass::Changed => self.changed,
            OutcomeClass::Unchanged => self.unchanged,
            OutcomeClass::WouldChange => self.would_change,
            OutcomeClass::MaybeChanged => self.maybe_changed,
            OutcomeClass::Protected => self.protected,
            OutcomeClass::Failed => self.failed,
            OutcomeClass::Skipped => self.skipped,
        }
    }
}

impl Extend<OutcomeClass> for Summary {
    fn extend<T: IntoIterator<Item = OutcomeClass>>(&mut self, classes: T) {
        for class in classes {
            let count = match class {
                OutcomeClass::Changed => &mut self.changed,
                OutcomeClass::Unchanged => &mut self.unchanged,
                OutcomeClass::WouldChange => &mut self.would_change,
                OutcomeClass::MaybeChanged => &mut self.maybe_changed,
                OutcomeClass::Protected => &mut self.protected,
                OutcomeClass::Failed => &mut self.failed,
                OutcomeClass::Skipped => &mut self.skipped,
            };
            *count = count.saturating_add(1);
        }
    }
}

impl FromIterator<OutcomeClass> for Summary {
    fn from_iter<T: IntoIterator<Item = OutcomeClass>>(classes: T) -> Self {
        let mut summary = Self::default();
        summary.extend(classes);
        summary
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::vec::Vec;

    use super::*;

    #[test]
    fn each_class_has_a_count_of_its_own() {
        for class in OutcomeClass::ALL {
            let summary: Summary = [class].into_iter().collect();
            for other in OutcomeClass::ALL {
                assert_eq!(summary.count(other), usize::from(other == class));
            }
        }
    }

    #[test]
    fn fields_are_the_words_in_the_order_of_the_classes() {
        let text = serde_json::to_string(&Summary::default()).unwrap();
        let expected: Vec<_> = OutcomeClass::ALL
            .iter()
            .map(|class| std::format!("\"{}\":0", class.word().replace('-', "_")))
            .collect();
        assert_eq!(text, std::format!("{{{}}}", expected.join(",")));
    }

    #[test]
    fn a_failure_that_may_have_been_applied_is_no_plain_failure() {
        for (is_possibly_applied, is_protected, word) in [
            (true, false, "maybe-changed"),
            (true, true, "maybe-changed"),
            (false, true, "protected"),
            (false, false, "failed"),
        ] {
            let class = OutcomeClass::of_failure(is_possibly_applied, is_protected);
            assert_eq!(class.word(), word);
        }
    }
}
