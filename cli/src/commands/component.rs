//! `op-users component`: the components that this program carries, as files.

use std::{fs, path::Path};

use host::{COMPONENT, SERVICE};

use crate::{Outcome, failure::Failure};

/// Writes the plugin, or the service that is composed with it.
pub(crate) fn write(service: bool, file: &Path) -> Outcome {
    let component = if service { SERVICE } else { COMPONENT };
    fs::write(file, component).map_err(|error| {
        Failure::Other(format!("{} could not be written: {error}", file.display()))
    })
}
