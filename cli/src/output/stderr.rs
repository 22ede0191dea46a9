//! Lines on standard error. Errors of writing are ignored: a closed standard error must not end a command.

use std::{
    fmt::Display,
    io::{self, Write},
};

use serde_json::Value;

use super::{json, printable::printable_lines};

/// Writes a line, or several. Letters that could control a terminal are escaped.
pub(crate) fn print_line(line: impl Display) {
    writeln!(io::stderr(), "{}", printable_lines(&line.to_string())).ok();
}

/// Writes an object on one line.
pub(crate) fn print_object(object: &Value) {
    writeln!(io::stderr(), "{}", json::text(object)).ok();
}

/// Writes a text without a line break. Letters that could control a terminal are escaped.
pub(crate) fn print(text: impl Display) {
    write!(io::stderr(), "{}", printable_lines(&text.to_string())).ok();
}

/// Writes a text that the next output overwrites.
pub(crate) fn print_transient(text: impl Display) {
    write!(io::stderr(), "\r{}\r", printable_lines(&text.to_string())).ok();
}
