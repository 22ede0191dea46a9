//! The plan, shown to whoever has to say yes to it.

use super::{
    context::Context,
    json,
    question::{Answer, Person},
    result::Ended,
    text,
    verb::Verb,
};
use crate::cli::{failure::Failure, output::Output};

/// Shows a plan, on standard error: it must not be mistaken for a result.
pub(super) fn show(context: &Context, plan: &Ended, output: &Output) {
    if output.is_json() {
        for one in &plan.targets {
            eprintln!("{}", json::one(one));
        }
        eprintln!("{}", json::summary(context, plan));
        return;
    }
    eprintln!("{}", text::rows(plan));
    for error in text::errors(context, plan) {
        eprintln!("{error}");
    }
    eprintln!("{}", text::summary(plan));
}

/// Asks, and fails unless the answer is yes.
pub(super) fn ask(person: &mut Person, verb: Verb, changes: usize) -> Result<(), Failure> {
    let users = if changes == 1 { "user" } else { "users" };
    let question = format!("{} {changes} {users}? [y/N] ", verb.question());
    match person.ask(&question)? {
        Answer::Yes => Ok(()),
        Answer::No => Err(Failure::Other(
            "not confirmed; nothing was changed".to_owned(),
        )),
        Answer::None => Err(Failure::Other(
            "not confirmed, because the input ended without an answer; nothing was changed\n  mend: --yes changes without asking"
                .to_owned(),
        )),
    }
}
