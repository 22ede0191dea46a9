//! Lines on standard error. Errors of writing are ignored: a closed standard error must not end a command.

use std::{
    fmt::Display,
    io::{self, Write},
};

/// Writes a line.
pub(crate) fn print_line(line: impl Display) {
    writeln!(io::stderr(), "{line}").ok();
}

/// Writes a text without a line break.
pub(crate) fn print(text: impl Display) {
    write!(io::stderr(), "{text}").ok();
}
