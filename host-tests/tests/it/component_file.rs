//! What the component asks for, what it offers, and what it weighs.

use std::collections::BTreeSet;

use host::COMPONENT;
use wasmparser::{Parser, Payload};

/// Every import, and nothing else.
const IMPORTS: [&str; 7] = [
    "wasi:cli/environment@0.2.4",
    "wasi:clocks/monotonic-clock@0.2.4",
    "wasi:http/outgoing-handler@0.2.4",
    "wasi:http/types@0.2.4",
    "wasi:io/error@0.2.4",
    "wasi:io/poll@0.2.4",
    "wasi:io/streams@0.2.4",
];
const EXPORTS: [&str; 4] = [
    "onepassword:users/connection@0.2.0",
    "onepassword:users/containment@0.2.0",
    "onepassword:users/types@0.2.0",
    "onepassword:users/users@0.2.0",
];
/// In bytes.
const LARGEST: usize = 185_000;

/// The names in the component's own sections of one kind: those of the modules inside it do not count.
fn names(imports: bool) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut depth = 0_usize;
    for payload in Parser::new(0).parse_all(COMPONENT) {
        match payload.expect("the component is well formed") {
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
fn it_imports_http_io_the_monotonic_clock_and_the_environment_and_nothing_else() {
    assert_eq!(names(true), IMPORTS.map(str::to_owned).into());
}

#[test]
fn it_exports_the_contract() {
    assert_eq!(names(false), EXPORTS.map(str::to_owned).into());
}

#[test]
fn it_weighs_less_than_185_kb() {
    assert!(COMPONENT.len() < LARGEST, "{} bytes", COMPONENT.len());
}

#[test]
fn it_starts_with_two_pages_of_memory() {
    let memories: Vec<u64> = Parser::new(0)
        .parse_all(COMPONENT)
        .filter_map(
            |payload| match payload.expect("the component is well formed") {
                Payload::MemorySection(section) => Some(section),
                _ => None,
            },
        )
        .flatten()
        .map(|memory| memory.expect("a memory").initial)
        .collect();
    assert_eq!(memories, [2]);
}
