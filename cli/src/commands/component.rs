//! The command `component`.

use std::{fs, io::Write, path::Path};

use host::COMPONENT;
use wac_graph::{CompositionGraph, EncodeOptions, PlugError, plug, types::Package};

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

/// Composes a component of the caller's with the plugin, whose functions it imports.
pub(super) fn composed(file: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |cause: String| {
        let name = written_file::name(file);
        Failure::usage(format!(
            "{name} cannot be composed with the plugin: {cause}"
        ))
    };
    let bytes = fs::read(file).map_err(|error| failed(error.to_string()))?;
    let mut graph = CompositionGraph::new();
    let mut register = |name, bytes| {
        let package = Package::from_bytes(name, None, bytes, graph.types_mut())
            .map_err(|_| failed(format!("the {name} is no component")))?;
        graph
            .register_package(package)
            .map_err(|error| failed(error.to_string()))
    };
    let plugin = register("plugin", COMPONENT.to_vec())?;
    let component = register("file", bytes)?;
    plug(&mut graph, vec![plugin], component).map_err(|error| match error {
        PlugError::NoPlugHappened => {
            failed("it imports no interface of onepassword:users@0.2.0".into())
        }
        error => failed(format!("{error}")),
    })?;
    graph
        .encode(EncodeOptions::default())
        .map_err(|error| failed(format!("{error:#}")))
}
