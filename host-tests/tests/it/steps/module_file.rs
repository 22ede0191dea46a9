//! The built module: imports, exports, size.

use std::{collections::BTreeSet, time::Duration};

use host::{STEPS, StepsOptions, StepsRuntime};
use wasmparser::{Parser, Payload};

/// Maximum size of the module in bytes.
const MAX_SIZE: usize = 345_000;

#[test]
fn the_module_imports_nothing_and_exports_its_functions() {
    let mut exports = BTreeSet::new();
    for payload in Parser::new(0).parse_all(STEPS) {
        match payload.expect("a valid module") {
            Payload::ImportSection(imports) => assert_eq!(imports.count(), 0),
            Payload::ExportSection(section) => {
                exports.extend(section.into_iter().map(|it| it.expect("an export").name));
            }
            _ => {}
        }
    }
    // The linker adds the bounds of the static data.
    exports.retain(|name| !name.starts_with("__"));
    assert_eq!(exports, ["event", "inbox", "memory", "version"].into());
}

#[test]
fn the_module_is_no_larger_than_its_limit() {
    let size = STEPS.len();
    println!("{size} bytes");
    assert!(size <= MAX_SIZE, "{size} bytes");
}

#[tokio::test]
async fn a_module_of_another_version_is_refused() {
    let module = r#"(module
        (memory (export "memory") 1)
        (func (export "version") (result i32) (i32.const 2))
        (func (export "inbox") (param i32) (result i32) (i32.const 0))
        (func (export "event") (param i32) (result i32) (i32.const 0)))"#;
    let module = wat::parse_str(module).expect("valid text");
    let runtime = StepsRuntime::with_module(&module).expect("it compiles");
    let error = runtime
        .client(StepsOptions::new([]))
        .err()
        .expect("refused");
    assert!(error.to_string().contains("version 2"), "{error}");
}

#[tokio::test]
async fn a_module_that_never_returns_is_interrupted() {
    let module = r#"(module
        (memory (export "memory") 4)
        (func (export "version") (result i32) (i32.const 1))
        (func (export "inbox") (param i32) (result i32) (i32.const 8))
        (func (export "event") (param i32) (result i32) (loop (br 0)) (unreachable)))"#;
    let module = wat::parse_str(module).expect("valid text");
    let runtime = StepsRuntime::with_module(&module).expect("it compiles");
    let options = StepsOptions::new([]).max_step(Duration::from_millis(200));
    assert!(runtime.client(options).is_err());
}
