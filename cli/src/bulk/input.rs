//! Everybody that the arguments name: one by one, in files, on standard input.

pub(super) mod file_conflicts;
mod named_user;
mod user_list;

use std::{
    fs,
    io::{self, Read},
    path::Path,
};

use host::Selector;

pub(super) use self::named_user::{Who, folded};
use self::user_list as list;
use crate::{arguments::Bulk, failure::Failure};

/// What stands for standard input.
const STANDARD_INPUT: &str = "-";

/// Whether the list comes from standard input, so that no answer can.
pub(super) fn are_on_standard_input(bulk: &Bulk) -> bool {
    bulk.who.iter().any(|who| who == STANDARD_INPUT)
}

/// Reads who is named, in the order in which they are.
pub(super) fn named(bulk: &Bulk) -> Result<Vec<Who>, Failure> {
    let mut named = Vec::new();
    for who in &bulk.who {
        if who == STANDARD_INPUT {
            let mut content = Vec::new();
            let read = io::stdin().lock().read_to_end(&mut content);
            read.map_err(|error| {
                Failure::Usage(format!("standard input cannot be read: {error}"))
            })?;
            named.extend(list::parse("standard input", &content)?);
        } else {
            named.push(Who::parse(who).ok_or_else(|| {
                Failure::Usage(format!("{who:?} is neither an id nor an e-mail address"))
            })?);
        }
    }
    for file in &bulk.file {
        named.extend(in_file(file)?);
    }
    if named.is_empty() {
        return Err(Failure::Usage("nobody is named".to_owned()));
    }
    Ok(named)
}

/// Reads who is to be left alone.
pub(super) fn protected(bulk: &Bulk) -> Result<Vec<Selector>, Failure> {
    let mut protected = Vec::new();
    for file in &bulk.protect_file {
        let listed = in_file(file)?;
        if listed.is_empty() {
            return Err(Failure::Usage(format!(
                "nobody is named in {}",
                file.display()
            )));
        }
        for who in listed {
            protected.push(who.selector());
            // Whichever of the two is out of date, the other one protects.
            protected.extend(who.expect_email.map(Selector::Email));
        }
    }
    Ok(protected)
}

fn in_file(file: &Path) -> Result<Vec<Who>, Failure> {
    let name = file.display().to_string();
    let content = fs::read(file)
        .map_err(|error| Failure::Usage(format!("{name} cannot be read: {error}")))?;
    list::parse(&name, &content)
}
