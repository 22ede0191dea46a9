//! Output of a command: tables and sentences for people, or JSON with one object per line.

mod csv;
mod hint;
pub(crate) mod json;
pub(crate) mod printable;
pub(crate) mod setting_names;
pub(crate) mod spinner;
pub(crate) mod stderr;
pub(crate) mod table;
pub(crate) mod terminal;
pub(crate) mod text;
pub(crate) mod tone;
pub(crate) mod users;

use std::io::{self, Write};

use host::{ErrorCode, Finding, User};
use serde_json::{Value, json};

use self::{
    printable::{printable, printable_lines},
    table::{Cell, Column, TextTable},
    terminal::Surface,
    text::call_error,
    users::UserWriter,
};
use crate::failure::{CommandResult, Failure, Problem, STATUS_LATER, STATUS_USAGE};

/// Output of one command.
pub(crate) struct Output {
    is_json: bool,
    destination: Destination,
}

/// Destination of the results.
enum Destination {
    StandardOutput,
    /// Standard error, because a report or an audit is written to standard output.
    StandardError,
    /// Nowhere: the reader of standard output closed the pipe, and has read enough.
    Closed,
    /// Nowhere: standard output could not be written.
    Failed(io::Error),
}

impl Output {
    pub(crate) fn new(is_json: bool) -> Self {
        Self {
            is_json,
            destination: Destination::StandardOutput,
        }
    }

    /// Returns true if the output is JSON.
    pub(crate) fn is_json(&self) -> bool {
        self.is_json
    }

    /// Writes results to standard error from now on, and leaves standard output to a report or an audit.
    pub(crate) fn use_standard_error(&mut self) {
        self.destination = Destination::StandardError;
    }

    /// True if everything so far was written.
    pub(crate) fn is_open(&self) -> bool {
        matches!(
            self.destination,
            Destination::StandardOutput | Destination::StandardError
        )
    }

    /// Writes users: a table, or one object per line.
    pub(crate) fn users(&mut self, users: &[User]) {
        self.more_users(&mut UserWriter::new(self.is_json), users);
    }

    /// Writes users below those that the writer has written.
    pub(crate) fn more_users(&mut self, writer: &mut UserWriter, users: &[User]) {
        let lines = writer.lines(users, self.surface());
        // Every text from outside in it is escaped already, and the colours are its own.
        self.bytes(lines.as_bytes());
    }

    /// Writes the results of checks: a table, or one object per line.
    pub(crate) fn findings(&mut self, findings: &[Finding]) {
        if self.is_json {
            return self.objects(findings.iter().map(json::finding));
        }
        let mut table = TextTable::new([
            Column::whole("CHECK"),
            Column::whole("VERDICT"),
            Column::wrapped("DETAIL"),
        ]);
        for finding in findings {
            table.add_row([
                Cell::new(&finding.check),
                Cell::with_tone(finding.verdict.name(), &finding.verdict),
                Cell::new(&finding.detail),
            ]);
        }
        self.table(&mut table);
        for finding in findings {
            if let Some(advice) = setting_names::advice(&finding.detail) {
                stderr::print_line(format_args!("hint: {advice}"));
            }
        }
    }

    /// Writes the rows of a table that were added since the last time.
    pub(crate) fn table<const N: usize>(&mut self, table: &mut TextTable<N>) {
        let text = table.take_text(self.surface());
        // Every text in it is escaped already, and the colours are its own.
        self.bytes(format!("{text}\n").as_bytes());
    }

    /// Abilities of the destination.
    fn surface(&self) -> Surface {
        match self.destination {
            Destination::StandardError => Surface::stderr(),
            _ => Surface::stdout(),
        }
    }

    /// Writes an object.
    pub(crate) fn object(&mut self, object: &Value) {
        self.bytes(format!("{}\n", json::text(object)).as_bytes());
    }

    /// Writes objects, one per line.
    pub(crate) fn objects(&mut self, objects: impl Iterator<Item = Value>) {
        self.bytes(json::lines(objects).as_bytes());
    }

    /// Writes a line of text, or several. Letters that could control a terminal are escaped.
    pub(crate) fn line(&mut self, text: &str) {
        self.bytes(format!("{}\n", printable_lines(text)).as_bytes());
    }

    /// Writes bytes as they are. A failure ends the output, and not the command: [`Output::finish`] tells it.
    pub(crate) fn bytes(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        match self.destination {
            Destination::StandardOutput => {
                let mut out = io::stdout().lock();
                if let Err(error) = out.write_all(bytes).and_then(|()| out.flush()) {
                    self.destination = match error.kind() {
                        io::ErrorKind::BrokenPipe => Destination::Closed,
                        _ => Destination::Failed(error),
                    };
                }
            }
            Destination::StandardError => {
                io::stderr().write_all(bytes).ok();
            }
            Destination::Closed | Destination::Failed(_) => {}
        }
    }

    /// Writes a remark to standard error: the text, or the object.
    pub(crate) fn remark(&self, text: &str, object: &Value) {
        if self.is_json {
            stderr::print_object(object);
        } else {
            stderr::print_message(text);
        }
    }

    /// Writes a warning to standard error.
    pub(crate) fn warning(&self, warning: &str) {
        self.remark(
            &format!("warning: {}", printable(warning)),
            &json!({ "warning": warning }),
        );
    }

    /// Reports the failure of a command and of its output on standard error. Returns the exit status, which a closed pipe does
    /// not change.
    pub(crate) fn finish(self, result: CommandResult) -> u8 {
        let status = match &result {
            Ok(()) => 0,
            Err(failure) => self.failure(failure),
        };
        if let Destination::Failed(error) = &self.destination {
            let message = format!("the output could not be written: {error}");
            self.message("failed", &message, None);
            // Output that is lost does not come later.
            return if matches!(status, 0 | STATUS_LATER) {
                1
            } else {
                status
            };
        }
        status
    }

    /// Reports a failure on standard error, and returns the exit status.
    pub(crate) fn failure(&self, failure: &Failure) -> u8 {
        match failure {
            Failure::Call(error) => {
                self.remark(&call_error(error), &json!({ "error": json::error(error) }));
                if error.code == ErrorCode::NotConfigured && error.requests == 0 {
                    return STATUS_USAGE;
                }
                if error.retryable {
                    return STATUS_LATER;
                }
            }
            Failure::Component(cause) => {
                let message = format!("the component could not be run: {cause}");
                // On several lines: a trap has a backtrace, and nothing in it is from outside.
                let object = json!({ "error": { "code": "component-failed", "message": message, "hint": null } });
                self.remark(&format!("error: {message}"), &object);
            }
            Failure::Other(problem) => self.problem("failed", problem),
            Failure::Usage(problem) => {
                self.problem("usage", problem);
                return STATUS_USAGE;
            }
            Failure::Reported(status) => return *status,
        }
        1
    }

    fn problem(&self, code: &str, problem: &Problem) {
        let advice = setting_names::advice(&problem.message);
        let hints = [problem.hint.map(str::to_owned), advice];
        let hints: Vec<_> = hints.into_iter().flatten().collect();
        let hint = (!hints.is_empty()).then(|| hints.join("; "));
        self.message(code, &problem.message, hint.as_deref());
    }

    fn message(&self, code: &str, message: &str, hint: Option<&str>) {
        let hint_line = hint.map_or_else(String::new, |hint| format!("\n  hint: {hint}"));
        self.remark(
            &format!("error: {}{hint_line}", printable(message)),
            &json!({ "error": { "code": code, "message": message, "hint": hint } }),
        );
    }
}
