//! Lists of users in files and on standard input.

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use lists::{BlankRows, NamedColumns};
use serde_json::json;

use crate::{
    failure::{Failure, Problem},
    named_user::NamedUser,
    output::{Output, printable::printable},
    written_file::is_standard_input,
};

/// Maximum size of a list in bytes.
const MAX_LIST: u64 = 32 << 20;

/// Lists that are accepted.
#[derive(Clone, Copy, Default)]
pub(super) struct ListRules {
    pub(super) blank_rows: BlankRows,
    /// True if a list may name no user. None if none of this kind may.
    pub(super) may_be_empty: Option<bool>,
}

/// Reads the list in a file.
pub(super) fn users_in_file(
    file: &Path,
    columns: &NamedColumns,
    rules: ListRules,
    output: &Output,
) -> Result<Vec<NamedUser>, Failure> {
    if is_standard_input(file) {
        return users_in_standard_input(columns, rules, output);
    }
    let name = file.display().to_string();
    let content = File::open(file).and_then(read);
    users(&name, content, columns, rules, output)
}

/// Reads the list on standard input.
pub(super) fn users_in_standard_input(
    columns: &NamedColumns,
    rules: ListRules,
    output: &Output,
) -> Result<Vec<NamedUser>, Failure> {
    let content = read(io::stdin().lock());
    users("standard input", content, columns, rules, output)
}

/// Reads up to one byte more than the maximum.
fn read(source: impl Read) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    source.take(MAX_LIST + 1).read_to_end(&mut content)?;
    Ok(content)
}

fn users(
    name: &str,
    content: io::Result<Vec<u8>>,
    columns: &NamedColumns,
    rules: ListRules,
    output: &Output,
) -> Result<Vec<NamedUser>, Failure> {
    let content =
        content.map_err(|error| Failure::usage(format!("{name} cannot be read: {error}")))?;
    if content.len() as u64 > MAX_LIST {
        return Err(Failure::usage(format!(
            "{name} is larger than {} MiB",
            MAX_LIST >> 20
        )));
    }
    let list = lists::parse_with(&content, columns, rules.blank_rows).map_err(|error| {
        let line = error
            .line
            .map_or_else(String::new, |line| format!(", line {line}"));
        let skip_hint = "--skip-blank skips rows without id and address";
        let may_skip = error.is_blank_row && rules.may_be_empty.is_some();
        Failure::Usage(Problem {
            message: format!("{name}{line}: {}", error.cause),
            hint: error.hint.or(may_skip.then_some(skip_hint)),
        })
    })?;
    if list.users.is_empty() {
        let cause = format!("no user is named in {name}");
        match rules.may_be_empty {
            Some(true) => {}
            Some(false) => {
                return Err(
                    Failure::usage(cause).with_hint("--empty-ok accepts a list without users")
                );
            }
            None => return Err(Failure::usage(cause)),
        }
        output.remark(&printable(&cause), &json!({ "note": cause }));
    }
    for note in list.notes {
        let note = format!("{name}: {note}");
        output.remark(&printable(&note), &json!({ "note": note }));
    }
    Ok(list.users.into_iter().filter_map(NamedUser::of).collect())
}
