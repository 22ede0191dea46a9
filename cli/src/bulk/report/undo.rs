//! Undoing what a report says was done: exactly that, and nothing that is not known.

use std::path::Path;

use serde_json::json;

use super::{
    super::{change::Verb, input::Who},
    Target,
};
use crate::{
    failure::Failure,
    output::{Output, json::state_name, printable},
};

/// Reads whom the call of a report changed or may have changed, each once, and whether some of them have to be left out: those
/// whom this call could not make what they were.
pub(in super::super) fn named(
    path: &Path,
    verb: Verb,
    account_id: &str,
    output: &Output,
) -> Result<(Vec<Who>, bool), Failure> {
    let report = super::read(path, verb.opposite(), account_id)?;
    // What this call makes of them must be what they were.
    let state = verb.state();
    let mut named: Vec<Who> = Vec::new();
    let (mut unknown, mut others, mut unreadable) = (Vec::new(), Vec::new(), Vec::new());
    for target in report.targets.into_iter().filter(Target::may_be_changed) {
        let id = target.user.map_or(target.who, |user| user.id);
        let who = Who::parse(&id).filter(|who| !who.is_email());
        match (who, target.before.as_deref()) {
            (None, _) => add(&mut unreadable, id),
            (Some(who), Some(before)) if before == state_name(&state) => add(&mut named, who),
            (Some(_), Some(_)) => add(&mut others, id),
            (Some(_), None) => add(&mut unknown, id),
        }
    }
    // Of several targets that are the same user, one may tell more than another.
    unknown.retain(|id| named.iter().all(|who| who.text != *id));
    tell_left_out(&unknown, &others, &unreadable, verb, output);
    let is_some_left_out = ![&unknown, &others, &unreadable]
        .iter()
        .all(|ids| ids.is_empty());
    if named.is_empty() {
        let why = if report.dry_run {
            "the report is of a dry run, which changed nothing: there is nothing to undo"
        } else {
            "there is nobody whom the report lets be undone"
        };
        output.remark(why, &json!({ "nothing_to_undo": why }));
    }
    Ok((named, is_some_left_out))
}

/// Adds what is not there yet.
fn add<T: PartialEq>(to: &mut Vec<T>, one: T) {
    if !to.contains(&one) {
        to.push(one);
    }
}

fn tell_left_out(
    unknown: &[String],
    others: &[String],
    unreadable: &[String],
    verb: Verb,
    output: &Output,
) {
    let state = verb.state();
    let state = state_name(&state);
    let unknown_why = "because nobody knows what they were before it".to_owned();
    let mend = format!("for those who had been {state}, op-users {}", verb.name());
    let others_why = format!("because they were not {state} before it");
    let unreadable_why = "because it has no id for them".to_owned();
    for (ids, why, mend) in [
        (unknown, unknown_why, mend.as_str()),
        (others, others_why, "see what state they should be in:"),
        (unreadable, unreadable_why, "find the users, and name them:"),
    ] {
        if ids.is_empty() {
            continue;
        }
        let shown: Vec<_> = ids.iter().map(|id| printable(id)).collect();
        let text = format!(
            "{} of the report left out, {why}\n  hint: {mend} {}",
            ids.len(),
            shown.join(" "),
        );
        output.remark(&text, &json!({ "left_out": ids, "why": why }));
    }
}
