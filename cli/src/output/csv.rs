//! Users as CSV (RFC 4180), for spreadsheets and for `contain --file`.

use csv::{QuoteStyle, Terminator, WriterBuilder};
use host::User;

use super::printable::printable;

/// Names of the columns, which are the fields in JSON.
const HEADER: [&str; 5] = ["id", "email", "display_name", "state", "create_time"];
/// First letters of a formula in a spreadsheet, in both widths.
const FORMULA: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
/// Separator of columns in the spreadsheets of some countries: the rest of a cell is a cell there.
const OTHER_SEPARATOR: char = ';';

/// The header, and rows of users below it.
pub(super) fn header() -> String {
    text([HEADER.map(str::to_owned)].into_iter())
}

/// Rows of users.
pub(super) fn rows(users: &[User]) -> String {
    text(users.iter().map(|user| {
        [
            &user.id,
            &user.email,
            &user.display_name,
            user.state.name(),
            &user.create_time,
        ]
        .map(cell)
    }))
}

fn text(records: impl Iterator<Item = [String; 5]>) -> String {
    let mut writer = WriterBuilder::new()
        .quote_style(QuoteStyle::Necessary)
        .terminator(Terminator::CRLF)
        .from_writer(Vec::new());
    for record in records {
        // Writing to memory cannot fail.
        writer.write_record(&record).ok();
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

/// A text from outside as a cell: hidden letters are escaped, and an apostrophe stands before the beginning of a formula, with
/// which a spreadsheet takes the cell as text.
fn cell(value: &str) -> String {
    let mut parts = Vec::new();
    for part in printable(value).split(OTHER_SEPARATOR) {
        let is_formula = part.trim_start().starts_with(FORMULA);
        let mark = if is_formula { "'" } else { "" };
        parts.push(format!("{mark}{part}"));
    }
    parts.join(";")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for (value, expected) in [
            ("=1+1", "'=1+1"),
            ("+1", "'+1"),
            ("-1", "'-1"),
            ("@SUM(A1)", "'@SUM(A1)"),
            (" =1", "' =1"),
            ("\u{a0}=1", "'\u{a0}=1"),
            ("＝1", "'＝1"),
            ("\t=1", "\\u{9}=1"),
            ("\r=1", "\\u{d}=1"),
            ("\n=1", "\\u{a}=1"),
            ("\u{200b}=1", "\\u{200b}=1"),
            ("Ann;=1", "Ann;'=1"),
            ("Ann; @x;y", "Ann;' @x;y"),
            ("Jean-Luc = x", "Jean-Luc = x"),
            ("ann+x@acme.example", "ann+x@acme.example"),
            ("", ""),
        ] {
            assert_eq!(cell(value), expected, "{value:?}");
        }
    }

    #[test]
    fn rows_are_quoted_where_rfc_4180_asks_for_it() {
        let user = User {
            id: "A".to_owned(),
            email: "ann@acme.example".to_owned(),
            display_name: "Ann \"A\", of Acme\nInc".to_owned(),
            state: host::UserState::Active,
            create_time: String::new(),
            path: "accounts/X/users/A".to_owned(),
        };
        assert_eq!(header(), "id,email,display_name,state,create_time\r\n");
        assert_eq!(
            rows(&[user]),
            "A,ann@acme.example,\"Ann \"\"A\"\", of Acme\\u{a}Inc\",active,\r\n"
        );
    }
}
