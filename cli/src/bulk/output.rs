//! Output of a bulk change: a table, a summary and each error once for people; objects for programs.

use std::collections::HashMap;

use host::{Error, Outcome};
use serde_json::{Value, json};

use super::{
    change::ChangeDescription,
    result::{BulkResult, TargetResult},
};
use crate::output::{
    Output,
    json::{error, user},
    printable::printable,
    stderr,
    table::{Cell, Column, TextTable},
    text::{error_line, hint_line, request_count},
};

/// Maximum number of users named for one error.
const MAX_NAMED: usize = 5;

/// Writes the result.
pub(super) fn print(change: &ChangeDescription, result: &BulkResult, output: &mut Output) {
    if output.is_json() {
        output.objects(result.targets.iter().map(target_object));
        return output.object(&summary_object(change, result));
    }
    output.table(&mut target_table(result));
    output.line(&summary_line(result));
    for message in messages(change, result) {
        stderr::print_message(message);
    }
}

/// Result for one target, as an object. Reports contain it as well.
pub(super) fn target_object(target: &TargetResult) -> Value {
    json!({
        "who": target.named.text,
        "outcome": target.report.outcome.name(),
        "user": target.user().map(user),
        "previous_state": target.report.previous_state.as_ref().map(|state| state.name()),
        "error": target.error().map(error),
    })
}

/// Result as a whole, as an object.
pub(super) fn summary_object(change: &ChangeDescription, result: &BulkResult) -> Value {
    json!({ "summary": {
        "operation": change.action.bulk_name(),
        "correlation_id": change.correlation_id,
        "dry_run": result.is_dry_run,
        "interrupted": result.is_interrupted,
        "audit_error": result.audit_error,
        "refused": result.refused.as_ref().map(error),
        "warnings": result.warnings,
        "changed": result.count(|outcome| *outcome == Outcome::Changed),
        "unchanged": result.count(|outcome| *outcome == Outcome::Unchanged),
        "would_change": result.count(|outcome| *outcome == Outcome::WouldChange),
        "failed": result.count(|outcome| matches!(outcome, Outcome::Failed(_))),
        "skipped": result.count(|outcome| *outcome == Outcome::Skipped),
        "requests": result.requests,
    } })
}

/// Table of the targets and their outcomes.
pub(super) fn target_table(result: &BulkResult) -> TextTable<5> {
    let mut table = TextTable::new([
        Column::wrapped("WHO"),
        Column::whole("OUTCOME"),
        Column::wrapped("E-MAIL"),
        Column::whole("PREVIOUS"),
        Column::whole("ERROR"),
    ]);
    for target in &result.targets {
        let outcome = &target.report.outcome;
        let previous = match &target.report.previous_state {
            Some(state) => Cell::with_tone(state.name(), state),
            None => Cell::new(""),
        };
        table.add_row([
            Cell::new(&target.named.text),
            Cell::with_tone(outcome.name(), outcome),
            Cell::new(target.user().map_or("", |user| &user.email)),
            previous,
            Cell::new(target.error().map_or("", |error| error.code.name())),
        ]);
    }
    table
}

/// Number of users per outcome, and of requests, in one line.
pub(super) fn summary_line(result: &BulkResult) -> String {
    let mut parts = Vec::new();
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
    for (count, outcome) in counts {
        if count > 0 {
            parts.push(format!("{count} {outcome}"));
        }
    }
    let nothing_changed = if result.is_dry_run || result.refused.is_some() {
        "; nothing was changed"
    } else {
        ""
    };
    format!(
        "{} ({} sent){nothing_changed}",
        parts.join(", "),
        request_count(result.requests)
    )
}

/// Warnings, and each error once, with the users that it is about and a hint.
pub(super) fn messages(change: &ChangeDescription, result: &BulkResult) -> Vec<String> {
    let mut groups: Vec<(&Error, Vec<&str>)> = Vec::new();
    let mut indexes = HashMap::new();
    for target in &result.targets {
        let Some(error) = target.error() else {
            continue;
        };
        let key = (error.code.name(), &error.message, error.effect.name());
        let index = *indexes.entry(key).or_insert(groups.len());
        match groups.get_mut(index) {
            Some((_, named)) => named.push(&target.named.text),
            None => groups.push((error, vec![&target.named.text])),
        }
    }
    let warnings = result.warnings.iter();
    let warnings = warnings.map(|warning| format!("warning: {}", printable(warning)));
    let groups = groups.iter();
    let errors = groups.map(|(error, named)| error_text(error, named));
    let mut messages: Vec<_> = warnings.chain(errors).collect();
    if let Some(error) = &result.refused {
        messages.push(error_text(error, &[]));
    }
    if let Some(cause) = &result.audit_error {
        messages.push(format!(
            "error: an audit line could not be written: {}; nothing was changed after that\n  hint: make room for the audit file, then repeat the command",
            printable(cause)
        ));
    }
    let skipped = result.count_users(|outcome| *outcome == Outcome::Skipped);
    if result.is_interrupted && skipped == 0 {
        messages.push("interrupted after every user had been tried".to_owned());
    } else if result.is_interrupted {
        messages.push(format!(
            "interrupted: skipped users were not changed\n  hint: repeat the command to {} them",
            change.action.bulk_name()
        ));
    }
    messages
}

fn error_text(error: &Error, named: &[&str]) -> String {
    let mut text = error_line(error);
    if !named.is_empty() {
        let first: Vec<_> = named
            .iter()
            .take(MAX_NAMED)
            .map(|text| printable(text))
            .collect();
        text.push_str(&format!("\n  for: {}", first.join(", ")));
        if named.len() > MAX_NAMED {
            text.push_str(&format!(", and {} more", named.len() - MAX_NAMED));
        }
    }
    text.push_str(&hint_line(error));
    text
}
