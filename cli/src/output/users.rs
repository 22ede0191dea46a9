//! Users as a table, as JSON or as CSV, in one piece or page by page.

use host::User;

use super::{
    csv, json,
    table::{Cell, Column, TextTable},
    terminal::Surface,
};

/// Columns of the table. Addresses and times are wrapped rather than ids, which people copy.
const COLUMNS: [Column; 5] = [
    Column::whole("ID"),
    Column::wrapped("E-MAIL"),
    Column::wrapped("NAME"),
    Column::whole("STATE"),
    Column::wrapped("CREATED"),
];

/// Writer of users.
pub(crate) enum UserWriter {
    Table(TextTable<5>),
    Objects,
    Csv { is_header_written: bool },
}

impl UserWriter {
    /// A writer of objects if the output is JSON, and otherwise of a table.
    pub(crate) fn new(is_json: bool) -> Self {
        if is_json {
            Self::Objects
        } else {
            Self::Table(TextTable::new(COLUMNS))
        }
    }

    /// A writer of CSV.
    pub(crate) fn csv() -> Self {
        Self::Csv {
            is_header_written: false,
        }
    }

    /// Lines of users below those before. CSV has a header even without users.
    pub(super) fn lines(&mut self, users: &[User], surface: Surface) -> String {
        match self {
            Self::Table(_) if users.is_empty() => String::new(),
            Self::Table(table) => {
                for user in users {
                    table.add_row([
                        Cell::new(&user.id),
                        Cell::new(&user.email),
                        Cell::new(&user.display_name),
                        Cell::with_tone(user.state.name(), &user.state),
                        Cell::new(&user.create_time),
                    ]);
                }
                format!("{}\n", table.take_text(surface))
            }
            Self::Objects => json::lines(users.iter().map(json::user)),
            Self::Csv { is_header_written } => {
                let header = if *is_header_written {
                    String::new()
                } else {
                    csv::header()
                };
                *is_header_written = true;
                format!("{header}{}", csv::rows(users))
            }
        }
    }
}
