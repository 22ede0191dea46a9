//! The composed file: what it asks for, what it offers, what it weighs, and what is inside.

use std::collections::BTreeSet;

use host::{COMPONENT, SERVICE};
use wasmparser::{Parser, Payload};

/// Every import, and nothing else.
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
/// In bytes.
const LARGEST: usize = 400_000;

/// The components inside a component, and the names of its own imports and exports.
#[derive(Default)]
pub struct Anatomy {
    pub inside: Vec<&'static [u8]>,
    pub imports: BTreeSet<&'static str>,
    pub exports: BTreeSet<&'static str>,
}

impl Anatomy {
    pub fn of(component: &'static [u8]) -> Self {
        let mut anatomy = Self::default();
        let mut depth = 0_usize;
        for payload in Parser::new(0).parse_all(component) {
            match payload.expect("the component is well formed") {
                Payload::ComponentSection {
                    unchecked_range, ..
                } => {
                    if depth == 0 {
                        let place = |at| usize::try_from(at).expect("it is in memory");
                        let range = place(unchecked_range.start)..place(unchecked_range.end);
                        anatomy.inside.push(&component[range]);
                    }
                    depth += 1;
                }
                Payload::ModuleSection { .. } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::ComponentImportSection(section) if depth == 0 => {
                    let names = section
                        .into_iter()
                        .map(|import| import.map(|it| it.name.name));
                    anatomy
                        .imports
                        .extend(names.map(|name| name.expect("an import")));
                }
                Payload::ComponentExportSection(section) if depth == 0 => {
                    let names = section
                        .into_iter()
                        .map(|export| export.map(|it| it.name.name));
                    anatomy
                        .exports
                        .extend(names.map(|name| name.expect("an export")));
                }
                _ => {}
            }
        }
        anatomy
    }
}

#[test]
fn it_imports_http_io_clocks_and_the_environment_and_nothing_else() {
    assert_eq!(Anatomy::of(SERVICE).imports, IMPORTS.into());
}

#[test]
fn it_exports_what_answers_requests_and_nothing_else() {
    let exports = ["wasi:http/incoming-handler@0.2.4"];
    assert_eq!(Anatomy::of(SERVICE).exports, exports.into());
}

#[test]
fn it_weighs_less_than_400_kb() {
    assert!(SERVICE.len() < LARGEST, "{} bytes", SERVICE.len());
}

#[test]
fn the_plugin_inside_is_the_plugin_byte_for_byte() {
    let inside = Anatomy::of(SERVICE).inside;
    assert_eq!(inside.len(), 3);
    assert_eq!(
        inside.iter().filter(|bytes| **bytes == COMPONENT).count(),
        1
    );
}

#[test]
fn what_parses_requests_cannot_call_the_api_itself() {
    let inside = Anatomy::of(SERVICE).inside;
    let parsers = inside
        .into_iter()
        .map(Anatomy::of)
        .filter(|one| one.exports.contains("wasi:http/incoming-handler@0.2.4"));
    let imports: Vec<_> = parsers.map(|one| one.imports).collect();
    assert_eq!(imports.len(), 1);
    assert!(!imports[0].contains("wasi:http/outgoing-handler@0.2.4"));
}
