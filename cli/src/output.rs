//! Where results and failures are written: tables and sentences, or JSON, an object a line.

pub(crate) mod json;
pub(crate) mod stderr;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use comfy_table::{ContentArrangement, Table, presets};
use host::{Effect, Error, Finding, User};
use serde_json::{Value, json};

use self::json::{state_name, verdict_name};
use super::failure::{Failure, code_name, mend};

/// The output of one command.
pub(crate) struct Output {
    json: bool,
}

impl Output {
    pub fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether a program reads it.
    pub fn is_json(&self) -> bool {
        self.json
    }

    /// Users, as a table or a line each.
    pub fn users(&mut self, users: &[User]) -> io::Result<()> {
        if self.json {
            return self.objects(users.iter().map(json::user));
        }
        let mut table = table(["ID", "E-MAIL", "NAME", "STATE", "SINCE"]);
        for user in users {
            table.add_row(
                [
                    &user.id,
                    &user.email,
                    &user.display_name,
                    state_name(&user.state),
                    &user.create_time,
                ]
                .map(printable),
            );
        }
        self.line(&table.trim_fmt())
    }

    /// What a check found, as a table or a line each.
    pub fn findings(&mut self, findings: &[Finding]) -> io::Result<()> {
        if self.json {
            return self.objects(findings.iter().map(json::finding));
        }
        let mut table = table(["CHECK", "VERDICT", "DETAIL"]);
        for finding in findings {
            table.add_row(
                [
                    &finding.check,
                    verdict_name(finding.verdict),
                    &finding.detail,
                ]
                .map(printable),
            );
        }
        self.line(&table.trim_fmt())
    }

    /// One object for a program.
    pub fn object(&mut self, object: &Value) -> io::Result<()> {
        self.line(&object.to_string())
    }

    /// Objects for a program, a line each.
    pub fn objects(&mut self, objects: impl Iterator<Item = Value>) -> io::Result<()> {
        let mut out = io::stdout().lock();
        for object in objects {
            writeln!(out, "{object}")?;
        }
        out.flush()
    }

    /// A line for a person.
    pub fn line(&mut self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        writeln!(out, "{text}")?;
        out.flush()
    }

    /// A remark beside the result, on standard error.
    pub fn remark(&self, text: &str, object: &Value) {
        if self.json {
            stderr::say(object);
        } else {
            stderr::say(text);
        }
    }

    /// Tells of a failure on standard error, and gives the exit status.
    pub fn failure(&mut self, failure: &Failure) -> ExitCode {
        match failure {
            Failure::Call(error) => {
                self.remark(&call_failed(error), &json!({ "error": json::error(error) }));
            }
            Failure::Component(why) => {
                let message = format!("the component could not be run: {why}");
                self.other("component-failed", &message);
            }
            Failure::Other(message) => self.other("failed", message),
            // Whoever closed the pipe has what they wanted.
            Failure::Unread(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                return ExitCode::SUCCESS;
            }
            Failure::Unread(error) => {
                self.other(
                    "failed",
                    &format!("the output could not be written: {error}"),
                );
            }
            Failure::Usage(message) => {
                self.other("usage", message);
                return ExitCode::from(2);
            }
            Failure::Told(status) => return ExitCode::from(*status),
        }
        ExitCode::FAILURE
    }

    fn other(&mut self, code: &str, message: &str) {
        self.remark(
            &format!("error: {message}"),
            &json!({ "error": { "code": code, "message": message } }),
        );
    }
}

/// An error of the contract, for a person.
pub(crate) fn call_failed(error: &Error) -> String {
    let effect = match error.effect {
        Effect::NotApplied => "nothing was changed",
        Effect::PossiblyApplied => "the change may have been made",
    };
    let requests = match error.requests {
        1 => "1 request".to_owned(),
        requests => format!("{requests} requests"),
    };
    let wait = error.retry_after_ms.map_or_else(String::new, |wait| {
        format!("; the server asks to wait {} s", wait.div_ceil(1000))
    });
    format!(
        "error[{}]: {}\n  hint: {}\n  ({effect}, {requests} sent{wait})",
        code_name(error.code),
        printable(&error.message),
        mend(error),
    )
}

/// A table under this head.
pub(crate) fn table<const N: usize>(head: [&str; N]) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(head);
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    table
}

/// Text of the server, without what could command a terminal.
pub(crate) fn printable(text: &str) -> String {
    text.chars()
        .map(|letter| {
            if letter.is_control() {
                '\u{fffd}'
            } else {
                letter
            }
        })
        .collect()
}
