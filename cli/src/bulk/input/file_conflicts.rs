//! Conflicts between files that the arguments name: a file that is written must not be named for another purpose.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{arguments::BulkArguments, atomic_file, failure::Failure};

/// Identity of a file.
#[derive(Eq, PartialEq)]
enum FileIdentity {
    /// Device and number: a file may have several names.
    #[cfg(unix)]
    Number(u64, u64),
    /// Canonical path: for other systems, and for files that do not exist yet.
    Path(PathBuf),
}

/// Fails if the report and the audit are the same file, or one of the files that are read.
pub(in crate::bulk) fn check(arguments: &BulkArguments) -> Result<(), Failure> {
    let report = ("--report", arguments.report.as_slice());
    let audit = ("--audit", arguments.audit.as_slice());
    let lists = ("--file", arguments.file.as_slice());
    let protected = ("--protect-file", arguments.protect_file.as_slice());
    let undone = ("--from-report", arguments.from_report.as_slice());
    for (written, others) in [
        (audit, &[report, lists, protected, undone][..]),
        (report, &[lists, protected]),
    ] {
        for (option, other) in others {
            if let Some(file) = common(written.1, other) {
                return Err(Failure::usage(format!(
                    "{} and {option} are the same file, {}; nothing was changed",
                    written.0,
                    file.display()
                )));
            }
        }
    }
    Ok(())
}

/// A file that both lists name.
fn common<'a>(files: &'a [PathBuf], others: &[PathBuf]) -> Option<&'a PathBuf> {
    files.iter().find(|file| {
        // A file that cannot be inspected is refused with a better message when it is opened.
        let one = identity(file).ok();
        let mut others = others.iter().map(|other| identity(other).ok());
        one.is_some() && others.any(|other| other == one)
    })
}

fn identity(file: &Path) -> io::Result<FileIdentity> {
    match fs::metadata(file) {
        #[cfg(unix)]
        Ok(metadata) => {
            use std::os::unix::fs::MetadataExt;

            Ok(FileIdentity::Number(metadata.dev(), metadata.ino()))
        }
        #[cfg(not(unix))]
        Ok(_) => fs::canonicalize(file).map(FileIdentity::Path),
        Err(_) => {
            let folder = fs::canonicalize(atomic_file::folder(file))?;
            let name = file.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
            Ok(FileIdentity::Path(folder.join(name)))
        }
    }
}
