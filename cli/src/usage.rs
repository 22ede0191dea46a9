//! Parsing of the arguments, and errors in them: text for people, or with `--json` an object like every other error.

use std::{env, ffi::OsString};

use clap::{Command, CommandFactory, FromArgMatches, ValueEnum, error::ErrorKind};
use serde_json::json;

use crate::{
    arguments::{Arguments, ColorArgument},
    output::{
        printable::printable,
        stderr,
        terminal::{Surface, choose_colors},
    },
    version,
};

/// Width of help without a terminal, in columns.
const DEFAULT_HELP_WIDTH: u16 = 80;
/// Maximum width of help, in columns: longer lines are hard to read.
const MAX_HELP_WIDTH: u16 = 120;

/// Result of parsing the arguments.
pub(crate) enum ParsedArguments {
    /// Arguments of a command.
    Run(Box<Arguments>),
    /// The version was asked for as JSON.
    Version,
    /// Help or the version was asked for.
    Help { text: String, is_json: bool },
    /// The arguments are wrong.
    Wrong(UsageError),
}

/// Wrong arguments.
pub(crate) struct UsageError {
    /// Text for people, on several lines.
    text: String,
    is_json: bool,
}

/// Parses the arguments of this process, and chooses the colours for all that is printed.
pub(crate) fn parse() -> ParsedArguments {
    let parse = |arguments: Vec<OsString>| {
        let matches = command()
            .term_width(help_width())
            .try_get_matches_from(arguments)?;
        Arguments::from_arg_matches(&matches)
    };
    let error = match parse(env::args_os().collect()) {
        Ok(arguments) => {
            choose_colors(arguments.color.into());
            return ParsedArguments::Run(Box::new(arguments));
        }
        Err(error) => error,
    };
    let arguments: Vec<String> = env::args_os()
        .map(|argument| printable(&argument.to_string_lossy()))
        .collect();
    let options = || arguments.iter().take_while(|argument| *argument != "--");
    // With a value, which it does not take, it asks for JSON all the same.
    let is_json = options().any(|option| option == "--json" || option.starts_with("--json="));
    choose_colors(color(options().map(String::as_str)).into());
    if is_json && error.kind() == ErrorKind::DisplayVersion {
        return ParsedArguments::Version;
    }
    if matches!(
        error.kind(),
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
    ) {
        let text = error.render();
        let text = if Surface::stdout().has_color {
            text.ansi().to_string()
        } else {
            text.to_string()
        };
        return ParsedArguments::Help { text, is_json };
    }
    // The message repeats arguments, which may be copied from outside.
    let arguments = arguments.into_iter().map(OsString::from).collect();
    let error = parse(arguments).err().unwrap_or(error);
    ParsedArguments::Wrong(UsageError {
        text: error.render().to_string(),
        is_json,
    })
}

/// The command line, with the version of this program.
pub(crate) fn command() -> Command {
    Arguments::command().long_version(version::long())
}

/// Width of help in columns: that of the terminal. Elsewhere, a fixed one.
fn help_width() -> usize {
    let width = Surface::stdout().width.unwrap_or(DEFAULT_HELP_WIDTH);
    usize::from(width.min(MAX_HELP_WIDTH))
}

/// Value of `--color` in options that are wrong elsewhere.
fn color<'a>(mut options: impl Iterator<Item = &'a str>) -> ColorArgument {
    let mut value = None;
    while let Some(option) = options.next() {
        if option == "--color" {
            value = options.next();
        } else if let Some(joined) = option.strip_prefix("--color=") {
            value = Some(joined);
        }
    }
    value
        .and_then(|value| ColorArgument::from_str(value, false).ok())
        .unwrap_or_default()
}

/// Reports wrong arguments on standard error.
pub(crate) fn report(error: &UsageError) {
    if !error.is_json {
        return stderr::print_message(error.text.trim_end());
    }
    let (message, hint) = message_and_hint(&error.text);
    stderr::print_object(
        &json!({ "error": { "code": "usage", "message": message, "hint": hint } }),
    );
}

/// Splits clap's text: the first paragraph is the message, a tip or else the usage is the hint.
fn message_and_hint(text: &str) -> (String, Option<String>) {
    let mut paragraphs = text.split("\n\n").map(|paragraph| {
        let lines: Vec<_> = paragraph.lines().map(str::trim).collect();
        lines.join(" ").trim().to_owned()
    });
    let first = paragraphs.next().unwrap_or_default();
    let message = first.strip_prefix("error: ").unwrap_or(&first).to_owned();
    let rest: Vec<_> = paragraphs.collect();
    let tip = rest.iter().find_map(|text| text.strip_prefix("tip: "));
    let usage = rest.iter().find(|text| text.starts_with("Usage: "));
    let hint = tip.or(usage.map(String::as_str)).map(str::to_owned);
    (message, hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_one_line_and_a_tip_comes_before_the_usage() {
        let text = "error: the following required arguments were not provided:\n  <USER>\n\nUsage: op-users get <USER>\n\nFor more information, try '--help'.\n";
        assert_eq!(
            message_and_hint(text),
            (
                "the following required arguments were not provided: <USER>".to_owned(),
                Some("Usage: op-users get <USER>".to_owned())
            )
        );
        let text = "error: unexpected argument '--jsn' found\n\n  tip: a similar argument exists: '--json'\n\nUsage: op-users [OPTIONS] [COMMAND]\n";
        assert_eq!(
            message_and_hint(text).1.as_deref(),
            Some("a similar argument exists: '--json'")
        );
    }
}
