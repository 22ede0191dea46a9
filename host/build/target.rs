//! The Rust target of the components: found, or installed unless the build is offline.

use std::{path::Path, process::Command};

/// Target of the components.
pub(crate) const TARGET: &str = "wasm32-unknown-unknown";

/// Makes sure that the toolchain of a folder has the target. `rustc` is the compiler to ask; `rustup` is the command that
/// installs the target, and None in an offline build.
///
/// rustup installs the target with the toolchain, because `rust-toolchain.toml` names it, but not into a toolchain that is
/// there already. cargo tells a build script about `CARGO_NET_OFFLINE`, not about `--offline`.
pub(crate) fn ensure_target(
    rustc: &str,
    rustup: Option<&str>,
    folder: &Path,
) -> Result<(), String> {
    if has_target(rustc, folder) {
        return Ok(());
    }
    if let Some(rustup) = rustup {
        // The check after it decides.
        let mut command = Command::new(rustup);
        let _ = command
            .args(["target", "add", TARGET])
            .current_dir(folder)
            .status();
        if has_target(rustc, folder) {
            return Ok(());
        }
    }
    Err(format!(
        "the components need the Rust target {TARGET}, which this toolchain lacks; run `rustup target add {TARGET}`, or install it with the package manager that installed Rust"
    ))
}

fn has_target(rustc: &str, folder: &Path) -> bool {
    let printed = Command::new(rustc)
        .args(["--print", "target-libdir", "--target", TARGET])
        .current_dir(folder)
        .output();
    printed
        .ok()
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .is_some_and(|directory| Path::new(directory.trim()).is_dir())
}
