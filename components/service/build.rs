//! Removes the white space from the OpenAPI description, which is part of the component.

use std::{env, fs, path::Path};

const DESCRIPTION: &str = "src/openapi.json";

fn main() {
    println!("cargo::rerun-if-changed={DESCRIPTION}");
    let text = fs::read_to_string(DESCRIPTION).expect("the description is readable");
    let description: serde_json::Value =
        serde_json::from_str(&text).expect("the description is JSON");
    let directory = env::var_os("OUT_DIR").expect("cargo sets OUT_DIR");
    fs::write(
        Path::new(&directory).join("openapi.json"),
        description.to_string(),
    )
    .expect("the description is writable");
}
