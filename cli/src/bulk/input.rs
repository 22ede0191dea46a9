//! The users that the arguments name: directly, in files, or on standard input.

pub(super) mod file_conflicts;
mod named_user;
mod user_list;

use std::{
    fs,
    io::{self, Read},
    path::Path,
};

use host::Selector;

pub(super) use self::named_user::NamedUser;
use crate::{arguments::BulkArguments, failure::Failure};

/// Argument that stands for standard input.
const STANDARD_INPUT: &str = "-";

/// Returns true if standard input contains a list of users, and cannot contain an answer.
pub(super) fn is_standard_input_list(arguments: &BulkArguments) -> bool {
    arguments.users.iter().any(|user| user == STANDARD_INPUT)
}

/// Reads the users to change, in the order in which they are named.
pub(super) fn users(arguments: &BulkArguments) -> Result<Vec<NamedUser>, Failure> {
    let mut users = Vec::new();
    for user in &arguments.users {
        if user == STANDARD_INPUT {
            let mut content = Vec::new();
            let read = io::stdin().lock().read_to_end(&mut content);
            read.map_err(|error| {
                Failure::usage(format!("standard input cannot be read: {error}"))
            })?;
            users.extend(user_list::parse("standard input", &content)?);
        } else {
            users.push(NamedUser::parse(user).ok_or_else(|| {
                Failure::usage(format!("{user:?} is neither an id nor an e-mail address"))
            })?);
        }
    }
    for file in &arguments.file {
        users.extend(users_in(file)?);
    }
    if users.is_empty() {
        return Err(Failure::usage("no user is named"));
    }
    Ok(users)
}

/// Reads the users who must not be changed.
pub(super) fn protected(arguments: &BulkArguments) -> Result<Vec<Selector>, Failure> {
    let mut protected = Vec::new();
    for file in &arguments.protect_file {
        let users = users_in(file)?;
        if users.is_empty() {
            return Err(Failure::usage(format!(
                "no user is named in {}",
                file.display()
            )));
        }
        for user in users {
            protected.push(user.selector());
            // If one of the two is out of date, the other one still protects the user.
            protected.extend(user.expect_email.map(Selector::Email));
        }
    }
    Ok(protected)
}

fn users_in(file: &Path) -> Result<Vec<NamedUser>, Failure> {
    let name = file.display().to_string();
    let content = fs::read(file)
        .map_err(|error| Failure::usage(format!("{name} cannot be read: {error}")))?;
    user_list::parse(&name, &content)
}
