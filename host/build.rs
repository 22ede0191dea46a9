//! Builds the components that this crate contains, so that `cargo build` is the only step.

#[path = "build/compose.rs"]
mod compose;
#[path = "build/names.rs"]
mod names;
#[path = "build/target.rs"]
mod target;

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
};

use self::{
    compose::{Parts, compose},
    names::without_names,
    target::{TARGET, ensure_target},
};

/// Sources of the components, relative to the workspace.
const SOURCES: [&str; 8] = [
    "components",
    "protocol",
    "src",
    "wit",
    "Cargo.toml",
    "Cargo.lock",
    ".cargo/config.toml",
    "rust-toolchain.toml",
];
/// Profile of the components of the service.
const COMPONENT: &str = "component";
/// Profile of the plugin.
const PLUGIN: &str = "plugin";
/// Profile of the module without I/O.
const STEPS: &str = "steps";
/// Variables that cargo sets for the host's build, and that must not reach the components' builds.
const HOST_BUILD_VARIABLES: [&str; 7] = [
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
    let output = PathBuf::from(variable("OUT_DIR"));
    let target_dir = shared_target_dir(&output);
    println!("cargo::rerun-if-env-changed=CARGO_NET_OFFLINE");
    let is_offline = env::var("CARGO_NET_OFFLINE").is_ok_and(|value| value == "true");
    let rustup = (!is_offline).then_some("rustup");
    let built = ensure_target(&variable("RUSTC"), rustup, &workspace)
        .and_then(|()| build_all(&workspace, &target_dir, &output));
    match built {
        Ok(built) => {
            for (variable, file) in [
                ("PLUGIN_WASM", built.plugin),
                ("CONFIGURABLE_PLUGIN_WASM", built.configurable_plugin),
                ("SERVICE_WASM", built.service),
                ("STEPS_WASM", built.steps),
            ] {
                println!("cargo::rustc-env={variable}={}", file.display());
            }
        }
        Err(cause) => println!("cargo::error={cause}"),
    }
}

/// The target folder of the components: beside the folder of this script's output, because cargo runs the script once for each
/// of `cargo clippy`, `cargo doc` and `cargo build`, and the components are to be compiled once for all of them.
fn shared_target_dir(output: &Path) -> PathBuf {
    let mut folders = output.ancestors();
    let build = folders.find(|folder| folder.file_name().is_some_and(|name| name == "build"));
    build.unwrap_or(output).join("onepassword-users-components")
}

/// Files of the built components.
struct Built {
    plugin: PathBuf,
    configurable_plugin: PathBuf,
    /// The service, composed with the plugin.
    service: PathBuf,
    /// The client without I/O: a module, not a component.
    steps: PathBuf,
}

fn build_all(workspace: &Path, target_dir: &Path, output: &Path) -> Result<Built, String> {
    // Until the end: another run of this script would replace a component between its build and its copy.
    let _lock = lock(target_dir)?;
    // Each world in a build of its own: cargo unites the features of all packages in one build, so that those of the service
    // would change the plugin. Both worlds have the same file name, so that each is copied before the next build.
    let profiles = target_dir.join(TARGET);
    let components = profiles.join(COMPONENT);
    let copy = |from: &Path, to: &str| -> Result<PathBuf, String> {
        let file = output.join(to);
        write(&file, &without_names(&read(from)?)?)?;
        Ok(file)
    };
    let plugin_arguments = ["--package", "onepassword-users-plugin"];
    let configurable_arguments = [&plugin_arguments[..], &["--features", "configuration"]].concat();
    let built_plugin = profiles.join(PLUGIN).join("onepassword_users_plugin.wasm");
    build(workspace, target_dir, PLUGIN, &configurable_arguments)?;
    let configurable_plugin = copy(&built_plugin, "onepassword_users_configurable_plugin.wasm")?;
    build(workspace, target_dir, PLUGIN, &plugin_arguments)?;
    let plugin = copy(&built_plugin, "onepassword_users_plugin.wasm")?;
    build(
        workspace,
        target_dir,
        COMPONENT,
        &[
            "--package",
            "onepassword-users-environment",
            "--package",
            "onepassword-users-service",
        ],
    )?;
    let composed = compose(&Parts {
        plugin: &read(&plugin)?,
        environment: &without_names(&read(
            &components.join("onepassword_users_environment.wasm"),
        )?)?,
        service: &without_names(&read(&components.join("onepassword_users_service.wasm"))?)?,
    })?;
    let composed = without_names(&composed)?;
    let service = output.join("onepassword_users_composed.wasm");
    write(&service, &composed)?;
    build(
        workspace,
        target_dir,
        STEPS,
        &["--package", "onepassword-users-steps"],
    )?;
    let steps = "onepassword_users_steps.wasm";
    let steps = copy(&profiles.join(STEPS).join(steps), steps)?;
    Ok(Built {
        plugin,
        configurable_plugin,
        service,
        steps,
    })
}

/// Waits until no other run of this script uses the folder.
fn lock(folder: &Path) -> Result<File, String> {
    let locked = fs::create_dir_all(folder)
        .and_then(|()| File::create(folder.join("lock")))
        .and_then(|file| file.lock().map(|()| file));
    locked.map_err(|error| format!("{} cannot be locked: {error}", folder.display()))
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    fs::read(file).map_err(|error| format!("{} cannot be read: {error}", file.display()))
}

/// Writes a file, unless it has this content already: a new time stamp would compile the host again.
fn write(file: &Path, content: &[u8]) -> Result<(), String> {
    if fs::read(file).is_ok_and(|old| old == content) {
        return Ok(());
    }
    fs::write(file, content)
        .map_err(|error| format!("{} cannot be written: {error}", file.display()))
}

/// Runs `cargo build` for components, in a target folder of their own. `arguments` select packages and features.
fn build(
    workspace: &Path,
    target_dir: &Path,
    profile: &str,
    arguments: &[&str],
) -> Result<(), String> {
    let mut cargo = Command::new(variable("CARGO"));
    cargo
        .args(["build", "--locked", "--profile", profile])
        .args(arguments)
        .args(["--target", TARGET, "--target-dir"])
        .arg(target_dir)
        .current_dir(workspace);
    for name in HOST_BUILD_VARIABLES {
        cargo.env_remove(name);
    }
    let output = cargo
        .output()
        .map_err(|error| format!("cargo could not be started for the components: {error}"))?;
    if !output.status.success() {
        let errors = String::from_utf8_lossy(&output.stderr).replace('\n', "\ncargo::error=");
        let arguments = arguments.join(" ");
        return Err(format!(
            "a component could not be built; run `cargo build --profile {profile} --target {TARGET} {arguments}` to see the cause\ncargo::error={errors}"
        ));
    }
    Ok(())
}

/// Value of a variable that cargo sets for every build script.
fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("cargo sets {name}"))
}
