//! Undoing what a report says was done: exactly that, and nothing that is not known.

use std::path::Path;

use serde_json::json;

use super::{report, verb::Verb, who::Who};
use crate::cli::{
    failure::Failure,
    json::state_name,
    output::{Output, printable},
};

/// Reads whom the call of a report changed, each once, and whether some of them have to be left out: those whom the call
/// changed without knowing what they were before.
pub(super) fn named(
    path: &Path,
    verb: Verb,
    account_id: &str,
    output: &Output,
) -> Result<(Vec<Who>, bool), Failure> {
    let report = report::read(path, verb.opposite(), account_id)?;
    // What this call makes of them must be what they were.
    let state = verb.state();
    let mut named: Vec<Who> = Vec::new();
    let mut left_out: Vec<String> = Vec::new();
    for target in report.targets.into_iter().filter(|one| one.is_changed()) {
        let id = target.user.map_or(target.who, |user| user.id);
        let is_known = target.before.as_deref() == Some(state_name(&state));
        match Who::parse(&id).filter(|who| is_known && !who.is_email()) {
            Some(who) if named.contains(&who) => {}
            Some(who) => named.push(who),
            None if left_out.contains(&id) => {}
            None => left_out.push(id),
        }
    }
    if !left_out.is_empty() {
        tell_left_out(&left_out, verb, output);
    }
    if named.is_empty() {
        let why = if report.dry_run {
            "the report is of a dry run, which changed nothing: there is nothing to undo"
        } else {
            "there is nobody whom the report lets be undone"
        };
        output.remark(why, &json!({ "nothing_to_undo": why }));
    }
    Ok((named, !left_out.is_empty()))
}

fn tell_left_out(left_out: &[String], verb: Verb, output: &Output) {
    let ids: Vec<_> = left_out.iter().map(|id| printable(id)).collect();
    let text = format!(
        "{} of the report left out, because nobody knows what they were before it\n  mend: for those who had been {}, op-users {} {}",
        ids.len(),
        state_name(&verb.state()),
        verb.name(),
        ids.join(" "),
    );
    output.remark(&text, &json!({ "left_out": left_out }));
}
