//! Builds the components that the runner carries, so that nothing needs to be built before it.

#[path = "build/compose.rs"]
mod compose;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use self::compose::{Parts, compose};

const TARGET: &str = "wasm32-unknown-unknown";
/// What the components are built from, below the workspace.
const SOURCES: [&str; 7] = [
    "components",
    "src",
    "wit",
    "Cargo.toml",
    "Cargo.lock",
    ".cargo/config.toml",
    "rust-toolchain.toml",
];
/// What cargo and its wrappers leave in the environment for the runner, and is wrong for the component.
const NOT_FOR_THE_COMPONENT: [&str; 7] = [
    "CARGO_BUILD_TARGET",
    "CARGO_BUILD_TARGET_DIR",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_TARGET_DIR",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTDOCFLAGS",
    "RUSTFLAGS",
];

fn main() {
    let workspace = Path::new(&variable("CARGO_MANIFEST_DIR")).join("..");
    for source in SOURCES {
        println!(
            "cargo::rerun-if-changed={}",
            workspace.join(source).display()
        );
    }
    let target_dir = PathBuf::from(variable("OUT_DIR")).join("component");
    let built = add_target(&workspace).and_then(|()| build_all(&workspace, &target_dir));
    match built {
        Ok(built) => {
            println!("cargo::rustc-env=COMPONENT={}", built.plugin.display());
            println!("cargo::rustc-env=SERVICE={}", built.service.display());
        }
        Err(why) => println!("cargo::error={why}"),
    }
}

/// The files that the runner carries.
struct Built {
    plugin: PathBuf,
    /// The service, composed with the plugin.
    service: PathBuf,
}

fn build_all(workspace: &Path, target_dir: &Path) -> Result<Built, String> {
    // On its own: features that the service asks of a crate would change the plugin.
    build(workspace, target_dir, &["onepassword-users-plugin"])?;
    build(
        workspace,
        target_dir,
        &["onepassword-users-environment", "onepassword-users-service"],
    )?;
    let release = target_dir.join(TARGET).join("release");
    let built = Built {
        plugin: release.join("onepassword_users_plugin.wasm"),
        service: target_dir.join("onepassword_users_composed.wasm"),
    };
    let read = |name: &str| {
        let file = release.join(name);
        fs::read(&file).map_err(|error| format!("{} cannot be read: {error}", file.display()))
    };
    let composed = compose(&Parts {
        plugin: &read("onepassword_users_plugin.wasm")?,
        environment: &read("onepassword_users_environment.wasm")?,
        service: &read("onepassword_users_service.wasm")?,
    })?;
    fs::write(&built.service, composed)
        .map_err(|error| format!("{} cannot be written: {error}", built.service.display()))?;
    Ok(built)
}

/// Adds the target to the toolchain where it is missing.
fn add_target(workspace: &Path) -> Result<(), String> {
    let has_target = || {
        Command::new(variable("RUSTC"))
            .args(["--print", "target-libdir", "--target", TARGET])
            .current_dir(workspace)
            .output()
            .ok()
            .and_then(|output| String::from_utf8(output.stdout).ok())
            .is_some_and(|directory| Path::new(directory.trim()).is_dir())
    };
    if has_target() {
        return Ok(());
    }
    let added = Command::new("rustup")
        .args(["target", "add", TARGET])
        .current_dir(workspace)
        .status();
    if added.is_ok_and(|status| status.success()) && has_target() {
        return Ok(());
    }
    Err(format!(
        "the component needs the Rust target {TARGET}, which could not be added; type `rustup target add {TARGET}`, or install it with the package manager that Rust came from"
    ))
}

/// Builds components as anybody would by hand, in a target folder of their own.
fn build(workspace: &Path, target_dir: &Path, packages: &[&str]) -> Result<(), String> {
    let selected = packages.iter().flat_map(|package| ["--package", *package]);
    let mut cargo = Command::new(variable("CARGO"));
    cargo
        .args(["build", "--release", "--locked"])
        .args(selected.clone())
        .args(["--target", TARGET, "--target-dir"])
        .arg(target_dir)
        .current_dir(workspace);
    for name in NOT_FOR_THE_COMPONENT {
        cargo.env_remove(name);
    }
    let output = cargo
        .output()
        .map_err(|error| format!("cargo could not be started for the component: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr).replace('\n', "\ncargo::error=");
        let selected = selected.collect::<Vec<_>>().join(" ");
        return Err(format!(
            "the component could not be built; type `cargo build --release --target {TARGET} {selected}` to see why\ncargo::error={said}"
        ));
    }
    Ok(())
}

/// A variable that cargo sets for every build script.
fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("cargo sets {name}"))
}
