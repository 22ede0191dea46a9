//! Destination of the report: a file that this command alone writes, or a stream.

use std::{
    fs::{self, File, Metadata, TryLockError},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use super::document::{ReportedTarget, parse, text};
use crate::{
    atomic_file,
    bulk::{change::ChangeDescription, result::BulkResult},
    failure::Failure,
    written_file::{self, FileKind},
};

/// Maximum number of attempts to claim a file that other commands replace meanwhile.
const MAX_ATTEMPTS: usize = 8;

/// Destination of the report, opened before anything is sent.
pub(in crate::bulk) struct ReportDestination {
    path: PathBuf,
    writer: ReportWriter,
}

enum ReportWriter {
    /// A regular file, which is replaced as a whole.
    File(ClaimedFile),
    /// Standard output, a pipe or a device.
    Stream(Box<dyn Write + Send>),
}

/// A regular file that is locked, so that no other command writes its report to it.
struct ClaimedFile {
    path: PathBuf,
    /// None while the report is put in place.
    locked: Option<File>,
    /// True if the file was made as a placeholder, and is still one.
    is_placeholder: bool,
    /// Size when it was locked, in bytes.
    size: u64,
}

impl ReportDestination {
    /// Opens the destination. Fails if no report can be written to it, or if it has a report that can be undone.
    pub(in crate::bulk) fn open(path: &Path) -> Result<Self, Failure> {
        let failed = |cause: String| {
            Failure::usage(format!(
                "the report {} cannot be written: {cause}; nothing was changed",
                written_file::name(path)
            ))
        };
        let writer = match FileKind::of(path).map_err(failed)? {
            FileKind::Regular => ReportWriter::File(ClaimedFile::claim(path).map_err(failed)?),
            kind => {
                let stream = written_file::open_stream(path, kind);
                ReportWriter::Stream(stream.map_err(|error| failed(error.to_string()))?)
            }
        };
        Ok(Self {
            path: path.to_owned(),
            writer,
        })
    }

    /// Writes the report.
    pub(in crate::bulk) fn write(
        &mut self,
        change: &ChangeDescription,
        result: &BulkResult,
    ) -> Result<(), Failure> {
        let written = text(change, result)
            .map_err(|error| error.to_string())
            .and_then(|text| match &mut self.writer {
                ReportWriter::File(file) => file.replace(text.as_bytes()),
                ReportWriter::Stream(stream) => stream
                    .write_all(text.as_bytes())
                    .and_then(|()| stream.flush())
                    .map_err(|error| error.to_string()),
            });
        let is_stream = matches!(self.writer, ReportWriter::Stream(_));
        written.map_err(|cause| {
            let failure = Failure::other(format!(
                "the report {} cannot be written: {cause}",
                written_file::name(&self.path)
            ));
            // What was written to a file is kept beside it.
            if is_stream {
                failure.with_hint(
                    "the output names the users who were changed; `restore --from-report` reads an audit too",
                )
            } else {
                failure
            }
        })
    }
}

impl ClaimedFile {
    /// Locks the file, and makes an empty one if there is none. Fails with the cause.
    fn claim(path: &Path) -> Result<Self, String> {
        let text = |error: io::Error| error.to_string();
        for _ in 0..MAX_ATTEMPTS {
            let (file, is_placeholder) = open_or_create(path).map_err(text)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => {
                    return Err("another command is writing to it".to_owned());
                }
                // A file system without locks.
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
                Err(TryLockError::Error(error)) => return Err(text(error)),
            }
            if !is_at(&file, path) {
                // Another command has put its report in place since the file was opened.
                continue;
            }
            let claimed = Self {
                path: path.to_owned(),
                size: file.metadata().map_err(text)?.len(),
                locked: Some(file),
                is_placeholder,
            };
            claimed.check()?;
            return Ok(claimed);
        }
        Err("other commands keep writing to it".to_owned())
    }

    /// Fails with the cause if the file has something that must not be lost, or could not be replaced.
    fn check(&self) -> Result<(), String> {
        let text = |error: io::Error| error.to_string();
        let Some(mut file) = self.locked.as_ref() else {
            return Ok(());
        };
        if !self.is_placeholder {
            if let Some(cause) = written_file::foreign_access(&file.metadata().map_err(text)?) {
                return Err(cause);
            }
            let mut content = Vec::new();
            file.read_to_end(&mut content).map_err(text)?;
            // An empty file is no report: `mktemp` makes one.
            if !content.trim_ascii().is_empty() {
                let report = parse(&content)
                    .map_err(|_| "the file exists, and is not a report".to_owned())?;
                if report.targets.iter().any(ReportedTarget::may_be_changed) {
                    return Err(
                        "the file exists, and its changes can be undone; name another file"
                            .to_owned(),
                    );
                }
            }
        }
        atomic_file::temporary_beside(&self.path).map_err(text)?;
        Ok(())
    }

    /// Replaces the file. If another program has replaced it meanwhile, the content is kept in another file, which the error
    /// names.
    fn replace(&mut self, content: &[u8]) -> Result<(), String> {
        let text = |error: io::Error| error.to_string();
        let mut new = atomic_file::temporary_beside(&self.path).map_err(text)?;
        new.write_all(content).map_err(text)?;
        new.as_file().sync_all().map_err(text)?;
        if !self.is_untouched() {
            let (_, kept) = new.keep().map_err(|error| text(error.error))?;
            return Err(format!(
                "another program has written it meanwhile; the report of this command is in {}",
                written_file::name(&kept)
            ));
        }
        if cfg!(not(unix)) {
            // An open file could not be replaced.
            self.locked = None;
        }
        new.persist(&self.path).map_err(|error| text(error.error))?;
        self.is_placeholder = false;
        atomic_file::sync_folder(&self.path).map_err(text)
    }

    /// Returns true if the path still leads to the file, as it was when it was locked.
    fn is_untouched(&self) -> bool {
        self.locked.as_ref().is_some_and(|file| {
            let size = file.metadata().map(|metadata| metadata.len());
            is_at(file, &self.path) && size.is_ok_and(|size| size == self.size)
        })
    }
}

impl Drop for ClaimedFile {
    /// Removes a placeholder: nothing was sent, or the report could not be written.
    fn drop(&mut self) {
        if self.is_placeholder && self.is_untouched() {
            fs::remove_file(&self.path).ok();
        }
    }
}

/// Opens an existing file, or creates it. Also returns true if it was created.
fn open_or_create(path: &Path) -> io::Result<(File, bool)> {
    let mut options = File::options();
    let options = options.read(true).write(true).create_new(true);
    match written_file::open_regular(path, options) {
        Ok(file) => Ok((file, true)),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            let file = written_file::open_regular(path, File::options().read(true))?;
            Ok((file, false))
        }
        Err(error) => Err(error),
    }
}

/// Returns true if a path still leads to an open file.
fn is_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), fs::symlink_metadata(path)) {
        (Ok(one), Ok(other)) => is_same(&one, &other),
        _ => false,
    }
}

#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;

    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Without numbers of files, by kind alone: locked files cannot be replaced there.
#[cfg(not(unix))]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    one.is_file() == other.is_file()
}
