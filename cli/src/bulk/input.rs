//! The users that the arguments name: directly, in files, or on standard input.

pub(crate) mod file_conflicts;
mod list_file;

use host::Selector;
use lists::{BlankRows, NamedColumns};

use self::list_file::{ListRules, users_in_file, users_in_standard_input};
use crate::{
    arguments::{BulkArguments, ProtectArguments},
    failure::Failure,
    named_user::NamedUser,
    output::Output,
    written_file::{DASH, is_standard_input},
};

/// Returns true if standard input contains a list of users or a report, and cannot contain an answer.
pub(super) fn is_standard_input_taken(arguments: &BulkArguments) -> bool {
    let files = arguments.file.iter().chain(&arguments.protect.protect_file);
    let mut files = files.chain(&arguments.from_report);
    arguments.users.iter().any(|user| user == DASH) || files.any(|file| is_standard_input(file))
}

/// Reads the users to change, in the order in which they are named.
pub(super) fn users(arguments: &BulkArguments, output: &Output) -> Result<Vec<NamedUser>, Failure> {
    let columns = NamedColumns {
        email: arguments.email_column.clone(),
        id: arguments.id_column.clone(),
        email_option: "--email-column",
        id_option: "--id-column",
    };
    let rules = ListRules {
        blank_rows: if arguments.skip_blank {
            BlankRows::Skip
        } else {
            BlankRows::Refuse
        },
        may_be_empty: Some(arguments.empty_ok),
    };
    let mut users = Vec::new();
    for user in &arguments.users {
        if user == DASH {
            users.extend(users_in_standard_input(&columns, rules, output)?);
        } else {
            users.push(NamedUser::of_argument(user)?);
        }
    }
    for file in &arguments.file {
        users.extend(users_in_file(file, &columns, rules, output)?);
    }
    Ok(users)
}

/// Reads the users who must not be changed.
pub(crate) fn protected(
    arguments: &ProtectArguments,
    output: &Output,
) -> Result<Vec<Selector>, Failure> {
    let columns = NamedColumns {
        email: arguments.protect_email_column.clone(),
        id: arguments.protect_id_column.clone(),
        email_option: "--protect-email-column",
        id_option: "--protect-id-column",
    };
    let mut protected = Vec::new();
    for file in &arguments.protect_file {
        // A guard that protects no one is an error, whatever the other lists may be.
        let users = users_in_file(file, &columns, ListRules::default(), output)?;
        for user in users {
            protected.push(user.selector());
            // If one of the two is out of date, the other one still protects the user.
            protected.extend(user.expect_email.map(Selector::Email));
        }
    }
    Ok(protected)
}
