//! Variables in the environment of this process.

use std::env;

use crate::failure::Failure;

/// Returns true if a name begins with a prefix, in any letter case.
pub(crate) fn has_prefix(name: &str, prefix: &str) -> bool {
    let beginning = name.get(..prefix.len());
    beginning.is_some_and(|beginning| beginning.eq_ignore_ascii_case(prefix))
}

/// Reads the variables whose names are selected. One without a value counts as not set. Fails if one of them is not UTF-8.
pub(crate) fn variables(
    is_selected: impl Fn(&str) -> bool,
) -> Result<Vec<(String, String)>, Failure> {
    let mut variables = Vec::new();
    for (name, value) in env::vars_os() {
        let Some(name) = name.to_str().filter(|name| is_selected(name)) else {
            continue;
        };
        let value = value
            .into_string()
            .map_err(|_| Failure::other(format!("{name} is not UTF-8")))?;
        if !value.is_empty() {
            variables.push((name.to_owned(), value));
        }
    }
    Ok(variables)
}
