//! Choice of the columns that name the users: by the caller, or by the columns' names and content.

use crate::{
    column_names::{ColumnKind, kind},
    list_error::{ListError, all_quoted, quoted},
    name::has_id_form,
    table::{Row, Table},
};

/// Columns that the caller names, and the options that name them, for errors.
#[derive(Clone, Debug, Default)]
pub struct NamedColumns {
    /// Name of the column of addresses.
    pub email: Option<String>,
    /// Name of the column of ids, which are taken as they are.
    pub id: Option<String>,
    /// Option that names the column of addresses.
    pub email_option: &'static str,
    /// Option that names the column of ids.
    pub id_option: &'static str,
}

impl NamedColumns {
    /// Returns true if the caller names a column.
    pub(crate) fn is_any_named(&self) -> bool {
        self.email.is_some() || self.id.is_some()
    }

    /// Returns true if one of these names of columns is the named one, or a known one if none is named.
    pub(crate) fn is_in<'n>(&self, mut names: impl Iterator<Item = &'n str>) -> bool {
        let named = [&self.email, &self.id];
        names.any(|name| {
            if self.is_any_named() {
                let mut named = named.into_iter().flatten();
                return named.any(|wanted| is_same_name(name, wanted));
            }
            matches!(
                kind(name),
                ColumnKind::Email | ColumnKind::Login | ColumnKind::Id
            )
        })
    }
}

