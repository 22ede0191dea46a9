//! Lines on standard error. Errors of writing are ignored: a closed standard error must not end a command.

use std::{
    fmt::Display,
    io::{self, Write},
};

use serde_json::Value;

use super::{json, printable::printable_lines, table::TextTable, terminal::Surface, tone::Tone};

/// Writes a line, or several. Letters that could control a terminal are escaped.
pub(crate) fn print_line(line: impl Display) {
    writeln!(io::stderr(), "{}", printable_lines(&line.to_string())).ok();
}

/// Writes a message. Letters that could control a terminal are escaped; the word before it has a colour where the terminal takes
/// it.
pub(crate) fn print_message(message: impl Display) {
    let text = with_tone(&message.to_string(), Surface::stderr());
    writeln!(io::stderr(), "{text}").ok();
}

/// Writes an object on one line.
pub(crate) fn print_object(object: &Value) {
    writeln!(io::stderr(), "{}", json::text(object)).ok();
}

/// Writes a text without a line break. Letters that could control a terminal are escaped.
pub(crate) fn print(text: impl Display) {
    write!(io::stderr(), "{}", printable_lines(&text.to_string())).ok();
}

/// Writes the rows of a table that were added since the last time.
pub(crate) fn print_table<const N: usize>(table: &mut TextTable<N>) {
    // Every text in it is escaped already, and the colours are its own.
    writeln!(io::stderr(), "{}", table.take_text(Surface::stderr())).ok();
}

/// A message with hidden letters escaped, and with a colour for `error:`, `error[CODE]:` or `warning:` at its beginning. Texts
/// from outside stand after that.
fn with_tone(message: &str, surface: Surface) -> String {
    let message = printable_lines(message);
    let tone = match () {
        () if message.starts_with("error: ") || message.starts_with("error[") => Tone::Bad,
        () if message.starts_with("warning: ") => Tone::Caution,
        () => return message,
    };
    match message.split_once(':') {
        Some((word, rest)) if surface.has_color => {
            let style = tone.style();
            format!("{style}{word}:{style:#}{rest}")
        }
        _ => message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_has_a_colour_for_its_first_word_only() {
        let surface = |has_color| Surface {
            width: None,
            has_color,
        };
        for (message, expected) in [
            ("error: a: b", "\u{1b}[1m\u{1b}[31merror:\u{1b}[0m a: b"),
            (
                "error[other]: x\n  hint: error: y",
                "\u{1b}[1m\u{1b}[31merror[other]:\u{1b}[0m x\n  hint: error: y",
            ),
            (
                "warning: \u{1b}[32mx",
                "\u{1b}[1m\u{1b}[33mwarning:\u{1b}[0m \\u{1b}[32mx",
            ),
            ("60 users read: error", "60 users read: error"),
        ] {
            assert_eq!(with_tone(message, surface(true)), expected);
            assert_eq!(with_tone(message, surface(false)), printable_lines(message));
        }
    }
}
