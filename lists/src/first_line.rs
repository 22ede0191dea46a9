//! The first line of a list, by which its form is decided.

use crate::{
    encoding::lines,
    list_error::{ListError, quoted},
};

/// The first line that is not blank: its number, its text without surrounding white space, and the text from it on.
pub(crate) fn first_line(text: &str, first: usize) -> Option<(usize, &str, &str)> {
    let mut start = 0;
    for (number, line) in (first..).zip(lines(text)) {
        let from_line = text.get(start..)?;
        if !line.trim().is_empty() {
            return Some((number, line.trim(), from_line));
        }
        start += first_line_length(from_line);
    }
    None
}

/// Length of the first line, with its end.
pub(crate) fn first_line_length(text: &str) -> usize {
    let line = text.find(['\r', '\n']).unwrap_or(text.len());
    let end = text.get(line..).unwrap_or_default();
    line + if end.starts_with("\r\n") {
        2
    } else {
        end.len().min(1)
    }
}

/// Separator in a line `sep=;`, which Excel reads and writes. None for other lines.
pub(crate) fn declared_separator(line: &str, number: usize) -> Result<Option<char>, ListError> {
    // The separator can be a tab, which is trimmed with the white space around the line.
    let line = line.trim_matches('"');
    let is_declaration = line
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("sep="));
    if !is_declaration {
        return Ok(None);
    }
    match line.get(4..).unwrap_or_default() {
        "," => Ok(Some(',')),
        ";" => Ok(Some(';')),
        "" | "\t" => Ok(Some('\t')),
        other => {
            let cause = format!(
                "the separator {} is none of comma, semicolon and tab",
                quoted(other)
            );
            Err(ListError::at(number, cause))
        }
    }
}

/// Returns true if a line is the name of a section in square brackets, as in INI and TOML files, and no JSON.
pub(crate) fn is_section(line: &str) -> bool {
    let inside = line
        .strip_prefix('[')
        .map(|rest| rest.split_once(']').map_or(rest, |(name, _)| name));
    inside.is_some_and(|name| {
        let name = name.trim_start_matches('[').trim();
        name.starts_with(char::is_alphabetic) && !["true", "false", "null"].contains(&name)
    })
}

/// Sign with which a line begins, if it begins a comment elsewhere and not in a list.
pub(crate) fn foreign_comment_sign(line: &str) -> Option<&'static str> {
    let signs = [";", "//", "--", "<!--", "/*", "!", "%", "'", "*"];
    signs.into_iter().find(|sign| line.starts_with(sign))
}
