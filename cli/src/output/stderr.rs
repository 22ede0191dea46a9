//! Standard error, which may be closed: nothing ends because a remark cannot be read.

use std::{
    fmt::Display,
    io::{self, Write},
};

/// Says a line.
pub(crate) fn say(line: impl Display) {
    writeln!(io::stderr(), "{line}").ok();
}

/// Says what a line begins with, or what takes the place of one.
pub(crate) fn say_part(text: impl Display) {
    write!(io::stderr(), "{text}").ok();
}
