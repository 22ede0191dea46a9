//! The files that the arguments name: one that is written must be no other one of them.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{arguments::Bulk, atomic_file, failure::Failure};

/// What tells a file from all others.
#[derive(Eq, PartialEq)]
enum Identity {
    /// Device and number: a file may have several names.
    #[cfg(unix)]
    Number(u64, u64),
    /// Where it is, or would be.
    Path(PathBuf),
}

/// Makes sure that report and audit are not the same file, nor one that is read.
pub(in super::super) fn tell_apart(bulk: &Bulk) -> Result<(), Failure> {
    let report = ("--report", bulk.report.as_slice());
    let audit = ("--audit", bulk.audit.as_slice());
    let lists = ("--file", bulk.file.as_slice());
    let protected = ("--protect-file", bulk.protect_file.as_slice());
    let undone = ("--from-report", bulk.from_report.as_slice());
    for (written, others) in [
        (audit, &[report, lists, protected, undone][..]),
        (report, &[lists, protected]),
    ] {
        for (option, other) in others {
            if let Some(file) = common(written.1, other) {
                return Err(Failure::Usage(format!(
                    "{} and {option} are the same file, {}; nothing was changed",
                    written.0,
                    file.display()
                )));
            }
        }
    }
    Ok(())
}

/// A file that is among both.
fn common<'a>(files: &'a [PathBuf], others: &[PathBuf]) -> Option<&'a PathBuf> {
    files.iter().find(|file| {
        // What cannot be looked at is refused, in better words, by whoever opens it.
        let one = identity(file).ok();
        let mut others = others.iter().map(|other| identity(other).ok());
        one.is_some() && others.any(|other| other == one)
    })
}

fn identity(file: &Path) -> io::Result<Identity> {
    match fs::metadata(file) {
        #[cfg(unix)]
        Ok(metadata) => {
            use std::os::unix::fs::MetadataExt;

            Ok(Identity::Number(metadata.dev(), metadata.ino()))
        }
        #[cfg(not(unix))]
        Ok(_) => fs::canonicalize(file).map(Identity::Path),
        Err(_) => {
            let folder = fs::canonicalize(atomic_file::folder(file))?;
            let name = file.file_name().ok_or(io::ErrorKind::InvalidFilename)?;
            Ok(Identity::Path(folder.join(name)))
        }
    }
}
