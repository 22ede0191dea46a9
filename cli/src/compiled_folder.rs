//! The folder in which the command keeps what it compiled, so that later commands start at once.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// Name of the folder, within the user's folder of caches.
const NAME: &str = "op-users";

/// The folder, made if it is missing. None if there is no place that belongs to this user alone: then each command compiles.
///
/// Code is run from it, so that no other user may be able to write to it.
pub(crate) fn find() -> Option<PathBuf> {
    let folder = caches()?.join(NAME);
    create(&folder)?;
    is_private(&folder).then_some(folder)
}

/// The user's folder of caches: on Linux as the XDG Base Directory Specification has it. Relative paths count as not set.
fn caches() -> Option<PathBuf> {
    let variable = |name| env::var_os(name).map(PathBuf::from);
    let absolute = |path: &PathBuf| path.is_absolute();
    if cfg!(windows) {
        return variable("LOCALAPPDATA").filter(absolute);
    }
    let below_home = if cfg!(target_os = "macos") {
        "Library/Caches"
    } else {
        ".cache"
    };
    variable("XDG_CACHE_HOME").filter(absolute).or_else(|| {
        let home = variable("HOME").filter(absolute)?;
        Some(home.join(below_home))
    })
}

#[cfg(unix)]
fn create(folder: &Path) -> Option<()> {
    use std::os::unix::fs::DirBuilderExt;

    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700).create(folder).ok()
}

/// True if the folder is the user's own, and no other user can write to it or read it.
#[cfg(unix)]
fn is_private(folder: &Path) -> bool {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    // Not that of a link's target.
    fs::symlink_metadata(folder).is_ok_and(|metadata| {
        metadata.is_dir()
            && metadata.uid() == rustix::process::geteuid().as_raw()
            && metadata.permissions().mode() & 0o077 == 0
    })
}

#[cfg(not(unix))]
fn create(folder: &Path) -> Option<()> {
    fs::create_dir_all(folder).ok()
}

/// True: a user's local data is the user's own there.
#[cfg(not(unix))]
fn is_private(_folder: &Path) -> bool {
    true
}
