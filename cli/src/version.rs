//! Version of the program, its commit, and digests of the modules and components inside.

use std::fmt::Write;

use host::{COMPONENT, SERVICE, STEPS};
use ring::digest::{SHA256, digest};
use serde_json::{Value, json};

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Commit of the sources, from the build script.
const COMMIT: &str = env!("BUILD_OF_COMMAND_COMMIT");

/// Text of `--version`, without the name of the program.
pub(crate) fn long() -> String {
    format!(
        "{VERSION}\ncommit   {COMMIT}\nplugin   sha256:{}\nservice  sha256:{}\nclient   sha256:{}",
        sha256(COMPONENT),
        sha256(SERVICE),
        sha256(STEPS)
    )
}

/// The same as an object.
pub(crate) fn object() -> Value {
    json!({
        "version": VERSION,
        "commit": COMMIT,
        "plugin_sha256": sha256(COMPONENT),
        "service_sha256": sha256(SERVICE),
        "client_sha256": sha256(STEPS),
    })
}

fn sha256(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in digest(&SHA256, bytes).as_ref() {
        // Writing to a string cannot fail.
        write!(text, "{byte:02x}").ok();
    }
    text
}
