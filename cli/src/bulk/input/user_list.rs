//! Lists of users: one per line, or CSV with a header.

use csv::{ReaderBuilder, StringRecord};

use super::named_user::NamedUser;
use crate::failure::Failure;

/// Names of the column of e-mail addresses, reduced to letters and digits.
const EMAIL_COLUMNS: [&str; 4] = ["email", "emailaddress", "mail", "useremail"];
/// Names of the column of ids, reduced to letters and digits.
const ID_COLUMNS: [&str; 4] = ["id", "userid", "uuid", "useruuid"];

/// Positions of the columns in a CSV file.
struct Columns {
    email: Option<usize>,
    id: Option<usize>,
}

/// Parses a list. Errors name the line.
pub(super) fn parse(name: &str, content: &[u8]) -> Result<Vec<NamedUser>, Failure> {
    let text = str::from_utf8(content)
        .map_err(|_| Failure::usage(format!("{name} is not UTF-8 text; save it as CSV UTF-8")))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter(text))
        .from_reader(text.as_bytes());
    let mut header = None;
    let mut list = Vec::new();
    let mut is_first = true;
    for record in reader.records() {
        let record = record.map_err(|error| Failure::usage(format!("{name}: {error}")))?;
        let is_blank = record.iter().all(|field| field.trim().is_empty());
        let is_comment = record
            .get(0)
            .is_some_and(|first| first.trim_start().starts_with('#'));
        if is_blank || is_comment {
            continue;
        }
        if is_first {
            is_first = false;
            header = columns(&record);
            if header.is_some() {
                continue;
            }
        }
        let user = match &header {
            Some(columns) => parse_row(&record, columns),
            None if record.len() == 1 => parse_line(&record[0]),
            None => Err(
                "the line names several users; name one per line, or add a header with the columns",
            ),
        };
        list.push(user.map_err(|cause| {
            let line = line_number(&record, text);
            Failure::usage(format!("{name}, line {line}: {cause}"))
        })?);
    }
    Ok(list)
}

/// Number of the line in which a record begins. The reader's position of a record includes the blank lines before it.
fn line_number(record: &StringRecord, text: &str) -> usize {
    let start = record.position().map_or(0, csv::Position::byte);
    let start = usize::try_from(start).unwrap_or(usize::MAX);
    let (before, rest) = text.split_at_checked(start).unwrap_or((text, ""));
    let blank = rest.len() - rest.trim_start_matches(['\r', '\n']).len();
    let breaks = before.matches('\n').count() + rest[..blank].matches('\n').count();
    breaks + 1
}

/// Delimiter of the columns. Spreadsheets write semicolons in some locales.
fn delimiter(text: &str) -> u8 {
    let mut lines = text.lines().map(str::trim);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
    let first = first.unwrap_or_default();
    let count = |delimiter: &u8| first.bytes().filter(|byte| byte == delimiter).count();
    // The last of those that are equally frequent: a comma before a semicolon.
    b"\t;,".iter().copied().max_by_key(count).unwrap_or(b',')
}

/// Positions of the columns in a header. None if the record is not a header.
fn columns(record: &StringRecord) -> Option<Columns> {
    let position = |names: &[&str]| {
        record.iter().position(|field| {
            let plain: String = field.chars().filter(char::is_ascii_alphanumeric).collect();
            names.contains(&plain.to_ascii_lowercase().as_str())
        })
    };
    let columns = Columns {
        email: position(&EMAIL_COLUMNS),
        id: position(&ID_COLUMNS),
    };
    (columns.email.is_some() || columns.id.is_some()).then_some(columns)
}

const NEITHER: &str = "this is neither an id nor an e-mail address";

fn parse_line(line: &str) -> Result<NamedUser, &'static str> {
    let comment = line.find(" #").or_else(|| line.find("\t#"));
    let word = comment.map_or(line, |at| &line[..at]);
    NamedUser::parse(word).ok_or(NEITHER)
}

/// Parses a row. A row with an id names the user by id, who must have the row's e-mail address.
fn parse_row(record: &StringRecord, columns: &Columns) -> Result<NamedUser, &'static str> {
    let field = |column: Option<usize>| {
        let field = record.get(column?)?.trim();
        Some(field).filter(|field| !field.is_empty())
    };
    let parse = |text, is_email| {
        let user = NamedUser::parse(text).filter(|user| user.is_email() == is_email);
        user.ok_or(if is_email {
            "the e-mail column does not contain an e-mail address"
        } else {
            "the id column does not contain an id"
        })
    };
    match (field(columns.id), field(columns.email)) {
        (Some(id), email) => {
            let email = email.map(|email| parse(email, true)).transpose()?;
            Ok(NamedUser {
                expect_email: email.map(|email| email.text),
                ..parse(id, false)?
            })
        }
        (None, Some(email)) => parse(email, true),
        (None, None) => Err(NEITHER),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(content: &str) -> Vec<String> {
        let list = parse("list", content.as_bytes());
        let list = list.unwrap_or_else(|_| panic!("{content:?} is a list"));
        list.into_iter().map(|user| user.text).collect()
    }

    fn refusal(content: &[u8]) -> String {
        match parse("list", content) {
            Err(Failure::Usage(problem)) => problem.message,
            _ => panic!("{content:?} is refused"),
        }
    }

    #[test]
    fn a_list_contains_one_user_per_line() {
        let content =
            "\u{feff}# leavers\r\n\r\nA@acme.example\r\n  B  # on Friday\n\n  # C\n\"D\"\n";
        assert_eq!(named(content), ["A@acme.example", "B", "D"]);
        assert_eq!(named(""), [""; 0]);
    }

    #[test]
    fn csv_columns_are_found_by_the_header() {
        for content in [
            "email\na@b\nc@d\n",
            "name,E-Mail\n\"Smith, Wendy\",a@b\n\n# gone\nX,\"c@d\"\n",
            "\u{feff}Name;Email Address\nX;a@b\nY;c@d",
            "mail\tname\na@b\tX\nc@d\tY\n",
            "user_id,email\n,a@b\n,c@d\n",
        ] {
            assert_eq!(named(content), ["a@b", "c@d"], "{content}");
        }
        assert_eq!(named("User ID,name\nA,x\nB,y\n"), ["A", "B"]);
    }

    #[test]
    fn a_row_with_both_names_the_id_and_expects_the_address() {
        let list = parse("list", b"id,email\nA,a@b\nB,\n").unwrap_or_default();
        let expected: Vec<_> = list
            .iter()
            .map(|user| (&*user.text, user.expect_email.as_deref()))
            .collect();
        assert_eq!(expected, [("A", Some("a@b")), ("B", None)]);
    }

    #[test]
    fn errors_name_the_line() {
        for (content, message) in [
            ("A\n\nWendy Smith\n", "list, line 3: this is neither"),
            ("A\na@b, c@d\n", "list, line 2: "),
            ("a@b,c@d\n", "list, line 1: the line names several"),
            ("id,email\nA,a@b\nB,b\n", "list, line 3: the e-mail column"),
            ("email,id\na@b,a@b\n", "list, line 2: the id column"),
            (
                "email,name\n\"a@b\",X\n,Y\n",
                "list, line 3: this is neither",
            ),
        ] {
            let refusal = refusal(content.as_bytes());
            assert!(refusal.starts_with(message), "{content:?}: {refusal}");
        }
        assert!(refusal(b"\xff\xfea\0").contains("not UTF-8"));
    }
}
