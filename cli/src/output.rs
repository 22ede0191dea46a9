//! Output of a command: tables and sentences for people, or JSON with one object per line.

mod hint;
pub(crate) mod json;
pub(crate) mod stderr;
pub(crate) mod text;

use std::{
    io::{self, Write},
    process::ExitCode,
};

use host::{Finding, User};
use serde_json::{Value, json};

use self::text::{call_error, printable, table};
use crate::failure::{Failure, Problem};

/// Output of one command.
pub(crate) struct Output {
    is_json: bool,
}

impl Output {
    pub(crate) fn new(is_json: bool) -> Self {
        Self { is_json }
    }

    /// Returns true if the output is JSON.
    pub(crate) fn is_json(&self) -> bool {
        self.is_json
    }

    /// Writes users: a table, or one object per line.
    pub(crate) fn users(&mut self, users: &[User]) -> io::Result<()> {
        if self.is_json {
            return self.objects(users.iter().map(json::user));
        }
        let mut table = table(["ID", "E-MAIL", "NAME", "STATE", "SINCE"]);
        for user in users {
            table.add_row(
                [
                    &user.id,
                    &user.email,
                    &user.display_name,
                    user.state.name(),
                    &user.create_time,
                ]
                .map(printable),
            );
        }
        self.line(&table.trim_fmt())
    }

    /// Writes the results of checks: a table, or one object per line.
    pub(crate) fn findings(&mut self, findings: &[Finding]) -> io::Result<()> {
        if self.is_json {
            return self.objects(findings.iter().map(json::finding));
        }
        let mut table = table(["CHECK", "VERDICT", "DETAIL"]);
        for finding in findings {
            table.add_row([&finding.check, finding.verdict.name(), &finding.detail].map(printable));
        }
        self.line(&table.trim_fmt())
    }

    /// Writes an object.
    pub(crate) fn object(&mut self, object: &Value) -> io::Result<()> {
        self.line(&object.to_string())
    }

    /// Writes objects, one per line.
    pub(crate) fn objects(&mut self, objects: impl Iterator<Item = Value>) -> io::Result<()> {
        let mut out = io::stdout().lock();
        for object in objects {
            writeln!(out, "{object}")?;
        }
        out.flush()
    }

    /// Writes a line of text.
    pub(crate) fn line(&mut self, text: &str) -> io::Result<()> {
        let mut out = io::stdout().lock();
        writeln!(out, "{text}")?;
        out.flush()
    }

    /// Writes a remark to standard error: the text, or the object.
    pub(crate) fn remark(&self, text: &str, object: &Value) {
        if self.is_json {
            stderr::print_line(object);
        } else {
            stderr::print_line(text);
        }
    }

    /// Reports a failure on standard error, and returns the exit status.
    pub(crate) fn failure(&mut self, failure: &Failure) -> ExitCode {
        match failure {
            Failure::Call(error) => {
                self.remark(&call_error(error), &json!({ "error": json::error(error) }));
            }
            Failure::Component(cause) => {
                self.message(
                    "component-failed",
                    &format!("the component could not be run: {cause}"),
                    None,
                );
            }
            Failure::Other(problem) => self.problem("failed", problem),
            // A reader that closes a pipe has read enough.
            Failure::Output(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                return ExitCode::SUCCESS;
            }
            Failure::Output(error) => {
                let message = format!("the output could not be written: {error}");
                self.message("failed", &message, None);
            }
            Failure::Usage(problem) => {
                self.problem("usage", problem);
                return ExitCode::from(2);
            }
            Failure::Reported(status) => return ExitCode::from(*status),
        }
        ExitCode::FAILURE
    }

    fn problem(&mut self, code: &str, problem: &Problem) {
        self.message(code, &problem.message, problem.hint);
    }

    fn message(&mut self, code: &str, message: &str, hint: Option<&str>) {
        let hint_line = hint.map_or_else(String::new, |hint| format!("\n  hint: {hint}"));
        self.remark(
            &format!("error: {message}{hint_line}"),
            &json!({ "error": { "code": code, "message": message, "hint": hint } }),
        );
    }
}
