//! The confirmation before users are changed: shows the plan, asks, and reads the answer.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, IsTerminal, Write},
};

use onepassword_users::UserAction;
use serde_json::json;

use super::{
    change::ChangeDescription,
    output::{messages, summary_line, summary_object, target_object, target_table},
    result::BulkResult,
};
use crate::{
    failure::Failure,
    output::{Output, stderr},
};

/// Source of the answer.
pub(super) enum Prompt {
    /// Standard input, which is a terminal.
    StandardInput,
    /// The controlling terminal, because standard input contains the list of users.
    Terminal(File),
}

/// Answer to the question.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Answer {
    Yes,
    No,
    /// The input ended without an answer.
    EndOfInput,
}

impl Prompt {
    /// Opens the source of the answer. Fails if there is no terminal: what a pipe contains is not the answer of a person who has
    /// seen the question.
    pub(super) fn open(is_input_taken: bool) -> Result<Self, Failure> {
        if !is_input_taken {
            return if io::stdin().is_terminal() {
                Ok(Self::StandardInput)
            } else {
                Err(Failure::without_terminal())
            };
        }
        let terminal = if cfg!(unix) {
            File::options().read(true).write(true).open("/dev/tty").ok()
        } else {
            None
        };
        terminal.map(Self::Terminal).ok_or_else(|| {
            Failure::other(
                "standard input contains the list, and there is no terminal to ask on; nothing was changed",
            )
            .with_hint("--yes changes without asking")
        })
    }

    /// Asks if the planned changes are to be made. Fails unless the answer is yes.
    pub(super) fn confirm(
        &mut self,
        action: UserAction,
        changes: usize,
        output: &Output,
    ) -> Result<(), Failure> {
        let verb = match action {
            UserAction::Suspend => "Suspend",
            UserAction::Reactivate => "Reactivate",
        };
        let users = if changes == 1 { "user" } else { "users" };
        let question = format!("{verb} {changes} {users}? [y/N] ");
        let answer = self.ask(&question, output.is_json()).map_err(|error| {
            Failure::other(format!(
                "no answer to {question:?} could be read: {error}; nothing was changed"
            ))
        })?;
        match answer {
            Answer::Yes => Ok(()),
            Answer::No => Err(Failure::other("not confirmed; nothing was changed")),
            Answer::EndOfInput => Err(Failure::other(
                "not confirmed, because the input ended without an answer; nothing was changed",
            )
            .with_hint("--yes changes without asking")),
        }
    }

    /// Writes the question to standard error or the terminal, and reads one line.
    fn ask(&mut self, question: &str, is_json: bool) -> io::Result<Answer> {
        match self {
            Self::StandardInput => {
                if is_json {
                    stderr::print_object(&json!({ "question": question.trim_end() }));
                } else {
                    stderr::print(question);
                }
                let answer = read_answer(io::stdin().lock())?;
                if answer == Answer::EndOfInput && !is_json {
                    stderr::print_line("");
                }
                Ok(answer)
            }
            Self::Terminal(terminal) => {
                terminal.write_all(question.as_bytes())?;
                read_answer(BufReader::new(terminal))
            }
        }
    }
}

/// Shows a plan on standard error, apart from the result on standard output.
pub(super) fn show_plan(change: &ChangeDescription, plan: &BulkResult, output: &Output) {
    if output.is_json() {
        stderr::print_object(&summary_object(change, plan));
        for target in &plan.targets {
            stderr::print_object(&target_object(target));
        }
        return;
    }
    stderr::print_line(summary_line(plan));
    stderr::print_table(&mut target_table(plan));
    for message in messages(change, plan) {
        stderr::print_message(message);
    }
}

fn read_answer(mut input: impl BufRead) -> io::Result<Answer> {
    let mut answer = String::new();
    if input.read_line(&mut answer)? == 0 {
        return Ok(Answer::EndOfInput);
    }
    Ok(match answer.trim().to_lowercase().as_str() {
        "y" | "yes" => Answer::Yes,
        _ => Answer::No,
    })
}
