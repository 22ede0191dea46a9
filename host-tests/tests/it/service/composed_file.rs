//! Composed service: imports, exports, size, and the components inside.

use host::{COMPONENT, SERVICE};

use crate::component_parts::ComponentParts;

/// All imports of the service.
const IMPORTS: [&str; 9] = [
    "wasi:cli/environment@0.2.4",
    "wasi:cli/stderr@0.2.4",
    "wasi:clocks/monotonic-clock@0.2.4",
    "wasi:clocks/wall-clock@0.2.4",
    "wasi:http/outgoing-handler@0.2.4",
    "wasi:http/types@0.2.4",
    "wasi:io/error@0.2.4",
    "wasi:io/poll@0.2.4",
    "wasi:io/streams@0.2.4",
];
/// Maximum size of the service in bytes.
const MAX_SIZE: usize = 488_000;

#[test]
fn the_service_imports_exactly_nine_interfaces() {
    assert_eq!(ComponentParts::of(SERVICE).imports, IMPORTS.into());
}

#[test]
fn the_service_exports_only_the_incoming_handler() {
    let exports = ["wasi:http/incoming-handler@0.2.4"];
    assert_eq!(ComponentParts::of(SERVICE).exports, exports.into());
}

#[test]
fn the_service_is_smaller_than_488_kb() {
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

#[test]
fn only_the_request_handler_writes_to_standard_error() {
    let inside = ComponentParts::of(SERVICE).inside;
    let writers = inside
        .into_iter()
        .map(ComponentParts::of)
        .filter(|parts| parts.imports.contains("wasi:cli/stderr@0.2.4"));
    let exports: Vec<_> = writers.map(|parts| parts.exports).collect();
    assert_eq!(exports, [["wasi:http/incoming-handler@0.2.4"].into()]);
}
