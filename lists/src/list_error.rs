//! The error of a list, and the form in which it shows text of the list.
//!
//! A file of its own, because every other module returns it.

/// Maximum number of characters of a list's text in an error.
const MAX_SHOWN: usize = 60;

/// A list that is not understood.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ListError {
    /// Number of the line, from 1. None if the cause is the whole file.
    pub line: Option<usize>,
    /// Cause, printable.
    pub cause: String,
    /// Advice.
    pub hint: Option<&'static str>,
    /// True if the cause is a row without a name, which [`BlankRows::Skip`](crate::BlankRows::Skip) would leave out.
    pub is_blank_row: bool,
}

impl ListError {
    /// An error in a line.
    pub(crate) fn at(line: usize, cause: impl Into<String>) -> Self {
        Self {
            line: Some(line),
            cause: cause.into(),
            hint: None,
            is_blank_row: false,
        }
    }

    /// Adds advice.
    pub(crate) fn with_hint(mut self, hint: &'static str) -> Self {
        self.hint = Some(hint);
        self
    }
}

/// Text of a list in double quotes, shortened, with control and format characters escaped.
pub(crate) fn quoted(text: &str) -> String {
    let mut letters = text.chars();
    let shown: String = letters.by_ref().take(MAX_SHOWN).collect();
    let more = if letters.next().is_some() { "…" } else { "" };
    format!("{shown:?}{more}")
}

/// Texts of a list, quoted and separated by commas.
pub(crate) fn all_quoted<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    let quoted: Vec<_> = texts.into_iter().map(quoted).collect();
    quoted.join(", ")
}
