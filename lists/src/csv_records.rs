//! Records of CSV, as strict as RFC 4180: the crate `csv` reads on where a quote is never closed or stands inside of a field.

use crate::{encoding::lines, list_error::ListError, name::has_id_form};

/// One record.
#[derive(Debug)]
pub(crate) struct CsvRecord {
    /// Line in which the record begins, from 1.
    pub(crate) line: usize,
    /// Fields, without quotes.
    pub(crate) fields: Vec<String>,
    /// True if no field has a quote or a character other than a space or tab.
    pub(crate) is_blank: bool,
    /// True if a field has line breaks.
    pub(crate) has_line_breaks: bool,
}

/// Records of a text, from a position on.
pub(crate) struct CsvRecords<'t> {
    rest: &'t str,
    line: usize,
    separator: char,
}

impl<'t> CsvRecords<'t> {
    /// Reads the records of a text that begins in this line of the file.
    pub(crate) fn new(text: &'t str, line: usize, separator: char) -> Self {
        Self {
            rest: text,
            line,
            separator,
        }
    }

    /// Takes the next character, with CRLF and CR as a line feed.
    fn take(&mut self) -> Option<char> {
        let mut letters = self.rest.chars();
        let mut letter = letters.next()?;
        self.rest = letters.as_str();
        if letter == '\r' {
            self.rest = self.rest.strip_prefix('\n').unwrap_or(self.rest);
            letter = '\n';
        }
        if letter == '\n' {
            self.line += 1;
        }
        Some(letter)
    }

    /// Reads a field after its opening quote, and the character after the closing one.
    fn quoted_field(&mut self, field: &mut String) -> Result<Option<char>, ListError> {
        let opened = self.line;
        loop {
            match self.take() {
                None => {
                    return Err(ListError::at(
                        opened,
                        "a quote is opened here and never closed",
                    ));
                }
                Some('"') if self.rest.starts_with('"') => {
                    self.take();
                    field.push('"');
                }
                Some('"') => break,
                Some(letter) => field.push(letter),
            }
        }
        let closed = self.line;
        let mut field_lines = (opened..).zip(lines(field));
        if closed > opened
            && let Some((line, _)) = field_lines.find(|(_, text)| names_user(text))
        {
            return Err(ListError::at(
                opened,
                format!(
                    "a quote is opened here and closed in line {closed}, with a user in line {line}"
                ),
            )
            .with_hint("close the quote in its line, or leave the column out"));
        }
        match self.take() {
            end if end.is_none_or(|end| end == '\n' || end == self.separator) => Ok(end),
            _ => Err(ListError::at(closed, "text follows a closing quote")
                .with_hint("write a quote inside of a field twice")),
        }
    }

    fn record(&mut self) -> Result<CsvRecord, ListError> {
        let mut record = CsvRecord {
            line: self.line,
            fields: vec![],
            is_blank: true,
            has_line_breaks: false,
        };
        loop {
            let mut field = String::new();
            let line = self.line;
            let mut end = self.take();
            if end == Some('"') {
                record.is_blank = false;
                end = self.quoted_field(&mut field)?;
                record.has_line_breaks |= field.contains('\n');
            } else {
                while let Some(letter) = end.filter(|end| *end != '\n' && *end != self.separator) {
                    if letter == '"' {
                        return Err(
                            ListError::at(line, "a quote stands in the middle of a field")
                                .with_hint(
                                    "put the whole field in quotes, and write a quote twice",
                                ),
                        );
                    }
                    record.is_blank &= matches!(letter, ' ' | '\t');
                    field.push(letter);
                    end = self.take();
                }
            }
            record.fields.push(field);
            if end != Some(self.separator) {
                return Ok(record);
            }
        }
    }
}

impl Iterator for CsvRecords<'_> {
    type Item = Result<CsvRecord, ListError>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let record = self.record();
            let is_blank_line = record
                .as_ref()
                .is_ok_and(|record| record.is_blank && record.fields.len() == 1);
            if !is_blank_line {
                if record.is_err() {
                    self.rest = "";
                }
                return Some(record);
            }
        }
    }
}

