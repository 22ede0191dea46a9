//! Built plugin: imports, exports, size and initial memory.

use std::collections::BTreeSet;

use host::COMPONENT;
use wasmparser::{Parser, Payload};

/// All imports of the plugin.
const IMPORTS: [&str; 7] = [
    "wasi:cli/environment@0.2.4",
    "wasi:clocks/monotonic-clock@0.2.4",
    "wasi:http/outgoing-handler@0.2.4",
    "wasi:http/types@0.2.4",
    "wasi:io/error@0.2.4",
    "wasi:io/poll@0.2.4",
    "wasi:io/streams@0.2.4",
];
/// All exports of the plugin.
const EXPORTS: [&str; 4] = [
    "onepassword:users/connection@0.2.0",
    "onepassword:users/containment@0.2.0",
    "onepassword:users/types@0.2.0",
    "onepassword:users/users@0.2.0",
];
/// Maximum size of the plugin in bytes.
const MAX_SIZE: usize = 200_000;

/// Returns the names of the imports or exports of the component itself, without those of modules inside it.
fn names(imports: bool) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(COMPONENT) {
        match payload.expect("the component is well-formed") {
            Payload::ModuleSection { .. } | Payload::ComponentSection { .. } => depth += 1,
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ComponentImportSection(section) if imports && depth == 0 => {
                for import in section {
                    names.insert(import.expect("an import").name.name.to_owned());
                }
            }
            Payload::ComponentExportSection(section) if !imports && depth == 0 => {
                for export in section {
                    names.insert(export.expect("an export").name.name.to_owned());
                }
            }
            _ => {}
        }
    }
    names
}

#[test]
fn the_plugin_imports_exactly_seven_interfaces() {
    assert_eq!(names(true), IMPORTS.map(str::to_owned).into());
}

#[test]
fn the_plugin_exports_the_contract() {
    assert_eq!(names(false), EXPORTS.map(str::to_owned).into());
}

#[test]
fn the_plugin_is_smaller_than_200_kb() {
    assert!(COMPONENT.len() < MAX_SIZE, "{} bytes", COMPONENT.len());
}

#[test]
fn the_plugin_starts_with_two_pages_of_memory() {
    let memories: Vec<u64> = Parser::new(0)
        .parse_all(COMPONENT)
        .filter_map(
            |payload| match payload.expect("the component is well-formed") {
                Payload::MemorySection(section) => Some(section),
                _ => None,
            },
        )
        .flatten()
        .map(|memory| memory.expect("a memory").initial)
        .collect();
    assert_eq!(memories, [2]);
}
