//! The form of a list, decided by its first line, and its users.

use crate::{
    column_choice::NamedColumns,
    csv_records::{CsvRecord, CsvRecords},
    encoding::{decode, lines},
    first_line::{
        declared_separator, first_line, first_line_length, foreign_comment_sign, is_section,
    },
    json_objects::{self, MAX_COLUMNS},
    list_error::{ListError, quoted},
    listed_users::{BlankRows, ListedUser},
    name::{check_address, check_id, has_id_form},
    table::{Row, Table},
};

/// Separators of columns, the default first.
const SEPARATORS: [char; 3] = [',', ';', '\t'];

/// The users of a list, in its order.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct List {
    /// Users.
    pub users: Vec<ListedUser>,
    /// Remarks for people, printable.
    pub notes: Vec<String>,
}

/// Parses a list in which every row names a user.
///
/// # Errors
///
/// If anything in the list is not understood. There is no list with some lines left out.
pub fn parse(content: &[u8], named: &NamedColumns) -> Result<List, ListError> {
    parse_with(content, named, BlankRows::Refuse)
}

/// Parses a list, in which rows may be blank.
///
/// # Errors
///
/// If anything in the list is not understood.
pub fn parse_with(
    content: &[u8],
    named: &NamedColumns,
    blank_rows: BlankRows,
) -> Result<List, ListError> {
    let text = decode(content)?;
    let table = match Form::of(&text, named)? {
        Form::Empty => return Ok(List::default()),
        Form::Plain => {
            let users = plain(&text)?;
            let notes = vec![];
            return Ok(List { users, notes });
        }
        Form::Json => json_objects::table(&text)?,
        Form::Csv(csv) => csv_table(csv, named)?,
    };
    if table.rows.is_empty() && table.header.is_empty() {
        return Ok(List::default());
    }
    let (users, notes) = table.users(named, blank_rows).map_err(|error| {
        if error.hint.is_none() && error.line == Some(table.line) && is_comment_like(&table.header)
        {
            error.with_hint(COMMENT_HINT)
        } else {
            error
        }
    })?;
    Ok(List { users, notes })
}

/// Form of a list.
enum Form<'t> {
    /// It contains only white space.
    Empty,
    /// One user per line.
    Plain,
    /// A header and rows.
    Csv(CsvRecords<'t>),
    /// Objects, or an array of objects.
    Json,
}

impl<'t> Form<'t> {
    fn of(text: &'t str, named: &NamedColumns) -> Result<Self, ListError> {
        let Some((line, first, from_first)) = first_line(text, 1) else {
            return Ok(Self::Empty);
        };
        if is_section(first) {
            let cause = format!(
                "{} begins a section of a settings file, which a list does not have",
                quoted(first)
            );
            return Err(ListError::at(line, cause).with_hint(NO_SECTION_HINT));
        }
        if first.starts_with(['{', '[']) {
            return Ok(Self::Json);
        }
        let separator = declared_separator(first, line)?;
        // PowerShell's Export-Csv writes the type of its objects above the header.
        if separator.is_some() || first.starts_with("#TYPE ") {
            let after = from_first.get(first_line_length(from_first)..);
            let next = after.and_then(|after| first_line(after, line + 1));
            let Some((line, header, from_header)) = next else {
                return Err(ListError::at(line, "no header follows this line"));
            };
            let separator = match separator {
                Some(separator) => separator,
                None => found_separator(header, from_header, line, named)?,
            };
            return Ok(Self::Csv(CsvRecords::new(from_header, line, separator)));
        }
        if let Some(sign) = foreign_comment_sign(first)
            && !names_column(from_first, line, named)
        {
            let cause = format!(
                "{} names no user and no column; {} begins no comment in a list",
                quoted(first),
                quoted(sign)
            );
            return Err(ListError::at(line, cause).with_hint("begin a comment with #"));
        }
        let is_csv = named.is_any_named() || is_header(first, from_first, line, named);
        if is_csv {
            let separator = found_separator(first, from_first, line, named)?;
            return Ok(Self::Csv(CsvRecords::new(from_first, line, separator)));
        }
        Ok(Self::Plain)
    }
}

