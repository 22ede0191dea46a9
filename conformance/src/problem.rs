//! The error of this crate: a sentence for people.

use std::fmt;

/// A mistake in a case, a file or a command.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Problem(String);

impl Problem {
    /// A problem in these words, which begin with its place.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The same problem, with the place around its own before it.
    pub(crate) fn within(self, place: impl fmt::Display) -> Self {
        Self(format!("{place}: {}", self.0))
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Problem {}
