//! Built plugins of both worlds: imports, exports, size and initial memory.

use std::collections::BTreeSet;

use host::{COMPONENT, CONFIGURABLE_COMPONENT};
use wasmparser::{Parser, Payload};

use crate::component_parts::ComponentParts;

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
const MAX_SIZE: usize = 216_000;
/// Maximum size of the plugin with the interface `configuration`, in bytes.
const MAX_CONFIGURABLE_SIZE: usize = 217_000;

#[test]
fn the_plugin_imports_exactly_seven_interfaces() {
    assert_eq!(ComponentParts::of(COMPONENT).imports, IMPORTS.into());
}

#[test]
fn the_plugin_exports_the_contract_without_configuration() {
    assert_eq!(ComponentParts::of(COMPONENT).exports, EXPORTS.into());
}

#[test]
fn the_configurable_plugin_does_not_import_the_environment() {
    let mut imports = BTreeSet::from(IMPORTS);
    assert!(imports.remove("wasi:cli/environment@0.2.4"));
    assert_eq!(ComponentParts::of(CONFIGURABLE_COMPONENT).imports, imports);
}

#[test]
fn the_configurable_plugin_exports_configuration_as_well() {
    let mut exports = BTreeSet::from(EXPORTS);
    exports.insert("onepassword:users/configuration@0.2.0");
    assert_eq!(ComponentParts::of(CONFIGURABLE_COMPONENT).exports, exports);
}

#[test]
fn the_plugin_is_no_larger_than_its_limit() {
    for (component, max) in [
        (COMPONENT, MAX_SIZE),
        (CONFIGURABLE_COMPONENT, MAX_CONFIGURABLE_SIZE),
    ] {
        let size = component.len();
        let over = size.saturating_sub(max);
        assert!(
            over == 0,
            "{size} bytes: {over} more than the budget of {max}"
        );
    }
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
