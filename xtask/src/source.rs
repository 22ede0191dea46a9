//! Sources of the release: the repository, its version and its commit.

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};
use cargo_metadata::{Metadata, MetadataCommand};

/// The repository that this task belongs to.
pub struct Source {
    pub root: PathBuf,
    /// Packages of the workspace, with their dependencies.
    pub metadata: Metadata,
    pub version: String,
    /// Commit of the sources, with `-modified` if files differ from it.
    pub revision: String,
    /// Time of the commit in seconds since 1970, or `SOURCE_DATE_EPOCH` (<https://reproducible-builds.org/specs/source-date-epoch/>).
    pub epoch: i64,
}

impl Source {
    /// Reads the sources in a folder, or those that this program was built from.
    pub fn of_repository(folder: Option<&Path>) -> Result<Self> {
        let built_from = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let root = fs::canonicalize(folder.unwrap_or(&built_from)).context("no repository")?;
        let metadata = MetadataCommand::new()
            .manifest_path(root.join("Cargo.toml"))
            .other_options(["--locked".to_owned()])
            .exec()?;
        let packages = metadata.workspace_packages();
        let mut packages = packages.iter();
        let client = packages.find(|package| package.name.as_str() == "onepassword-users");
        let version = client.context("the client is gone")?.version.to_string();
        let git = |arguments: &[&str]| output_of(Command::new("git").args(arguments), &root);
        let mut revision = git(&["rev-parse", "HEAD"])?;
        if !git(&["status", "--porcelain", "--untracked-files=no"])?.is_empty() {
            revision.push_str("-modified");
        }
        let epoch = match env::var("SOURCE_DATE_EPOCH") {
            Ok(epoch) => epoch,
            Err(_) => git(&["log", "-1", "--format=%ct"])?,
        };
        Ok(Self {
            metadata,
            version,
            revision,
            epoch: epoch
                .parse()
                .context("SOURCE_DATE_EPOCH must be seconds since 1970")?,
            root,
        })
    }

    /// Path of a file of the repository.
    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.root.join(name)
    }

    /// A command that runs in the repository, with the time of the sources.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command
            .current_dir(&self.root)
            .env("SOURCE_DATE_EPOCH", self.epoch.to_string());
        command
    }
}

/// Runs a command to its end.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("{:?} cannot be started", command.get_program()))?;
    ensure!(status.success(), "{command:?} failed");
    Ok(())
}

/// Runs a command, and returns what it prints, without white space at the end.
fn output_of(command: &mut Command, folder: &Path) -> Result<String> {
    let output = command
        .current_dir(folder)
        .output()
        .with_context(|| format!("{:?} cannot be started", command.get_program()))?;
    ensure!(output.status.success(), "{command:?} failed");
    Ok(String::from_utf8(output.stdout)?.trim_end().to_owned())
}