/// Returns true if a line of a field may contain an address or an id, as a row that an open quote has swallowed does.
fn names_user(line: &str) -> bool {
    let is_joining = |letter: Option<char>| {
        letter.is_some_and(|letter| !letter.is_whitespace() && letter != '"')
    };
    let mut at_signs = line.match_indices('@');
    let mut words = line.split(|letter: char| !letter.is_alphanumeric());
    words.any(has_id_form)
        || at_signs.any(|(at, sign)| {
            let (before, after) = (line.get(..at), line.get(at + sign.len()..));
            is_joining(before.and_then(|text| text.chars().next_back()))
                && is_joining(after.and_then(|text| text.chars().next()))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records(text: &str) -> Vec<(usize, Vec<String>)> {
        let records = CsvRecords::new(text, 1, ',');
        let records = records.map(|record| record.expect("a record"));
        records.map(|record| (record.line, record.fields)).collect()
    }

    fn error(text: &str) -> (Option<usize>, String) {
        let mut records = CsvRecords::new(text, 1, ',');
        let error = records.find_map(Result::err).expect("an error");
        (error.line, error.cause)
    }

    #[test]
    fn records_have_lines_and_unquoted_fields() {
        let text = "a,b\r\n\r\n\"x\"\"y\",\"1\n2,3\"\r  \n,\nz";
        let expected: [(usize, &[&str]); 4] = [
            (1, &["a", "b"]),
            (3, &["x\"y", "1\n2,3"]),
            (6, &["", ""]),
            (7, &["z"]),
        ];
        for (record, expected) in records(text).iter().zip(expected) {
            assert_eq!(
                (record.0, &record.1[..]),
                (
                    expected.0,
                    &expected
                        .1
                        .iter()
                        .map(ToString::to_string)
                        .collect::<Vec<_>>()[..]
                )
            );
        }
        assert_eq!(records(text).len(), 4);
        assert_eq!(records("a,"), [(1, vec!["a".to_owned(), String::new()])]);
    }

    #[test]
    fn misplaced_quotes_are_refused_by_line() {
        for (text, line, cause) in [
            (
                "a,b\nc,\"d\ne,f\n",
                2,
                "a quote is opened here and never closed",
            ),
            ("a,b\nc,d\"\n", 2, "a quote stands in the middle of a field"),
            (
                "a,b\nc, \"d\"\n",
                2,
                "a quote stands in the middle of a field",
            ),
            ("\"a\nb\" ,c\n", 2, "text follows a closing quote"),
            (
                "a,b\nc,\"d\ne@f.g,\"\n",
                2,
                "a quote is opened here and closed in line 3, with a user in line 3",
            ),
            (
                "a,b\nc,\"d\nIR7VJHJ36JHINBFAD7V2T5MP3E,\"\n",
                2,
                "a quote is opened here and closed in line 3, with a user in line 3",
            ),
            (
                "name,email\n\"The Boss,boss@acme.example\nUma\",x@acme.example\n",
                2,
                "a quote is opened here and closed in line 3, with a user in line 2",
            ),
            (
                "email,note\nx@acme.example,\"boss@acme.example\n\"\n",
                2,
                "a quote is opened here and closed in line 3, with a user in line 2",
            ),
            (
                "email,note\nx@acme.example,\"a\n[mailto:boss@acme.example]\nb\"\n",
                2,
                "a quote is opened here and closed in line 4, with a user in line 3",
            ),
            (
                "id,note\nx,\"|IR7VJHJ36JHINBFAD7V2T5MP3E|\nb\"\n",
                2,
                "a quote is opened here and closed in line 3, with a user in line 2",
            ),
        ] {
            assert_eq!(error(text), (Some(line), cause.to_owned()), "{text:?}");
        }
    }
}
