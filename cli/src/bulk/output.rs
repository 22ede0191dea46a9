//! Output of a bulk change: a table, a summary and each error once for people; objects for programs.

use std::collections::HashMap;

use host::Error;
use onepassword_users_audit::OutcomeClass;
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

/// Word for a user who does not exist, if that is no failure.
const MISSING: &str = "missing";
/// Maximum number of users named for one error.
const MAX_NAMED: usize = 5;

/// Writes the result.
pub(super) fn print(change: &ChangeDescription, result: &BulkResult, output: &mut Output) {
    if output.is_json() {
        output.object(&summary_object(change, result));
        return output.objects(result.targets.iter().map(target_object));
    }
    output.line(&summary_line(result));
    if !result.targets.is_empty() {
        output.table(&mut target_table(result));
    }
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
    let mut summary = json!({
        "operation": change.action.bulk_name(),
        "correlation_id": change.correlation_id,
        "dry_run": result.is_dry_run,
        "interrupted": result.is_interrupted,
        "audit_error": result.audit_error,
        "refused": result.refused.as_ref().map(error),
        "warnings": result.warnings,
        "requests": result.requests,
    });
    if let (Value::Object(summary), Value::Object(counts)) = (&mut summary, counts(result)) {
        summary.extend(counts);
    }
    json!({ "summary": summary })
}

/// Number of targets per class, and of those who are missing and may be, as an object.
pub(super) fn counts(result: &BulkResult) -> Value {
    let mut counts = json!(result.summary());
    if let Value::Object(counts) = &mut counts {
        counts.insert("missing".to_owned(), json!(result.missing()));
    }
    counts
}

/// Table of the targets and their outcomes.
pub(super) fn target_table(result: &BulkResult) -> TextTable<6> {
    let mut table = TextTable::new([
        Column::wrapped("WHO"),
        Column::whole("OUTCOME"),
        Column::wrapped("NAME"),
        Column::wrapped("E-MAIL"),
        Column::whole("PREVIOUS"),
        Column::whole("ERROR"),
    ]);
    for target in &result.targets {
        let outcome = if result.is_accepted_missing(target) {
            Cell::with_tone(MISSING, OutcomeClass::Unchanged)
        } else {
            let class = target.class();
            Cell::with_tone(class.word(), class)
        };
        let previous = match &target.report.previous_state {
            Some(state) => Cell::with_tone(state.name(), state),
            None => Cell::new(""),
        };
        table.add_row([
            Cell::new(&target.named.text),
            outcome,
            Cell::new(target.user().map_or("", |user| &user.display_name)),
            Cell::new(target.user().map_or("", |user| &user.email)),
            previous,
            Cell::new(target.error().map_or("", |error| error.code.name())),
        ]);
    }
    table
}

/// Number of users per outcome, and of requests, in one line.
pub(super) fn summary_line(result: &BulkResult) -> String {
    let classes = OutcomeClass::ALL.iter();
    let counts = classes.map(|class| (result.count_class(*class), class.word()));
    let missing = result.count_users(|target| result.is_accepted_missing(target));
    let mut parts: Vec<_> = counts
        .chain([(missing, MISSING)])
        .filter(|(count, _)| *count > 0)
        .map(|(count, outcome)| format!("{count} {}", outcome.replace('-', " ")))
        .collect();
    if parts.is_empty() {
        parts.push("no user is named".to_owned());
    }
    let nothing_changed =
        if result.is_dry_run || result.refused.is_some() || result.targets.is_empty() {
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
    let mut groups: Vec<(&Error, Vec<&TargetResult>)> = Vec::new();
    let mut indexes = HashMap::new();
    for target in &result.targets {
        let Some(error) = target.error() else {
            continue;
        };
        if result.is_accepted_missing(target) {
            continue;
        }
        let key = (error.code.name(), &error.message, error.effect.name());
        let index = *indexes.entry(key).or_insert(groups.len());
        match groups.get_mut(index) {
            Some((_, targets)) => targets.push(target),
            None => groups.push((error, vec![target])),
        }
    }
    let warnings = result.warnings.iter();
    let warnings = warnings.map(|warning| format!("warning: {}", printable(warning)));
    let groups = groups.iter();
    let errors = groups.map(|(error, targets)| error_text(error, targets));
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
    let skipped = result.count_class(OutcomeClass::Skipped);
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

fn error_text(error: &Error, targets: &[&TargetResult]) -> String {
    let mut text = error_line(error);
    if !targets.is_empty() {
        let first = targets.iter().take(MAX_NAMED);
        let first: Vec<_> = first.map(|target| name(target)).collect();
        text.push_str(&format!("\n  for: {}", first.join(", ")));
        if targets.len() > MAX_NAMED {
            text.push_str(&format!(", and {} more", targets.len() - MAX_NAMED));
        }
    }
    text.push_str(&hint_line(error));
    text
}

/// A target as it was named. With the address that the user has, if another one was expected.
fn name(target: &TargetResult) -> String {
    let name = printable(&target.named.text);
    match target.other_email() {
        Some(email) => format!("{name} (who has the address {})", printable(email)),
        None => name,
    }
}
