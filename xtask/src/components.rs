//! Components of the release: optimised, and with their metadata.

#[path = "../../host/build/compose.rs"]
mod compose;
#[path = "../../host/build/names.rs"]
mod names;

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Error, Result, ensure};

use self::{
    compose::{Parts, compose},
    names::without_names,
};
use crate::{
    contract,
    libraries::TARGET,
    metadata::{Described, with_metadata},
    optimise::Optimiser,
    source::{Source, run},
};

/// Version of binaryen, of which npm has a package.
const BINARYEN: &str = "binaryen@132.0.0";

/// Files of the release that other parts of it are made from.
pub const STEPS: &str = "onepassword_users_steps.wasm";
pub const SERVICE: &str = "onepassword_users_service.wasm";
pub const PLUGIN: &str = "onepassword_users_plugin.wasm";
pub const CONFIGURABLE_PLUGIN: &str = "onepassword_users_configurable_plugin.wasm";
pub const CONTRACT: &str = "onepassword_users_wit.wasm";

/// Files of the release that are built from packages.
const PLUGIN_FILE: Described = Described {
    file: PLUGIN,
    name: "onepassword-users",
    description: "Client for the 1Password Users API over wasi:http: list, get, suspend and reactivate users",
    packages: &["onepassword-users-plugin"],
};
const CONFIGURABLE_FILE: Described = Described {
    file: CONFIGURABLE_PLUGIN,
    name: "onepassword-users-configurable",
    description: "Client for the 1Password Users API over wasi:http, configured by a function call",
    packages: &["onepassword-users-plugin"],
};
const SERVICE_FILE: Described = Described {
    file: SERVICE,
    name: "onepassword-users-service",
    description: "1Password user management over HTTP, webhooks and the Model Context Protocol, with the client inside",
    packages: &[
        "onepassword-users-service",
        "onepassword-users-environment",
        "onepassword-users-plugin",
    ],
};
const STEPS_FILE: Described = Described {
    file: STEPS,
    name: "onepassword-users-steps",
    description: "Client for the 1Password Users API as a core module that does no I/O",
    packages: &["onepassword-users-steps"],
};
const CONTRACT_FILE: Described = Described {
    file: CONTRACT,
    name: "onepassword:users",
    description: "Contract of the client for the 1Password Users API",
    packages: &[],
};

/// Components and the module, as cargo builds them.
pub struct Built {
    plugin: Vec<u8>,
    configurable_plugin: Vec<u8>,
    service: Vec<u8>,
    steps: Vec<u8>,
}

impl Built {
    /// Builds everything, as the build script of the embedding does.
    pub fn new(source: &Source) -> Result<Self> {
        let configurable = ["onepassword-users-plugin", "--features", "configuration"];
        build(source, "plugin", &configurable)?;
        let configurable_plugin = built(source, "plugin", PLUGIN)?;
        build(source, "plugin", &["onepassword-users-plugin"])?;
        let plugin = built(source, "plugin", PLUGIN)?;
        let parts = [
            "onepassword-users-environment",
            "--package",
            "onepassword-users-service",
        ];
        build(source, "component", &parts)?;
        let composed = compose(&Parts {
            plugin: &plugin,
            environment: &built(source, "component", "onepassword_users_environment.wasm")?,
            service: &built(source, "component", SERVICE)?,
        })
        .map_err(Error::msg)?;
        build(source, "steps", &["onepassword-users-steps"])?;
        Ok(Self {
            plugin,
            configurable_plugin,
            service: without_names(&composed).map_err(Error::msg)?,
            steps: fs::read(built_file(source, "steps", STEPS))?,
        })
    }

    /// Checks that a program contains the same.
    pub fn compare(&self, source: &Source, program: &Path) -> Result<()> {
        let folder = source.metadata.target_directory.join("dist-components");
        for (arguments, expected) in [
            (&[][..], &self.plugin),
            (&["--service"], &self.service),
            (&["--steps"], &self.steps),
        ] {
            let file = folder.join("contained.wasm");
            let mut command = source.command(program);
            run(command.arg("component").args(arguments).arg(&file))?;
            ensure!(
                fs::read(&file)? == *expected,
                "{} contains something else",
                program.display()
            );
        }
        Ok(())
    }

    /// Writes the components, the module and the contract to a folder.
    pub fn write(&self, source: &Source, to: &Path) -> Result<()> {
        let optimiser = optimiser(source)?;
        for (described, built) in [
            (&PLUGIN_FILE, &self.plugin),
            (&CONFIGURABLE_FILE, &self.configurable_plugin),
            (&SERVICE_FILE, &self.service),
            (&STEPS_FILE, &self.steps),
        ] {
            let optimised = optimiser.optimise(built)?;
            let file = with_metadata(&optimised, described, source)?;
            fs::write(to.join(described.file), file)?;
        }
        let contract = contract::encoded(&source.path("wit"))?;
        let contract = with_metadata(&contract, &CONTRACT_FILE, source)?;
        fs::write(to.join(CONTRACT), contract)?;
        Ok(())
    }
}

/// Builds packages for the platform of the components. `packages` follow the option `--package`.
fn build(source: &Source, profile: &str, packages: &[&str]) -> Result<()> {
    let mut cargo = source.command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args(["build", "--locked", "--quiet", "--profile", profile])
        .args(["--target", TARGET, "--target-dir"])
        .arg(source.metadata.target_directory.join("dist-components"))
        .arg("--package")
        .args(packages);
    for variable in ["CARGO_ENCODED_RUSTFLAGS", "RUSTFLAGS"] {
        cargo.env_remove(variable);
    }
    run(&mut cargo)
}

/// Reads a built component, without the names of its parts.
fn built(source: &Source, profile: &str, file: &str) -> Result<Vec<u8>> {
    let component = fs::read(built_file(source, profile, file))?;
    without_names(&component).map_err(Error::msg)
}

fn built_file(source: &Source, profile: &str, file: &str) -> PathBuf {
    let folder = source.metadata.target_directory.join("dist-components");
    folder.join(TARGET).join(profile).join(file).into()
}

/// Installs binaryen.
fn optimiser(source: &Source) -> Result<Optimiser> {
    let tools = source.metadata.target_directory.join("tools");
    run(source
        .command("npm")
        .args([
            "install",
            "--silent",
            "--no-save",
            "--prefix",
            tools.as_str(),
        ])
        .arg(BINARYEN))?;
    Ok(Optimiser::new(
        tools.join("node_modules/.bin/wasm-opt").into(),
    ))
}
