//! Packages for JavaScript and Python, with the optimised files inside.

use std::{fs, path::Path};

use anyhow::Result;

use crate::{
    components::{SERVICE, STEPS},
    source::{Source, run},
};

const JAVASCRIPT: &str = "packages/javascript";
/// Files that npm packs.
#[cfg(unix)]
const JAVASCRIPT_FILES: [&str; 6] = [
    "dist",
    "examples",
    "LICENSE-APACHE",
    "LICENSE-MIT",
    "package.json",
    "README.md",
];
const PYTHON: &str = "packages/python";
/// Versions of what builds the Python package.
const BUILD_REQUIREMENTS: [&str; 2] = ["build==1.6.1", "hatchling==1.33.0"];
/// Mode of the files of a package, whatever the mask of the user is.
#[cfg(unix)]
const MODE: u32 = 0o644;

/// Writes the packages to the folder of a release, which has the components already.
pub fn make(source: &Source, to: &Path) -> Result<()> {
    javascript(source, to)?;
    python(source, to)
}

fn javascript(source: &Source, to: &Path) -> Result<()> {
    let folder = source.path(JAVASCRIPT);
    run(source
        .command(folder.join("build.sh"))
        .env("STEPS_MODULE", to.join(STEPS))
        .env("SERVICE_COMPONENT", to.join(SERVICE)))?;
    // npm packs the modes that it finds, which depend on the mask of the user.
    #[cfg(unix)]
    run(source
        .command("chmod")
        .current_dir(&folder)
        .args(["-R", "u=rwX,go=rX"])
        .args(JAVASCRIPT_FILES))?;
    run(source
        .command("npm")
        .current_dir(&folder)
        .args(["pack", "--silent", "--pack-destination"])
        .arg(to))
}

fn python(source: &Source, to: &Path) -> Result<()> {
    let folder = source.path(PYTHON);
    for (from, file) in [
        (
            to.join(STEPS),
            "src/onepassword_users/onepassword_users_steps.wasm",
        ),
        (
            source.path("protocol/schema.json"),
            "src/onepassword_users/schema.json",
        ),
        (source.path("LICENSE-MIT"), "LICENSE-MIT"),
        (source.path("LICENSE-APACHE"), "LICENSE-APACHE"),
    ] {
        let file = folder.join(file);
        fs::copy(from, &file)?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;

            fs::set_permissions(&file, fs::Permissions::from_mode(MODE))?;
        }
    }
    let environment = source.metadata.target_directory.join("dist-python");
    let python = environment.join("bin/python");
    run(source
        .command("python3")
        .args(["-m", "venv", "--clear"])
        .arg(&environment))?;
    run(source
        .command(&python)
        .args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ])
        .args(BUILD_REQUIREMENTS))?;
    run(source
        .command(&python)
        .args([
            "-m",
            "build",
            "--no-isolation",
            "--sdist",
            "--wheel",
            "--outdir",
        ])
        .arg(to)
        .arg(&folder))
}
