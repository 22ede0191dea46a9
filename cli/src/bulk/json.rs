//! What a program is told of a change to many users, and what a report holds.

use host::Outcome;
use serde_json::{Value, json};

use super::{
    context::Context,
    result::{Ended, One, outcome_name},
};
use crate::output::json::{error, state_name, user};

/// A target, and what became of it.
pub(super) fn one(one: &One) -> Value {
    json!({
        "who": one.who.text,
        "outcome": outcome_name(&one.report.outcome),
        "user": one.user().map(user),
        "previous_state": one.report.previous_state.as_ref().map(state_name),
        "error": one.error().map(error),
    })
}

/// The call as a whole.
pub(super) fn summary(context: &Context, result: &Ended) -> Value {
    json!({ "summary": {
        "operation": context.verb.name(),
        "correlation_id": context.correlation_id,
        "dry_run": result.is_dry_run,
        "interrupted": result.is_interrupted,
        "audit_error": result.audit_error,
        "refused": result.refused.as_ref().map(error),
        "changed": result.count(|outcome| *outcome == Outcome::Changed),
        "unchanged": result.count(|outcome| *outcome == Outcome::Unchanged),
        "would_change": result.count(|outcome| *outcome == Outcome::WouldChange),
        "failed": result.count(|outcome| matches!(outcome, Outcome::Failed(_))),
        "skipped": result.count(|outcome| *outcome == Outcome::Skipped),
        "requests": result.requests,
    } })
}
