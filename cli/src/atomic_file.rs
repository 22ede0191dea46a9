//! Files that are replaced as a whole.

use std::{
    fs::{File, Permissions},
    io::{self, Write},
    path::Path,
};

use tempfile::NamedTempFile;

/// Replaces a file: writes a temporary file beside it, syncs that, and renames it.
pub(crate) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    replace_with_mode(path, content, None)
}

/// Replaces a file by one with these permissions, from which the umask is taken. Without, only its owner has access.
pub(crate) fn replace_with_mode(
    path: &Path,
    content: &[u8],
    mode: Option<Permissions>,
) -> io::Result<()> {
    let mut file = create_beside(path, mode)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    sync_folder(path)
}

/// Permissions of a new file, from which the process's umask is taken. None if the system has no such permissions.
#[cfg(unix)]
pub(crate) fn new_file_mode() -> Option<Permissions> {
    Some(std::os::unix::fs::PermissionsExt::from_mode(0o666))
}

#[cfg(not(unix))]
pub(crate) fn new_file_mode() -> Option<Permissions> {
    None
}

/// Creates a temporary file in the folder of another file. Fails if that file could not be replaced.
pub(crate) fn temporary_beside(path: &Path) -> io::Result<NamedTempFile> {
    create_beside(path, None)
}

fn create_beside(path: &Path, mode: Option<Permissions>) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    if let Some(mode) = mode {
        builder.permissions(mode);
    }
    builder
        .prefix(".op-users-")
        .tempfile_in(folder(path))
        // Without the temporary file's name, which the user did not choose.
        .map_err(|error| error.kind().into())
}

/// Syncs the folder of a file, so that a new file survives a loss of power.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    // Other systems cannot open folders, and do not need it.
    if cfg!(unix) {
        File::open(folder(path))?.sync_all()?;
    }
    Ok(())
}

/// Folder of a file.
pub(crate) fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}