/// Returns true if the names of columns begin as a comment does.
fn is_comment_like(header: &[String]) -> bool {
    let first = header.first().map_or("", |name| name.trim());
    first.len() > 1 && (first.starts_with('#') || foreign_comment_sign(first).is_some())
}

/// Returns true if the first line contains a known or named column, with any separator.
fn names_column(from_first: &str, line: usize, named: &NamedColumns) -> bool {
    let headers = headers(from_first, line);
    let mut records = headers
        .iter()
        .filter_map(|(_, record)| record.as_ref().ok());
    records.any(|record| is_known(record, named))
}

/// Returns true if the first line is a header: it has several fields, or is the name of a known column.
fn is_header(line: &str, from_line: &str, number: usize, named: &NamedColumns) -> bool {
    let headers = headers(from_line, number);
    let mut records = headers
        .iter()
        .filter_map(|(_, record)| record.as_ref().ok());
    if line.starts_with('#') {
        return records.any(|record| record.fields.len() > 1 && is_known(record, named));
    }
    let name = without_comment(line);
    if has_id_form(name) || check_address(name).is_ok() {
        return false;
    }
    line.starts_with('"')
        || records.any(|record| record.fields.len() > 1 || is_known(record, named))
}

fn is_known(record: &CsvRecord, named: &NamedColumns) -> bool {
    named.is_in(record.fields.iter().map(String::as_str))
}

/// The first record with each separator.
fn headers(from_header: &str, line: usize) -> Vec<(char, Result<CsvRecord, ListError>)> {
    let header = |separator| CsvRecords::new(from_header, line, separator).next();
    SEPARATORS
        .into_iter()
        .filter_map(|separator| Some((separator, header(separator)?)))
        .collect()
}

/// The separator of a header: the only one in it outside of quotes, or the only one with which a column is known.
fn found_separator(
    header: &str,
    from_header: &str,
    line: usize,
    named: &NamedColumns,
) -> Result<char, ListError> {
    let headers = headers(from_header, line);
    let fields =
        |record: &Result<CsvRecord, _>| record.as_ref().map_or(0, |record| record.fields.len());
    let separating: Vec<_> = headers
        .iter()
        .filter(|(_, record)| fields(record) > 1)
        .collect();
    match separating[..] {
        [] => {
            // A quote can be misplaced with one separator only, but then this is the one in the header.
            if let Some((_, Err(error))) = headers.iter().find(|(_, record)| record.is_err()) {
                return Err(error.clone());
            }
            return Ok(',');
        }
        [(separator, _)] => return Ok(*separator),
        _ => {}
    }
    let is_known =
        |record: &Result<CsvRecord, _>| record.as_ref().is_ok_and(|record| is_known(record, named));
    let mut known = separating.iter().filter(|(_, record)| is_known(record));
    match (known.next(), known.next()) {
        (Some((separator, _)), None) => Ok(*separator),
        _ => Err(ListError::at(
            line,
            format!(
                "the separator of the header is not clear: {}",
                quoted(header)
            ),
        )
        .with_hint("write a line sep=; above it, with the separator")),
    }
}

const COUNT_HINT: &str = "quote a field that contains a separator";
const COMMENT_HINT: &str = "the first line counts as the header; if it is a comment, take it out, or leave out its separators";
const NO_SECTION_HINT: &str =
    "name one user per line, or begin the file with a header such as email,name";

