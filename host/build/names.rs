//! Removes names from a component: the linker strips those of functions, but keeps those of the component itself.

use wasmparser::BinaryReader;

/// Length of the preamble of a component, in bytes.
const PREAMBLE: usize = 8;
/// Id of a custom section (WebAssembly 3.0, section 5.5.3).
const CUSTOM_SECTION: u8 = 0;
/// Name of the section with the names of a component's items: 7 kB of the plugin, for tools that disassemble it.
const NAMES: &str = "component-name";

/// Returns a component without its section of names. Every other section stays as it is.
pub(crate) fn without_names(component: &[u8]) -> Result<Vec<u8>, String> {
    let failed = |error| format!("a built component cannot be read: {error}");
    let mut reader = BinaryReader::new(component, 0);
    let mut stripped = reader.read_bytes(PREAMBLE).map_err(failed)?.to_vec();
    while !reader.eof() {
        let start = component.len() - reader.bytes_remaining();
        let id = reader.read_u8().map_err(failed)?;
        let mut section = reader.read_reader().map_err(failed)?;
        let is_names = id == CUSTOM_SECTION && section.read_string().map_err(failed)? == NAMES;
        if !is_names {
            let end = component.len() - reader.bytes_remaining();
            stripped.extend_from_slice(&component[start..end]);
        }
    }
    Ok(stripped)
}
