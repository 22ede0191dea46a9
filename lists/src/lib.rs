//! Lists of people, as files contain them: one user per line, CSV with a header, or JSON.
//!
//! The grammar is strict, because a list that is misread changes another user than the one meant: what is not understood is an
//! error that names the line. `docs/cli.md` states the grammar.

#![forbid(unsafe_code)]
#![warn(missing_docs)]

mod column_choice;
mod column_names;
mod csv_records;
mod encoding;
mod first_line;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
mod json_objects;
mod list;
mod list_error;
mod listed_users;
mod name;
mod table;

pub use self::{
    column_choice::NamedColumns,
    list::{List, parse, parse_with},
    list_error::ListError,
    listed_users::{BlankRows, ListedUser},
    name::{check_address, check_id, has_id_form},
};
