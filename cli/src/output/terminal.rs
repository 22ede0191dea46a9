//! Abilities of the streams for people: colours, and the width of a terminal.

use std::{
    env,
    io::{self, IsTerminal, Stderr, Stdout},
};

use anstream::{AutoStream, ColorChoice};
use terminal_size::{Width, terminal_size_of};

/// Variable with the preferred width of a terminal in columns (POSIX, Base Definitions, section 8.3).
const COLUMNS: &str = "COLUMNS";

/// Abilities of a stream.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Surface {
    /// Width in columns. None if the stream is no terminal, or does not tell its width: lines are not wrapped then.
    pub(crate) width: Option<u16>,
    /// True if colours are to be used.
    pub(crate) has_color: bool,
}

impl Surface {
    /// Abilities of standard output.
    pub(crate) fn stdout() -> Self {
        let stream = io::stdout();
        Self {
            width: width(&stream, |stream: &Stdout| terminal_size_of(stream)),
            has_color: AutoStream::choice(&stream) != ColorChoice::Never,
        }
    }

    /// Abilities of standard error.
    pub(crate) fn stderr() -> Self {
        let stream = io::stderr();
        Self {
            width: width(&stream, |stream: &Stderr| terminal_size_of(stream)),
            has_color: AutoStream::choice(&stream) != ColorChoice::Never,
        }
    }
}

/// Decides about colours for the whole process: by the streams and the environment (`NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE`,
/// `TERM`) if automatic.
pub(crate) fn choose_colors(choice: ColorChoice) {
    choice.write_global();
    // The decision is made here, and not once more by the library that writes the colours of tables.
    crossterm::style::force_color_output(true);
}

/// Width of a stream that is a terminal.
fn width<S: IsTerminal>(
    stream: &S,
    size: impl FnOnce(&S) -> Option<(Width, terminal_size::Height)>,
) -> Option<u16> {
    if !stream.is_terminal() {
        return None;
    }
    let preferred = env::var(COLUMNS)
        .ok()
        .and_then(|columns| columns.parse().ok());
    let width = preferred.or_else(|| size(stream).map(|(Width(width), _)| width));
    width.filter(|width| *width > 0)
}
