//! Conflicts between files that the arguments name: a file that is written must not be named for another purpose.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use crate::{
    arguments::BulkArguments,
    atomic_file,
    failure::Failure,
    written_file::{self, is_standard_input, is_standard_output},
};

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
    let protected = ("--protect-file", arguments.protect.protect_file.as_slice());
    let undone = ("--from-report", arguments.from_report.as_slice());
    for (written, others) in [
        (audit, &[report, lists, protected, undone][..]),
        (report, &[lists, protected]),
    ] {
        for other in others {
            check_pair(written, *other)?;
        }
    }
    Ok(())
}

/// Fails if a file that is written is also one of the others. Each list of files has the name of its option.
pub(crate) fn check_pair(
    (option, files): (&str, &[PathBuf]),
    (other_option, others): (&str, &[PathBuf]),
) -> Result<(), Failure> {
    let Some(file) = common(files, others) else {
        return Ok(());
    };
    let failure = Failure::usage(format!(
        "{option} and {other_option} are the same file, {}; nothing was changed",
        written_file::name(file)
    ));
    Err(failure.with_hint("name another file for what is written"))
}

/// Fails if standard output or standard input is named for two purposes. Returns true if the report or the audit is written to
/// standard output.
pub(in crate::bulk) fn check_standard_streams(
    arguments: &BulkArguments,
    is_json: bool,
) -> Result<bool, Failure> {
    let written = [
        ("--report", &arguments.report),
        ("--audit", &arguments.audit),
    ];
    let mut users = vec!["--json"];
    users.retain(|_| is_json);
    users.extend(
        written
            .iter()
            .filter(|(_, file)| file.as_deref().is_some_and(is_standard_output))
            .map(|(option, _)| *option),
    );
    if let [one, other, ..] = users[..] {
        return Err(Failure::usage(format!(
            "{one} and {other} both write to standard output; nothing was changed"
        ))
        .with_hint("name a file for one of them"));
    }
    for (option, file) in written {
        if let Some(file) = file
            && is_redirected_to(file)
        {
            return Err(Failure::usage(format!(
                "standard output and {option} are the same file, {}; nothing was changed",
                written_file::name(file)
            ))
            .with_hint("`-` is standard output"));
        }
    }
    let read = arguments.file.iter().chain(&arguments.protect.protect_file);
    let mut inputs = read.chain(&arguments.from_report).map(PathBuf::as_path);
    let named = arguments.users.iter().map(Path::new);
    if inputs
        .by_ref()
        .chain(named)
        .filter(|file| is_standard_input(file))
        .count()
        > 1
    {
        return Err(Failure::usage(
            "standard input is named twice, and can be read once; nothing was changed",
        ));
    }
    Ok(!users.is_empty() && !is_json)
}

/// Returns true if standard output is redirected to a regular file with this path.
#[cfg(unix)]
fn is_redirected_to(file: &Path) -> bool {
    use std::{fs::File, os::fd::AsFd, os::unix::fs::MetadataExt};

    let duplicate = io::stdout().as_fd().try_clone_to_owned();
    let output = duplicate.and_then(|output| File::from(output).metadata());
    match (output, fs::symlink_metadata(file)) {
        (Ok(output), Ok(file)) => {
            file.is_file() && (output.dev(), output.ino()) == (file.dev(), file.ino())
        }
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_redirected_to(_file: &Path) -> bool {
    false
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
