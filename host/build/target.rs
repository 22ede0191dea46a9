//! The Rust target of the components: found, and never installed, because a build with `--offline` must not reach a network.

use std::{path::Path, process::Command};

/// Target of the components.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Checks that the toolchain of a folder has the target. `rustc` is the compiler to ask.
///
/// rustup installs it with the toolchain, because `rust-toolchain.toml` names it. cargo tells a build script about
/// `CARGO_NET_OFFLINE`, not about `--offline`.
pub(crate) fn check_target(rustc: &str, folder: &Path) -> Result<(), String> {
    let printed = Command::new(rustc)
        .args(["--print", "target-libdir", "--target", TARGET])
        .current_dir(folder)
        .output();
    let has_target = printed
        .ok()
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .is_some_and(|directory| Path::new(directory.trim()).is_dir());
    if has_target {
        return Ok(());
    }
    Err(format!(
        "the components need the Rust target {TARGET}, which this toolchain lacks; run `rustup target add {TARGET}`, or install it with the package manager that installed Rust"
    ))
}
