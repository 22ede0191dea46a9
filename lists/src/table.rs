//! A list with columns, of CSV or of objects of JSON: what the choice of columns and the users are made from.

use crate::list_error::quoted;

/// A row.
pub(crate) struct Row {
    /// Line in which the row begins, from 1.
    pub(crate) line: usize,
    /// One per column; missing ones are empty. None if the field is no text.
    pub(crate) fields: Vec<Option<String>>,
    /// Columns that the row has, if it may lack some: an object of JSON has its own keys.
    pub(crate) own_columns: Option<Vec<usize>>,
}

impl Row {
    /// Returns true if the row has a field of this column, which may be empty.
    pub(crate) fn has_column(&self, column: usize) -> bool {
        let own = self.own_columns.as_ref();
        own.is_none_or(|columns| columns.contains(&column))
    }

    /// Text of a field, without surrounding spaces. Empty if the field is no text.
    pub(crate) fn text(&self, column: usize) -> &str {
        let field = self.fields.get(column).and_then(Option::as_deref);
        field.unwrap_or_default().trim_matches([' ', '\t'])
    }
}

/// A list with columns.
pub(crate) struct Table {
    /// Line of the header, or of the first object.
    pub(crate) line: usize,
    /// Names of the columns.
    pub(crate) header: Vec<String>,
    pub(crate) rows: Vec<Row>,
    /// True if the fields of a row find their columns by position.
    pub(crate) is_positional: bool,
}

impl Table {
    /// Name of a column, quoted.
    pub(crate) fn name(&self, column: usize) -> String {
        quoted(self.header.get(column).map_or("", |name| name.trim()))
    }
}
