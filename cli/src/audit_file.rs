//! The audit file: lines are appended and synced, to a regular file of one's own or to a stream.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
};

use crate::{
    atomic_file,
    failure::Failure,
    written_file::{self, FileKind},
};

/// A file to which audit events are appended.
pub(crate) struct AuditFile {
    writer: AuditWriter,
    /// True if the file ends with an incomplete line.
    is_torn: bool,
}

enum AuditWriter {
    /// A regular file, which is synced.
    File(File),
    /// Standard output, a pipe or a device.
    Stream(Box<dyn Write + Send>),
}

impl AuditWriter {
    fn write(&mut self, lines: &[u8]) -> io::Result<()> {
        match self {
            Self::File(file) => {
                file.write_all(lines)?;
                file.sync_data()
            }
            Self::Stream(stream) => {
                stream.write_all(lines)?;
                stream.flush()
            }
        }
    }
}

impl AuditFile {
    /// Opens the file, or creates it. An existing one must be a regular file of one's own, or a stream. Also returns a warning
    /// if others can read it.
    pub(crate) fn open(path: &Path) -> Result<(Self, Option<String>), Failure> {
        let failed = |cause: String| cannot_append(path, &cause);
        match FileKind::of(path).map_err(failed)? {
            FileKind::Regular => open_file(path).map_err(failed),
            kind => {
                let stream = written_file::open_stream(path, kind);
                let writer =
                    AuditWriter::Stream(stream.map_err(|error| failed(error.to_string()))?);
                let is_torn = false;
                Ok((Self { writer, is_torn }, None))
            }
        }
    }

    /// Fails if the file could not be opened or created. Changes nothing, and opens no stream.
    pub(crate) fn check(path: &Path) -> Result<(), Failure> {
        let failed = |cause: String| cannot_append(path, &cause);
        if FileKind::of(path).map_err(failed)? != FileKind::Regular {
            return Ok(());
        }
        let mut options = File::options();
        let checked = match written_file::open_regular(path, options.append(true)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                atomic_file::temporary_beside(path).map(|_| None)
            }
            opened => opened
                .and_then(|file| file.metadata())
                .map(|metadata| written_file::foreign_access(&metadata)),
        };
        match checked.map_err(|error| failed(error.to_string()))? {
            Some(cause) => Err(failed(cause)),
            None => Ok(()),
        }
    }

    /// Opens the file anew if the path leads to another file or to none, because someone renamed or removed it: what is written
    /// to a removed file is lost.
    ///
    /// # Errors
    ///
    /// The cause, if the file of this path is not fit for an audit.
    pub(crate) fn follow(&mut self, path: &Path) -> io::Result<()> {
        let AuditWriter::File(file) = &self.writer else {
            return Ok(());
        };
        if written_file::is_at(file, path)? {
            return Ok(());
        }
        let (opened, _) = match FileKind::of(path) {
            Ok(FileKind::Regular) => open_file(path),
            Ok(_) => Err("it is not a regular file any more".to_owned()),
            Err(cause) => Err(cause),
        }
        .map_err(io::Error::other)?;
        *self = opened;
        Ok(())
    }

    /// Appends and syncs lines. After a failure, the next ones begin on a line of their own.
    pub(crate) fn append(&mut self, lines: &str) -> io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        let line_break = if self.is_torn { "\n" } else { "" };
        self.is_torn = true;
        // In one write, so that other processes can append to the file at the same time.
        self.writer
            .write(format!("{line_break}{lines}").as_bytes())?;
        self.is_torn = false;
        Ok(())
    }
}

/// Opens or creates a regular file. Also returns a warning if others can read it. Fails with the cause.
fn open_file(path: &Path) -> Result<(AuditFile, Option<String>), String> {
    let text = |error: io::Error| error.to_string();
    let mut options = File::options();
    // Readable too, for its last byte.
    let options = options.read(true).append(true).create(true);
    let mut file = written_file::open_regular(path, options)
        .or_else(|error| match error.kind() {
            io::ErrorKind::PermissionDenied => {
                written_file::open_regular(path, File::options().append(true))
            }
            _ => Err(error),
        })
        .map_err(text)?;
    let metadata = file.metadata().map_err(text)?;
    if let Some(cause) = written_file::foreign_access(&metadata) {
        return Err(cause);
    }
    let warning = written_file::readable_by_others(&metadata).map(|mode| {
        format!(
            "other users can read the audit file {} (mode {mode}); `chmod 600` changes that",
            written_file::name(path)
        )
    });
    let is_new = metadata.len() == 0;
    if is_new {
        atomic_file::sync_folder(path).map_err(text)?;
    }
    // A file that cannot be read counts as complete.
    let is_torn = !is_new && is_torn(&mut file).unwrap_or(false);
    let writer = AuditWriter::File(file);
    Ok((AuditFile { writer, is_torn }, warning))
}

fn cannot_append(path: &Path, cause: &str) -> Failure {
    Failure::usage(format!(
        "the audit file {} cannot be appended to: {cause}; nothing was changed",
        written_file::name(path)
    ))
}

/// Returns true if the file ends with an incomplete line.
fn is_torn(file: &mut File) -> io::Result<bool> {
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}
