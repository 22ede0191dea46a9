//! Variables in the environment of this process.

use std::env;

use crate::{failure::Failure, output::printable::printable};

/// Returns true if a name begins with a prefix, in any letter case.
pub(crate) fn has_prefix(name: &str, prefix: &str) -> bool {
    let beginning = name.get(..prefix.len());
    beginning.is_some_and(|beginning| beginning.eq_ignore_ascii_case(prefix))
}

/// Names of the variables that have a value. A name that is not UTF-8 has a replacement character.
pub(crate) fn names() -> Vec<String> {
    let variables = env::vars_os().filter(|(_, value)| !value.is_empty());
    variables
        .map(|(name, _)| name.to_string_lossy().into_owned())
        .collect()
}

/// Reads the variables whose names are selected. One without a value counts as not set. Fails if one of them is not UTF-8, or
/// has a name that would be selected without its bytes that are not: a setting that is dropped would not hold.
pub(crate) fn variables(
    is_selected: impl Fn(&str) -> bool,
) -> Result<Vec<(String, String)>, Failure> {
    let mut variables = Vec::new();
    for (name, value) in env::vars_os() {
        let shown = name.to_string_lossy();
        if !is_selected(&shown) || value.is_empty() {
            continue;
        }
        let (Some(name), Some(value)) = (name.to_str(), value.to_str()) else {
            let part = if name.to_str().is_some() {
                ""
            } else {
                "the name "
            };
            let message = format!("{part}{} is not UTF-8", printable(&shown));
            return Err(Failure::usage(message));
        };
        variables.push((name.to_owned(), value.to_owned()));
    }
    Ok(variables)
}
