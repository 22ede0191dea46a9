//! Composed service: imports, exports, size, and the components inside.

use std::collections::BTreeSet;

use host::{COMPONENT, SERVICE};
use wasmparser::{Parser, Payload};

/// All imports of the service.
const IMPORTS: [&str; 8] = [
    "wasi:cli/environment@0.2.4",
    "wasi:clocks/monotonic-clock@0.2.4",
    "wasi:clocks/wall-clock@0.2.4",
    "wasi:http/outgoing-handler@0.2.4",
    "wasi:http/types@0.2.4",
    "wasi:io/error@0.2.4",
    "wasi:io/poll@0.2.4",
    "wasi:io/streams@0.2.4",
];
/// Maximum size of the service in bytes.
const MAX_SIZE: usize = 420_000;

/// Components inside a component, and the names of its own imports and exports.
#[derive(Default)]
pub struct ComponentParts {
    pub inside: Vec<&'static [u8]>,
    pub imports: BTreeSet<&'static str>,
    pub exports: BTreeSet<&'static str>,
}

impl ComponentParts {
    pub fn of(component: &'static [u8]) -> Self {
        let mut parts = Self::default();
        let mut depth = 0_usize;
        for payload in Parser::new(0).parse_all(component) {
            match payload.expect("the component is well-formed") {
                Payload::ComponentSection {
                    unchecked_range, ..
                } => {
                    if depth == 0 {
                        let offset = |at| usize::try_from(at).expect("the offset fits into usize");
                        let range = offset(unchecked_range.start)..offset(unchecked_range.end);
                        parts.inside.push(&component[range]);
                    }
                    depth += 1;
                }
                Payload::ModuleSection { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::ComponentImportSection(section) if depth == 0 => {
                    let names = section
                        .into_iter()
                        .map(|import| import.map(|import| import.name.name));
                    parts
                        .imports
                        .extend(names.map(|name| name.expect("an import")));
                }
                Payload::ComponentExportSection(section) if depth == 0 => {
                    let names = section
                        .into_iter()
                        .map(|export| export.map(|export| export.name.name));
                    parts
                        .exports
                        .extend(names.map(|name| name.expect("an export")));
                }
                _ => {}
            }
        }
        parts
    }
}

#[test]
fn the_service_imports_exactly_eight_interfaces() {
    assert_eq!(ComponentParts::of(SERVICE).imports, IMPORTS.into());
}

#[test]
fn the_service_exports_only_the_incoming_handler() {
    let exports = ["wasi:http/incoming-handler@0.2.4"];
    assert_eq!(ComponentParts::of(SERVICE).exports, exports.into());
}

#[test]
fn the_service_is_smaller_than_420_kb() {
    assert!(SERVICE.len() < MAX_SIZE, "{} bytes", SERVICE.len());
}

#[test]
fn the_service_contains_the_plugin_byte_for_byte() {
    let inside = ComponentParts::of(SERVICE).inside;
    assert_eq!(inside.len(), 3);
    assert_eq!(
        inside.iter().filter(|bytes| **bytes == COMPONENT).count(),
        1
    );
}

#[test]
fn the_request_handler_cannot_send_requests() {
    let inside = ComponentParts::of(SERVICE).inside;
    let handlers = inside
        .into_iter()
        .map(ComponentParts::of)
        .filter(|parts| parts.exports.contains("wasi:http/incoming-handler@0.2.4"));
    let imports: Vec<_> = handlers.map(|parts| parts.imports).collect();
    assert_eq!(imports.len(), 1);
    assert!(!imports[0].contains("wasi:http/outgoing-handler@0.2.4"));
}
