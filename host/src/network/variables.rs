//! Environment variables, of which none may have two values.
//!
//! A file of its own, because certificates and proxies both read them.

use super::error::NetworkError;

/// Variables that are set: names and values.
pub(super) struct Variables(Vec<(String, String)>);

impl Variables {
    /// Variables, of which empty ones count as not set.
    pub(super) fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let is_set = |(_, value): &(String, String)| !value.is_empty();
        Self(variables.into_iter().filter(is_set).collect())
    }

    /// Value of a variable. Fails if it is set more than once, to different values: programs disagree on the one that counts.
    pub(super) fn get(&self, name: &str) -> Result<Option<&str>, NetworkError> {
        let mut values = self.0.iter().filter(|(found, _)| found == name);
        let Some((_, value)) = values.next() else {
            return Ok(None);
        };
        if values.any(|(_, other)| other != value) {
            return Err(NetworkError::new(
                format!("{name} is set more than once, to different values"),
                Some("leave one of them"),
            ));
        }
        Ok(Some(value))
    }

    /// The spelling in which a variable is set, and its value. Fails if its two spellings have different values.
    pub(super) fn get_either(
        &self,
        lower_case: &'static str,
        upper_case: &'static str,
    ) -> Result<Option<(&'static str, &str)>, NetworkError> {
        match (self.get(lower_case)?, self.get(upper_case)?) {
            (Some(one), Some(other)) if one != other => Err(NetworkError::new(
                format!("{upper_case} and {lower_case} are both set, to different values"),
                Some("leave one of them"),
            )),
            (Some(value), _) => Ok(Some((lower_case, value))),
            (None, Some(value)) => Ok(Some((upper_case, value))),
            (None, None) => Ok(None),
        }
    }
}
