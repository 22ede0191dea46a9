//! Imports, exports and inner components of a component, read from its bytes.

use std::collections::BTreeSet;

use wasmparser::{Parser, Payload};

/// Components inside a component, and the names of its own imports and exports.
#[derive(Default)]
pub(crate) struct ComponentParts {
    pub inside: Vec<&'static [u8]>,
    pub imports: BTreeSet<&'static str>,
    pub exports: BTreeSet<&'static str>,
}

impl ComponentParts {
    pub(crate) fn of(component: &'static [u8]) -> Self {
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
