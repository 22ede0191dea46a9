//! Problems of settings, reported by name.

use alloc::{borrow::ToOwned, string::String, vec, vec::Vec};

use crate::{error::ErrorCode, failure::Failure};

/// Problems of the settings: the name of every missing or invalid one, and what it must be. Contains no values.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct SettingsError(pub(crate) Vec<String>);

impl SettingsError {
    /// The problem of a client before the first [`configure`](crate::Client::configure).
    #[must_use]
    pub fn without_settings() -> Self {
        Self(vec![
            "no settings were given: call `configure` first".to_owned(),
        ])
    }

    /// Adds a problem of a setting.
    #[inline(never)]
    pub(super) fn add(&mut self, name: &str, problem: &str) {
        self.0.push([name, " ", problem].concat());
    }

    /// Adds a problem of a setting, if it has one.
    pub(super) fn add_any(&mut self, name: &str, problem: Option<&str>) {
        if let Some(problem) = problem {
            self.add(name, problem);
        }
    }

    /// All problems in one line.
    pub(crate) fn text(&self) -> String {
        self.0.join("; ")
    }

    /// Failure of a call that has no valid settings.
    pub(crate) fn failure(&self) -> Failure {
        Failure::new(ErrorCode::NotConfigured, self.text(), None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_without_settings_says_how_to_set_them() {
        let text = SettingsError::without_settings().text();
        assert_eq!(text, "no settings were given: call `configure` first");
    }
}
