//! Programs for this platform: the command and the simulator.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::source::{Source, run};

/// Folder of the builds, below the target folder.
const BUILD: &str = "dist";
/// Names under which the programs are built, and those that they have in a release.
const PROGRAMS: [(&str, &str); 2] = [
    ("op-users", "op-users"),
    ("simulator", "onepassword-users-simulator"),
];

/// The built programs.
pub struct Programs {
    folder: PathBuf,
}

/// Builds the programs.
pub fn build(source: &Source) -> Result<Programs> {
    let mut cargo = source.command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let target = source.metadata.target_directory.join(BUILD);
    cargo.args([
        "build",
        "--locked",
        "--release",
        "--workspace",
        "--target-dir",
    ]);
    cargo.arg(&target);
    for (program, _) in PROGRAMS {
        cargo.args(["--bin", program]);
    }
    // The same bytes in any folder: names of files stand in messages of panics.
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(Path::new(&env::var_os("HOME")?).join(".cargo")));
    let home = home.context("neither CARGO_HOME nor HOME is set")?;
    let remap = |from: &Path, to: &str| format!("--remap-path-prefix={}={to}", from.display());
    let flags = [
        remap(&source.root, "/onepassword-users"),
        remap(&home, "/cargo"),
    ];
    cargo
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\u{1f}"))
        .env("CARGO_PROFILE_RELEASE_STRIP", "symbols");
    run(&mut cargo)?;
    Ok(Programs {
        folder: target.join("release").into(),
    })
}

impl Programs {
    /// Path of the command.
    pub fn command(&self) -> PathBuf {
        self.folder
            .join(format!("op-users{}", env::consts::EXE_SUFFIX))
    }

    /// Copies the programs into a release, with the name of this platform.
    pub fn copy(&self, to: &Path) -> Result<()> {
        let (system, architecture) = (env::consts::OS, env::consts::ARCH);
        for (built, name) in PROGRAMS {
            let suffix = env::consts::EXE_SUFFIX;
            let file = format!("{name}-{architecture}-{system}{suffix}");
            fs::copy(self.folder.join(format!("{built}{suffix}")), to.join(file))?;
        }
        Ok(())
    }
}
