//! Optimises the core modules of a component: `wasm-opt` of binaryen takes core modules only.

use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context, Result, ensure};
use wasm_encoder::{Component, RawSection};
use wasmparser::{Parser, Payload};

use crate::source::run;

/// Features that the components are compiled for
/// (<https://doc.rust-lang.org/rustc/platform-support/wasm32-unknown-unknown.html>).
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];
/// Sections of a component with a core module, and with a component.
const CORE_MODULE: u8 = 1;
const COMPONENT: u8 = 4;

/// Optimises with a program.
pub struct Optimiser {
    wasm_opt: PathBuf,
}

impl Optimiser {
    pub fn new(wasm_opt: PathBuf) -> Self {
        Self { wasm_opt }
    }

    /// Optimises a core module, or those of a component.
    pub fn optimise(&self, binary: &[u8]) -> Result<Vec<u8>> {
        if Parser::is_core_wasm(binary) {
            return self.optimise_module(binary);
        }
        let same = with_modules(binary, &|module| Ok(module.to_vec()))?;
        ensure!(same == binary, "the component cannot be taken apart");
        with_modules(binary, &|module| self.optimise_module(module))
    }

    fn optimise_module(&self, module: &[u8]) -> Result<Vec<u8>> {
        let folder = std::env::temp_dir().join(format!("onepassword-users-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let (before, after) = (folder.join("before.wasm"), folder.join("after.wasm"));
        fs::write(&before, module)?;
        let mut command = Command::new(&self.wasm_opt);
        command.arg("-Oz").args(FEATURES);
        run(command.arg("--output").arg(&after).arg(&before))?;
        let optimised = fs::read(&after)?;
        fs::remove_dir_all(&folder)?;
        Ok(optimised)
    }
}

/// Sections of a component, each with its id and its content. Those of a module or a component inside are a part of it.
fn sections(component: &[u8]) -> Result<Vec<(u8, &[u8])>> {
    let mut sections = Vec::new();
    let mut end_of_part = 0;
    for payload in Parser::new(0).parse_all(component) {
        let section = match payload? {
            Payload::ModuleSection {
                unchecked_range, ..
            } => Some((CORE_MODULE, unchecked_range)),
            Payload::ComponentSection {
                unchecked_range, ..
            } => Some((COMPONENT, unchecked_range)),
            other => other.as_section(),
        };
        let Some((id, range)) = section.filter(|(_, range)| range.start >= end_of_part) else {
            continue;
        };
        if matches!(id, CORE_MODULE | COMPONENT) {
            end_of_part = range.end;
        }
        let range = usize::try_from(range.start)?..usize::try_from(range.end)?;
        sections.push((id, component.get(range).context("a section is cut off")?));
    }
    Ok(sections)
}

/// Returns a component with another core module in the place of each.
fn with_modules(component: &[u8], change: &dyn Fn(&[u8]) -> Result<Vec<u8>>) -> Result<Vec<u8>> {
    let mut written = Component::new();
    for (id, data) in sections(component)? {
        let data = match id {
            CORE_MODULE => change(data)?,
            COMPONENT => with_modules(data, change)?,
            _ => data.to_vec(),
        };
        written.section(&RawSection { id, data: &data });
    }
    Ok(written.finish())
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn parts_that_are_not_changed_give_the_same_bytes() {
        let mut inner = Component::new();
        inner.section(&RawSection {
            id: CORE_MODULE,
            data: b"\0asm\x01\0\0\0",
        });
        let inner = inner.finish();
        let mut outer = Component::new();
        for (id, data) in [
            (COMPONENT, &inner[..]),
            (CORE_MODULE, b"\0asm\x01\0\0\0"),
            (COMPONENT, &inner),
        ] {
            outer.section(&RawSection { id, data });
        }
        let outer = outer.finish();
        let modules = Cell::new(0);
        let same = with_modules(&outer, &|module| {
            modules.set(modules.get() + 1);
            Ok(module.to_vec())
        });
        assert_eq!(same.expect("a component"), outer);
        assert_eq!(modules.get(), 3);
    }
}
