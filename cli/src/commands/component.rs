//! The command `component`.

use std::{fs, path::Path};

use host::{COMPONENT, SERVICE};

use crate::failure::{CommandResult, Failure};

/// Writes the plugin, or the service composed with it, to a file.
pub(super) fn run(is_service: bool, file: &Path) -> CommandResult {
    let component = if is_service { SERVICE } else { COMPONENT };
    fs::write(file, component).map_err(|error| {
        Failure::other(format!("{} could not be written: {error}", file.display()))
    })
}
