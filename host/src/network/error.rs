//! The error of a network setting.

use std::{error::Error, fmt};

/// Error of a network setting, which names the variable and never shows credentials.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct NetworkError {
    pub(super) message: String,
    pub(super) hint: Option<&'static str>,
}

impl NetworkError {
    pub(super) fn new(message: impl Into<String>, hint: Option<&'static str>) -> Self {
        Self {
            message: message.into(),
            hint,
        }
    }

    /// Advice. None if there is none.
    #[must_use]
    pub const fn hint(&self) -> Option<&'static str> {
        self.hint
    }
}

impl fmt::Display for NetworkError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for NetworkError {}
