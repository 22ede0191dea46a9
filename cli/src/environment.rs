//! Variables in the environment of this process.

use std::env;

use crate::failure::Failure;

/// Reads the variables whose names are selected. Fails if one of them is not UTF-8.
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
        variables.push((name.to_owned(), value));
    }
    Ok(variables)
}
