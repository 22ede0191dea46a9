//! What a person is told of a change to many users: a table, a line that sums it up, and each error once.

use host::{Error, Outcome};

use super::{
    context::Context,
    result::{Ended, One, outcome_name},
};
use crate::{
    failure::{code_name, mend},
    output::{json::state_name, printable, table},
};

/// How many of those who share an error are named.
const MOST_NAMED: usize = 5;

/// Everybody, and what became of them.
pub(super) fn rows(result: &Ended) -> String {
    let mut table = table(["WHO", "OUTCOME", "E-MAIL", "BEFORE", "ERROR"]);
    for one in &result.targets {
        table.add_row(
            [
                one.who.text.as_str(),
                outcome_name(&one.report.outcome),
                one.user().map_or("", |user| &user.email),
                one.report.previous_state.as_ref().map_or("", state_name),
                one.error().map_or("", |error| code_name(error.code)),
            ]
            .map(printable),
        );
    }
    table.trim_fmt()
}

/// The line that sums it up.
pub(super) fn summary(result: &Ended) -> String {
    let mut words = Vec::new();
    let counts = [
        (
            result.count_users(|outcome| *outcome == Outcome::WouldChange),
            "would change",
        ),
        (
            result.count_users(|outcome| *outcome == Outcome::Changed),
            "changed",
        ),
        (
            result.count_users(|outcome| *outcome == Outcome::Unchanged),
            "unchanged",
        ),
        (
            result.count_users(|outcome| matches!(outcome, Outcome::Failed(_))),
            "failed",
        ),
        (
            result.count_users(|outcome| *outcome == Outcome::Skipped),
            "skipped",
        ),
    ];
    for (count, what) in counts {
        if count > 0 {
            words.push(format!("{count} {what}"));
        }
    }
    let requests = match result.requests {
        1 => "1 request".to_owned(),
        requests => format!("{requests} requests"),
    };
    let nothing = if result.is_dry_run || result.refused.is_some() {
        "; nothing was changed"
    } else {
        ""
    };
    format!("{} ({requests} sent){nothing}", words.join(", "))
}

/// Each error once, with whom it is about and what to do.
pub(super) fn errors(context: &Context, result: &Ended) -> Vec<String> {
    let mut told: Vec<(&Error, Vec<&str>)> = Vec::new();
    for (one, error) in result.targets.iter().filter_map(failed) {
        let same = |(known, _): &&mut (&Error, Vec<&str>)| {
            known.code == error.code
                && known.message == error.message
                && known.effect == error.effect
        };
        match told.iter_mut().find(same) {
            Some((_, named)) => named.push(&one.who.text),
            None => told.push((error, vec![&one.who.text])),
        }
    }
    let mut errors: Vec<_> = told.iter().map(|(error, named)| of(error, named)).collect();
    if let Some(error) = &result.refused {
        errors.push(of(error, &[]));
    }
    if let Some(why) = &result.audit_error {
        errors.push(format!(
            "error: an audit line could not be written: {why}; from then on nothing more was changed\n  hint: make room for the audit file, then repeat the command"
        ));
    }
    let skipped = result.count_users(|outcome| *outcome == Outcome::Skipped);
    if result.is_interrupted && skipped == 0 {
        errors.push("interrupted, when everybody had been tried".to_owned());
    } else if result.is_interrupted {
        errors.push(format!(
            "interrupted: those who are skipped were not touched\n  hint: repeat the command to {} them",
            context.verb.name()
        ));
    }
    errors
}

fn failed(one: &One) -> Option<(&One, &Error)> {
    Some((one, one.error()?))
}

fn of(error: &Error, named: &[&str]) -> String {
    let mut text = format!(
        "error[{}]: {}",
        code_name(error.code),
        printable(&error.message)
    );
    if !named.is_empty() {
        let first: Vec<_> = named
            .iter()
            .take(MOST_NAMED)
            .map(|who| printable(who))
            .collect();
        text.push_str(&format!("\n  for: {}", first.join(", ")));
        if named.len() > MOST_NAMED {
            text.push_str(&format!(", and {} more", named.len() - MOST_NAMED));
        }
    }
    text.push_str(&format!("\n  hint: {}", mend(error)));
    text
}
