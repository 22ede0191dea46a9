//! Tasks of the project that `cargo build` does not do: `cargo xtask dist` makes the release, `cargo xtask contract` compares the
//! contract with that of the last release.

mod components;
mod contract;
mod dist;
mod libraries;
mod metadata;
#[cfg(feature = "registry")]
mod oci;
mod optimise;
mod packages;
mod programs;
mod sbom;
mod source;

use std::path::PathBuf;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::{dist::Contents, source::Source};

/// Tasks of the project.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    /// Folder of the repository; by default the one that this task belongs to
    #[arg(long, global = true)]
    repository: Option<PathBuf>,
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Make the release in a folder, which is emptied first
    Dist {
        /// Folder to write
        #[arg(long, default_value = "dist")]
        to: PathBuf,
        /// Leave out the programs for this platform, which take ten minutes
        #[arg(long)]
        without_programs: bool,
    },
    /// Push the components of a release to a registry of containers
    #[cfg(feature = "registry")]
    Push {
        /// Folder of the release
        #[arg(long, default_value = "dist")]
        from: PathBuf,
        /// Registry, and the path of the repositories in it, such as ghcr.io/acme
        registry: String,
    },
    /// Pull a component from a registry into a file
    #[cfg(feature = "registry")]
    Pull {
        /// Reference, such as ghcr.io/acme/onepassword-users:0.2.0, with or without a digest
        reference: String,
        /// File to write
        to: PathBuf,
    },
    /// Compare the contract with that of the last release
    Contract {
        /// Make the present contract the one that is released
        #[arg(long)]
        release: bool,
    },
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let source = Source::of_repository(arguments.repository.as_deref())?;
    match arguments.task {
        Task::Dist {
            to,
            without_programs,
        } => dist::make(&source, &to, &Contents { without_programs }),
        #[cfg(feature = "registry")]
        Task::Push { from, registry } => oci::push(&source, &from, &registry),
        #[cfg(feature = "registry")]
        Task::Pull { reference, to } => oci::pull(&reference, &to),
        Task::Contract { release: true } => contract::release(&source),
        Task::Contract { release: false } => contract::check(&source),
    }
}
