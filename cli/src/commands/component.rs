//! The command `component`.

use std::{io::Write, path::Path};

use crate::{
    atomic_file::{self, new_file_mode},
    failure::{CommandResult, Failure},
    output::Output,
    written_file::{self, FileKind},
};

/// Writes a component to a file or to standard output.
pub(super) fn run(component: &[u8], file: &Path, output: &mut Output) -> CommandResult {
    let message = |cause: &str| {
        let name = written_file::name(file);
        format!("{name} could not be written: {cause}")
    };
    let kind = FileKind::of(file).map_err(|cause| Failure::usage(message(&cause)))?;
    let written = match kind {
        FileKind::StandardOutput => {
            output.bytes(component);
            Ok(())
        }
        FileKind::Regular => atomic_file::replace_with_mode(file, component, new_file_mode()),
        kind => written_file::open_stream(file, kind)
            .and_then(|mut stream| stream.write_all(component).and_then(|()| stream.flush())),
    };
    written.map_err(|error| Failure::other(message(&error.to_string())))
}
