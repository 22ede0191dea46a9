//! The question before users are changed, and whom it can be put to.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Write},
};

use serde_json::json;

use crate::{failure::Failure, output::stderr};

/// Whoever can be asked.
pub(super) enum Person {
    /// At the other end of standard input, be that a terminal or not.
    StandardInput,
    /// At the controlling terminal, because standard input is the list.
    Terminal(File),
}

/// What they say.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Answer {
    Yes,
    No,
    /// The input ended before there was an answer.
    None,
}

impl Person {
    /// Finds whoever can be asked.
    pub fn find(is_input_taken: bool) -> Result<Self, Failure> {
        if !is_input_taken {
            return Ok(Self::StandardInput);
        }
        let terminal = if cfg!(unix) {
            File::options().read(true).write(true).open("/dev/tty").ok()
        } else {
            None
        };
        terminal.map(Self::Terminal).ok_or_else(|| {
            Failure::Usage(
                "standard input is the list, and there is no terminal to ask on; --yes changes without asking"
                    .to_owned(),
            )
        })
    }

    /// Asks, and waits for a line. On standard error, a program reads an object.
    pub fn ask(&mut self, question: &str, is_json: bool) -> io::Result<Answer> {
        match self {
            Self::StandardInput => {
                if is_json {
                    stderr::say(json!({ "question": question.trim_end() }));
                } else {
                    stderr::say_part(question);
                }
                let answer = answer(io::stdin().lock())?;
                if answer == Answer::None && !is_json {
                    stderr::say("");
                }
                Ok(answer)
            }
            Self::Terminal(terminal) => {
                terminal.write_all(question.as_bytes())?;
                answer(BufReader::new(terminal))
            }
        }
    }
}

fn answer(mut input: impl BufRead) -> io::Result<Answer> {
    let mut answer = String::new();
    if input.read_line(&mut answer)? == 0 {
        return Ok(Answer::None);
    }
    Ok(match answer.trim().to_lowercase().as_str() {
        "y" | "yes" => Answer::Yes,
        _ => Answer::No,
    })
}
