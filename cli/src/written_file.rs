//! Files that the arguments name for writing: regular files of one's own, or streams such as pipes and devices.

use std::{
    fs::{self, File, Metadata},
    io::{self, Write},
    path::Path,
    thread::sleep,
    time::{Duration, Instant},
};

use crate::output::printable::printable;

/// Argument that stands for standard output or standard input.
pub(crate) const DASH: &str = "-";
/// Other names of standard output.
const STANDARD_OUTPUT: [&str; 4] = [DASH, "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];
/// Names of standard error.
const STANDARD_ERROR: [&str; 3] = ["/dev/stderr", "/dev/fd/2", "/proc/self/fd/2"];
/// Names of standard input.
const STANDARD_INPUT: [&str; 4] = [DASH, "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];
/// Maximum time to wait until a program reads from a named pipe.
const MAX_READER_WAIT: Duration = Duration::from_secs(5);
/// Time between two attempts to open a named pipe.
const READER_INTERVAL: Duration = Duration::from_millis(20);

/// Kind of a file that is to be written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum FileKind {
    /// A regular file, or none yet.
    Regular,
    StandardOutput,
    StandardError,
    /// A pipe, a device or a socket.
    Stream,
}

impl FileKind {
    /// Inspects a file without opening it. Fails with the cause if the file must not be written.
    pub(crate) fn of(path: &Path) -> Result<Self, String> {
        if is_named(path, &STANDARD_OUTPUT) {
            return Ok(Self::StandardOutput);
        }
        if is_named(path, &STANDARD_ERROR) {
            return Ok(Self::StandardError);
        }
        let metadata = match fs::symlink_metadata(path) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::Regular),
            Err(error) => return Err(error.to_string()),
        };
        if metadata.is_file() {
            return Ok(Self::Regular);
        }
        if metadata.is_dir() {
            return Err("it is a folder".to_owned());
        }
        if !metadata.is_symlink() {
            return Ok(Self::Stream);
        }
        // A link to a stream is harmless, and `/dev/fd` consists of such links.
        match fs::metadata(path) {
            Ok(target) if !target.is_file() && !target.is_dir() => Ok(Self::Stream),
            _ => Err("it is a symbolic link; name the file that it leads to".to_owned()),
        }
    }
}

/// Returns true if a path is a name of standard output.
pub(crate) fn is_standard_output(path: &Path) -> bool {
    is_named(path, &STANDARD_OUTPUT)
}

/// Returns true if a path is a name of standard input.
pub(crate) fn is_standard_input(path: &Path) -> bool {
    is_named(path, &STANDARD_INPUT)
}

fn is_named(path: &Path, names: &[&str]) -> bool {
    // As texts: paths that differ in a trailing slash are equal.
    path.to_str().is_some_and(|path| names.contains(&path))
}

/// Name of a file that is written, for people.
pub(crate) fn name(path: &Path) -> String {
    if path.as_os_str() == DASH {
        "standard output".to_owned()
    } else {
        printable(&path.display().to_string())
    }
}

/// Opens a stream for writing. Waits a little while for a program that reads from a named pipe.
pub(crate) fn open_stream(path: &Path, kind: FileKind) -> io::Result<Box<dyn Write + Send>> {
    match kind {
        FileKind::StandardOutput => return Ok(Box::new(io::stdout())),
        FileKind::StandardError => return Ok(Box::new(io::stderr())),
        FileKind::Stream | FileKind::Regular => {}
    }
    let started = Instant::now();
    loop {
        match try_open_stream(path) {
            Ok(file) if file.metadata()?.is_file() => {
                return Err(io::Error::other("it is a regular file now"));
            }
            Ok(file) => return Ok(Box::new(file)),
            Err(error) if is_without_reader(&error) => {
                if started.elapsed() >= MAX_READER_WAIT {
                    return Err(io::Error::other("no program reads from it"));
                }
                sleep(READER_INTERVAL);
            }
            Err(error) => return Err(error),
        }
    }
}

#[cfg(unix)]
fn try_open_stream(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;

    use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};

    // Without waiting for a reader of a named pipe, which may never come.
    let flags = (OFlags::NONBLOCK | OFlags::NOCTTY).bits();
    let flags = flags.try_into().map_err(io::Error::other)?;
    let file = File::options()
        .append(true)
        .custom_flags(flags)
        .open(path)?;
    let flags = fcntl_getfl(&file)?;
    fcntl_setfl(&file, flags - OFlags::NONBLOCK)?;
    Ok(file)
}

#[cfg(not(unix))]
fn try_open_stream(path: &Path) -> io::Result<File> {
    File::options().append(true).open(path)
}

/// Returns true if a named pipe could not be opened because no program reads from it.
#[cfg(unix)]
fn is_without_reader(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::NXIO.raw_os_error())
}

#[cfg(not(unix))]
fn is_without_reader(_error: &io::Error) -> bool {
    false
}

/// Opens a regular file with these options, without following a symbolic link. A new file is accessible to its owner only.
pub(crate) fn open_regular(path: &Path, options: &mut fs::OpenOptions) -> io::Result<File> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;

        use rustix::fs::OFlags;

        // A named pipe that takes the file's place must not block.
        let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY).bits();
        let flags = flags.try_into().map_err(io::Error::other)?;
        options.mode(0o600).custom_flags(flags);
    }
    let file = options.open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is not a regular file any more"));
    }
    Ok(file)
}

/// Returns true if a path leads to this open file, and to no other one.
pub(crate) fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;

        let opened = file.metadata()?;
        match fs::symlink_metadata(path) {
            Ok(found) => Ok((found.dev(), found.ino()) == (opened.dev(), opened.ino())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }
    // An open file cannot be renamed or removed here.
    #[cfg(not(unix))]
    {
        let _ = (file, path);
        Ok(true)
    }
}

/// Returns the cause if an existing file belongs to another user, or others can write it: then its content could be forged.
pub(crate) fn foreign_access(metadata: &Metadata) -> Option<String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;

        if metadata.uid() != rustix::process::geteuid().as_raw() {
            return Some(format!(
                "it belongs to another user, with the id {}",
                metadata.uid()
            ));
        }
        if metadata.mode() & 0o022 != 0 {
            return Some(format!(
                "other users can write it (mode {:04o}); `chmod 600` changes that",
                metadata.mode() & 0o7777
            ));
        }
    }
    let _ = metadata;
    None
}

/// Returns the mode of a file that others can read. None if only its owner can.
pub(crate) fn readable_by_others(metadata: &Metadata) -> Option<String> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;

        if metadata.mode() & 0o044 != 0 {
            return Some(format!("{:04o}", metadata.mode() & 0o7777));
        }
    }
    let _ = metadata;
    None
}