/// Reads a header and its rows.
fn csv_table(mut records: CsvRecords, named: &NamedColumns) -> Result<Table, ListError> {
    let Some(header) = records.next().transpose()? else {
        return Err(ListError::at(1, "the header is missing"));
    };
    for field in &header.fields {
        let field = field.trim();
        if has_id_form(field) || check_address(field).is_ok() {
            let cause = format!("{} is a user, not the name of a column", quoted(field));
            return Err(ListError::at(header.line, cause).with_hint(
                "name one user per line, or put a header such as email,name over the columns",
            ));
        }
    }
    let mut rows = vec![];
    for record in records {
        let record = record?;
        if named.id.is_some() && record.has_line_breaks {
            let cause = format!(
                "a quoted field has line breaks, in which a row could be hidden: {} takes ids of any form",
                named.id_option
            );
            return Err(ListError::at(record.line, cause)
                .with_hint("close the quote in its line, or leave the column out"));
        }
        rows.push(record);
    }
    let columns = header.fields.len();
    // A column without a name at the end is a separator at the end of every line.
    let has_end = columns > 1
        && header
            .fields
            .last()
            .is_some_and(|last| last.trim().is_empty());
    if columns > MAX_COLUMNS {
        return Err(ListError::at(
            header.line,
            "there are more than 1000 columns",
        ));
    }
    let mut table = Table {
        is_positional: true,
        line: header.line,
        header: header.fields,
        rows: vec![],
    };
    for row in rows {
        let count = row.fields.len();
        if count != columns {
            let fields = if count == 1 { "field" } else { "fields" };
            let cause = format!("it has {count} {fields} under a header of {columns}");
            if is_comment_like(&table.header) {
                let cause = format!(
                    "{cause}, which is line {}, {}",
                    table.line,
                    quoted(&table.header.join(","))
                );
                return Err(ListError::at(row.line, cause).with_hint(COMMENT_HINT));
            }
            return Err(ListError::at(row.line, cause).with_hint(COUNT_HINT));
        }
        let last = row.fields.last().map_or("", |last| last.trim());
        if has_end && !last.is_empty() {
            let cause = format!(
                "{} is in no column: the header ends before it",
                quoted(last)
            );
            return Err(ListError::at(row.line, cause).with_hint(COUNT_HINT));
        }
        // A spreadsheet writes rows of separators only below its last row.
        if !row.is_blank {
            let fields = row.fields.into_iter().map(Some).collect();
            table.rows.push(Row {
                line: row.line,
                fields,
                own_columns: None,
            });
        }
    }
    Ok(table)
}

/// Reads one user per line.
fn plain(text: &str) -> Result<Vec<ListedUser>, ListError> {
    let mut users = vec![];
    for (line, content) in (1..).zip(lines(text)) {
        let name = without_comment(content);
        if is_error_value(content.trim()) {
            let cause = format!(
                "{} is an error value of a spreadsheet",
                quoted(content.trim())
            );
            return Err(ListError::at(line, cause));
        }
        if name.is_empty() {
            continue;
        }
        let user = |id: bool| ListedUser {
            line,
            id: id.then(|| name.to_owned()),
            email: (!id).then(|| name.to_owned()),
        };
        if has_id_form(name) {
            users.push(user(true));
            continue;
        }
        let problem = match (check_address(name), check_id(name)) {
            (Ok(()), _) => {
                users.push(user(false));
                continue;
            }
            (Err(_), Ok(())) => "has no @, and an id has 26 capital letters and digits".to_owned(),
            (Err(problem), Err(_)) => problem,
        };
        let cause = format!(
            "this is neither an id nor an e-mail address: {} {problem}",
            quoted(name)
        );
        return Err(ListError::at(line, cause).with_hint(
            "name one user per line, or begin the file with a header such as email,name; ids of another form are arguments, or \
             in a column that an option names",
        ));
    }
    Ok(users)
}

/// Returns true if a line that looks like a comment is an error value such as `#N/A`, `#REF!` or, in German, `#NV`.
fn is_error_value(line: &str) -> bool {
    let Some(value) = line.strip_prefix('#') else {
        return false;
    };
    let is_word = !value.contains(|letter: char| letter.is_whitespace() || letter.is_lowercase());
    is_word && (["N/A", "N/D", "NV", "NA"].contains(&value) || value.ends_with(['!', '?']))
}

/// A line of a plain list without surrounding white space and comment. A comment begins the line, or follows white space.
fn without_comment(line: &str) -> &str {
    let mut previous = ' ';
    let mut end = line.len();
    for (at, letter) in line.char_indices() {
        if letter == '#' && previous.is_whitespace() {
            end = at;
            break;
        }
        previous = letter;
    }
    let name = line.get(..end).unwrap_or_default();
    name.trim_matches([' ', '\t'])
}

#[cfg(test)]
mod tests;
