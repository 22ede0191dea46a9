//! The plan, shown to whoever has to say yes to it.

use super::{
    change::Verb,
    context::Context,
    json, output,
    prompt::{Answer, Person},
    result::Ended,
};
use crate::{
    failure::Failure,
    output::{Output, stderr},
};

/// Shows a plan, on standard error: it must not be mistaken for a result.
pub(super) fn show(context: &Context, plan: &Ended, output: &Output) {
    if output.is_json() {
        for one in &plan.targets {
            stderr::say(json::one(one));
        }
        stderr::say(json::summary(context, plan));
        return;
    }
    stderr::say(output::rows(plan));
    for error in output::errors(context, plan) {
        stderr::say(error);
    }
    stderr::say(output::summary(plan));
}

/// Asks, and fails unless the answer is yes.
pub(super) fn ask(
    person: &mut Person,
    verb: Verb,
    changes: usize,
    output: &Output,
) -> Result<(), Failure> {
    let users = if changes == 1 { "user" } else { "users" };
    let question = format!("{} {changes} {users}? [y/N] ", verb.question());
    let answer = person.ask(&question, output.is_json());
    let answer = answer.map_err(|error| {
        Failure::Other(format!(
            "there is no answer to {question:?}: {error}; nothing was changed"
        ))
    })?;
    match answer {
        Answer::Yes => Ok(()),
        Answer::No => Err(Failure::Other(
            "not confirmed; nothing was changed".to_owned(),
        )),
        Answer::None => Err(Failure::Other(
            "not confirmed, because the input ended without an answer; nothing was changed\n  hint: --yes changes without asking"
                .to_owned(),
        )),
    }
}
