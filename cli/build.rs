//! Tells `--version` the commit of the sources.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// Variable of the compiled program with the commit.
const COMMIT: &str = "BUILD_OF_COMMAND_COMMIT";
/// Files and folders of the workspace that are part of the program.
const SOURCES: [&str; 15] = [
    ".cargo/config.toml",
    "Cargo.lock",
    "Cargo.toml",
    "audit",
    "cli/Cargo.toml",
    "cli/build.rs",
    "cli/src",
    "components",
    "host",
    "lists",
    "protocol",
    "simulator",
    "rust-toolchain.toml",
    "src",
    "wit",
];
const NO_COMMIT: &str = "unknown";

fn main() {
    let package = env::var("CARGO_MANIFEST_DIR").expect("cargo sets it");
    let workspace = Path::new(&package).join("..");
    // Without these, cargo would run the script again at each change of this package only.
    for source in SOURCES {
        println!(
            "cargo::rerun-if-changed={}",
            workspace.join(source).display()
        );
    }
    let commit = commit(&workspace).unwrap_or_else(|| NO_COMMIT.to_owned());
    println!("cargo::rustc-env={COMMIT}={commit}");
}

/// Commit of the workspace, and a mark if its files are not those of the commit. None without git, or if the workspace is not a
/// repository of its own, as an archive that was unpacked in another one.
fn commit(workspace: &Path) -> Option<String> {
    let top = git(workspace, &["rev-parse", "--show-toplevel"])?;
    if fs::canonicalize(top).ok()? != fs::canonicalize(workspace).ok()? {
        return None;
    }
    // A commit changes one of these: the branch, or the file that holds it.
    let branch = git(workspace, &["symbolic-ref", "--quiet", "HEAD"]);
    for name in ["HEAD", "packed-refs"].into_iter().chain(branch.as_deref()) {
        let path = PathBuf::from(git(workspace, &["rev-parse", "--git-path", name])?);
        let path = workspace.join(path);
        // A file that does not exist would run the script at each build.
        if path.exists() {
            println!("cargo::rerun-if-changed={}", path.display());
        }
    }
    let commit = git(workspace, &["rev-parse", "HEAD"])?;
    let arguments = ["status", "--porcelain", "--untracked-files=no", "--"];
    let changed = git(workspace, &[&arguments[..], &SOURCES].concat())?;
    let mark = if changed.is_empty() { "" } else { ", modified" };
    Some(format!("{commit}{mark}"))
}

/// Output of git on the workspace, without the line break at its end.
fn git(workspace: &Path, arguments: &[&str]) -> Option<String> {
    let mut git = Command::new("git");
    git.arg("-C").arg(workspace).args(arguments);
    // A hook of git runs cargo with variables that name another repository.
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("GIT_") {
            git.env_remove(name);
        }
    }
    // `status` writes the index otherwise.
    git.env("GIT_OPTIONAL_LOCKS", "0");
    let output = git.output().ok().filter(|output| output.status.success())?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.trim_end().to_owned())
}