fn is_same_name(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// Positions of the columns that name the users. At least one is there.
pub(crate) struct Columns {
    pub(crate) email: Option<usize>,
    pub(crate) id: Option<usize>,
}

impl Columns {
    /// Chooses the columns. Also returns remarks.
    pub(crate) fn choose(
        table: &Table,
        named: &NamedColumns,
    ) -> Result<(Self, Vec<String>), ListError> {
        let email = match &named.email {
            Some(name) => Some(table.named_column(name)?),
            None => table.address_column(named)?,
        };
        let mut notes = vec![];
        let id = match &named.id {
            Some(name) => Some(table.named_column(name)?),
            None => table.id_column(named, email, &mut notes)?,
        };
        if email.is_none() && id.is_none() {
            let (email, id) = (named.email_option, named.id_option);
            let names = table.header.iter().map(|name| name.trim());
            let cause = format!(
                "no column is called email or id; there are: {}; name one with {email} or {id}",
                all_quoted(names)
            );
            return Err(ListError::at(table.line, cause));
        }
        if email == id {
            let cause = format!(
                "the column {} is named as both the address and the id",
                table.name(email.unwrap_or_default())
            );
            return Err(ListError::at(table.line, cause));
        }
        Ok((Self { email, id }, notes))
    }
}

/// Form of the ids in a column.
enum IdForm {
    /// Of 1Password, as far as is known.
    OnePassword,
    /// Of another system, with the line of the first id.
    Other(usize),
    /// There are none.
    Empty,
}

impl Table {
    /// The column with a name that the caller gives.
    fn named_column(&self, name: &str) -> Result<usize, ListError> {
        let mut found = self.header.iter().enumerate();
        let mut found = found
            .by_ref()
            .filter(|(_, other)| is_same_name(other, name));
        let Some((column, _)) = found.next() else {
            let names = self.header.iter().map(|name| name.trim());
            let cause = format!(
                "no column is called {}; there are: {}",
                quoted(name.trim()),
                all_quoted(names)
            );
            return Err(ListError::at(self.line, cause));
        };
        if found.next().is_some() {
            let cause = format!("more than one column is called {}", quoted(name.trim()));
            return Err(ListError::at(self.line, cause));
        }
        Ok(column)
    }

    fn columns_of(&self, wanted: ColumnKind) -> Vec<usize> {
        let columns = self.header.iter().enumerate();
        let columns = columns.filter(|(_, name)| kind(name) == wanted);
        columns.map(|(column, _)| column).collect()
    }

    /// The column of addresses. None if there is none.
    fn address_column(&self, named: &NamedColumns) -> Result<Option<usize>, ListError> {
        let mut columns = self.columns_of(ColumnKind::Email);
        let logins = self.columns_of(ColumnKind::Login);
        let has_addresses = |column: &usize| {
            let mut texts = self.rows.iter().map(|row| row.text(*column));
            texts.any(|text| text.contains('@'))
        };
        columns.extend(logins.into_iter().filter(has_addresses));
        self.only_one(&columns, "address", named.email_option)
    }

    /// The column of ids. None if there is none, or if its ids are of another system and there are addresses.
    fn id_column(
        &self,
        named: &NamedColumns,
        email: Option<usize>,
        notes: &mut Vec<String>,
    ) -> Result<Option<usize>, ListError> {
        let mut of_1password = vec![];
        let mut of_others = vec![];
        for column in self.columns_of(ColumnKind::Id) {
            if email == Some(column) {
                continue;
            }
            match self.id_form(column, named)? {
                IdForm::OnePassword => of_1password.push(column),
                IdForm::Other(line) => of_others.push((column, line)),
                IdForm::Empty if email.is_none() => of_1password.push(column),
                IdForm::Empty => {}
            }
        }
        match (email, of_others.first()) {
            (None, Some(&(column, line))) if of_1password.is_empty() => {
                let name = self.name(column);
                let row = self.rows.iter().find(|row| row.line == line);
                let cause = format!(
                    "the ids in the column {name} look like another system's: {} is not 26 capital letters and digits; if they are \
                     of 1Password, name the column with {}",
                    quoted(row.map_or("", |row| row.text(column))),
                    named.id_option
                );
                return Err(ListError::at(line, cause));
            }
            (Some(email), _) => notes.extend(of_others.iter().map(|(column, _)| {
                format!(
                    "the ids in the column {} look like another system's and are not used; the addresses in the column {} are",
                    self.name(*column),
                    self.name(email)
                )
            })),
            _ => {}
        }
        self.only_one(&of_1password, "id", named.id_option)
    }

    /// Form of the ids in a column. An error if some ids have the form of 1Password and others have not.
    fn id_form(&self, column: usize, named: &NamedColumns) -> Result<IdForm, ListError> {
        let mut of_1password = None;
        let mut other = None;
        for row in &self.rows {
            let is_text = row.fields.get(column) != Some(&None);
            match row.text(column) {
                "" if is_text => {}
                text if has_id_form(text) => of_1password = of_1password.or(Some(row.line)),
                _ => other = other.or(Some(row)),
            }
        }
        Ok(match (of_1password, other) {
            (None, None) => IdForm::Empty,
            (Some(_), None) => IdForm::OnePassword,
            (None, Some(row)) => IdForm::Other(row.line),
            (Some(line), Some(row)) => {
                let cause = format!(
                    "the column {} contains {} here, which does not look like an id of 1Password as the one in line {line} does; if \
                     both are, name the column with {}",
                    self.name(column),
                    quoted(row.text(column)),
                    named.id_option
                );
                return Err(ListError::at(row.line, cause));
            }
        })
    }

    /// The only column, or the first of several that contain the same in every row.
    fn only_one(
        &self,
        columns: &[usize],
        role: &str,
        option: &str,
    ) -> Result<Option<usize>, ListError> {
        let Some((&first, others)) = columns.split_first() else {
            return Ok(None);
        };
        for &other in others {
            let differs = |row: &&Row| {
                let (one, two) = (row.text(first), row.text(other));
                !one.eq_ignore_ascii_case(two)
            };
            let differing = self.rows.iter().find(differs).map(|row| row.line);
            if let Some(line) = differing {
                let cause = format!(
                    "the columns {} and {} could both be the {role}, and are not the same here; name one with {option}",
                    self.name(first),
                    self.name(other)
                );
                return Err(ListError::at(line, cause));
            }
        }
        Ok(Some(first))
    }
}
