//! The users in the rows of a list with columns.

use crate::{
    column_choice::{Columns, NamedColumns},
    column_names::{ColumnKind, kind},
    list_error::{ListError, quoted},
    name::{check_address, check_id, has_id_form},
    table::{Row, Table},
};

/// Column of names in the lists that `op-users list` prints.
const DISPLAY_NAME: &str = "display_name";

/// Advice where fields are not in their columns.
const MOVED_HINT: &str = "quote fields that contain a separator, or leave the column out";
/// Fields that stand for an empty one.
const PLACEHOLDERS: [&str; 12] = [
    "-", "--", "n/a", "na", "none", "null", "unknown", "yes", "no", "true", "false", "keine",
];

/// A user in a list: with an id, an e-mail address, or both.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ListedUser {
    /// Number of the line, from 1.
    pub line: usize,
    /// Id.
    pub id: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
}

/// Handling of rows whose cells for a name are all blank.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum BlankRows {
    /// Such a row is an error.
    #[default]
    Refuse,
    /// Such rows are left out, and a note counts them.
    Skip,
}

/// Maximum number of lines that a note names.
const MAX_LINES: usize = 8;

/// Note about rows that were left out. None if there are none.
fn skipped_rows(lines: &[usize]) -> Option<String> {
    let rows = match lines.len() {
        0 => return None,
        1 => "1 row that names no user was".to_owned(),
        count => format!("{count} rows that name no user were"),
    };
    let first: Vec<_> = lines.iter().take(MAX_LINES).map(usize::to_string).collect();
    let line = if lines.len() == 1 { "line" } else { "lines" };
    let more = if lines.len() > MAX_LINES { ", …" } else { "" };
    Some(format!("{rows} skipped: {line} {}{more}", first.join(", ")))
}

/// Returns true if a row without a name can be left out: it was not misread. It has the fields for a name, all of its fields are
/// texts, and none of them looks like an address or an id, of any user: fields may have moved.
fn is_surely_blank(row: &Row, columns: &Columns) -> bool {
    let mut chosen = [columns.email, columns.id].into_iter().flatten();
    let has_fields = chosen.all(|column| row.has_column(column));
    let is_harmless = |field: &Option<String>| {
        field
            .as_deref()
            .is_some_and(|text| !looks_like_address(text) && !contains_id(text))
    };
    has_fields && row.fields.iter().all(is_harmless)
}

/// Returns true if a text contains a sign that stands in addresses, in any of its forms.
fn looks_like_address(text: &str) -> bool {
    let lower = text.to_lowercase();
    let signs = ["@", "\u{ff20}", "\u{fe6b}", "%40", "&#64;", "&commat;"];
    let words = ["(at)", "[at]", "{at}", "<at>", " at "];
    signs.iter().chain(&words).any(|sign| lower.contains(sign))
}

/// Returns true if a word of a text has the form of an id.
fn contains_id(text: &str) -> bool {
    let mut words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    words.any(|word| has_id_form(&word.to_ascii_uppercase()))
}

impl Table {
    /// The users of the rows, and remarks.
    pub(crate) fn users(
        &self,
        named: &NamedColumns,
        blank_rows: BlankRows,
    ) -> Result<(Vec<ListedUser>, Vec<String>), ListError> {
        let (columns, mut notes) = Columns::choose(self, named)?;
        let mut users = Vec::with_capacity(self.rows.len());
        let mut skipped = Vec::new();
        for row in &self.rows {
            let user = self.user(row, &columns)?;
            if user.id.is_some() || user.email.is_some() {
                users.push(user);
            } else if blank_rows == BlankRows::Skip && is_surely_blank(row, &columns) {
                skipped.push(row.line);
            } else {
                return Err(self.blank_row(row, &columns));
            }
        }
        notes.extend(skipped_rows(&skipped));
        if self.is_positional {
            self.check_other_columns(&columns)?;
        }
        Ok((users, notes))
    }

    fn user(&self, row: &Row, columns: &Columns) -> Result<ListedUser, ListError> {
        let field = |column: Option<usize>, check: fn(&str) -> Result<(), String>, kind: &str| {
            let Some(column) = column else {
                return Ok(None);
            };
            if row.fields.get(column) == Some(&None) {
                let cause = format!("{} is not a text", self.name(column));
                return Err(ListError::at(row.line, cause));
            }
            let text = row.text(column);
            if text.is_empty() {
                return Ok(None);
            }
            match check(text) {
                Ok(()) => Ok(Some(text.to_owned())),
                Err(problem) => Err(ListError::at(
                    row.line,
                    format!(
                        "the column {} contains no {kind}: {} {problem}",
                        self.name(column),
                        quoted(text)
                    ),
                )),
            }
        };
        Ok(ListedUser {
            line: row.line,
            id: field(columns.id, check_id, "id")?,
            email: field(columns.email, check_address, "e-mail address")?,
        })
    }

    /// Error about a row that names no user.
    fn blank_row(&self, row: &Row, columns: &Columns) -> ListError {
        let names: Vec<_> = [columns.email, columns.id]
            .into_iter()
            .flatten()
            .map(|column| self.name(column))
            .collect();
        let are = if names.len() == 1 { "is" } else { "are" };
        let mut cause = format!(
            "{} {are} empty, so the row names no user",
            names.join(" and ")
        );
        let is_blank_row = is_surely_blank(row, columns);
        if !is_blank_row {
            cause.push_str(
                "; it may have been misread, because it lacks a field, or another one looks like a name of a user",
            );
        }
        ListError {
            is_blank_row,
            ..ListError::at(row.line, cause)
        }
    }

    /// Checks that a column of other people's addresses contains addresses only: other text in it shows that the fields of a
    /// row have moved, by a separator that is not quoted and an end that is missing.
    fn check_other_columns(&self, columns: &Columns) -> Result<(), ListError> {
        for (column, name) in self.header.iter().enumerate() {
            let kind = kind(name);
            let is_chosen = columns.email == Some(column) || columns.id == Some(column);
            if is_chosen || kind == ColumnKind::Login {
                continue;
            }
            // A name of 1Password can be any address. Fields that have moved do not have an id and an address of one user.
            let has_both = columns.email.is_some() && columns.id.is_some();
            if has_both && name == DISPLAY_NAME {
                continue;
            }
            let own = |row: &Row| columns.email.map_or("", |email| row.text(email)).to_owned();
            let has_address = |row: &&Row| {
                let text = row.text(column);
                check_address(text).is_ok() && !text.eq_ignore_ascii_case(&own(row))
            };
            let first = self.rows.iter().find(has_address);
            let where_from = match first {
                Some(row) => format!("and an e-mail address in line {}", row.line),
                None if kind == ColumnKind::OtherEmail => "and no e-mail address".to_owned(),
                None => continue,
            };
            let is_other = |row: &&Row| {
                let text = row.text(column);
                text.contains(char::is_alphabetic)
                    && !text.contains('@')
                    && !PLACEHOLDERS.contains(&text.to_lowercase().as_str())
            };
            if let Some(row) = self.rows.iter().find(is_other) {
                let cause = format!(
                    "the column {} contains {} here, {where_from}: fields may have moved",
                    self.name(column),
                    quoted(row.text(column))
                );
                return Err(ListError::at(row.line, cause).with_hint(MOVED_HINT));
            }
        }
        Ok(())
    }
}
