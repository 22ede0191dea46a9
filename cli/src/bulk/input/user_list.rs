//! Lists of users: one a line, or CSV with a header.

use csv::{ReaderBuilder, StringRecord};

use super::named_user::Who;
use crate::failure::Failure;

/// What a header calls the column of e-mail addresses, in letters and digits alone.
const EMAIL: [&str; 4] = ["email", "emailaddress", "mail", "useremail"];
/// What it calls the column of ids.
const ID: [&str; 4] = ["id", "userid", "uuid", "useruuid"];

/// Where a CSV file has what.
struct Columns {
    email: Option<usize>,
    id: Option<usize>,
}

/// Reads a list. One that cannot be understood names the line.
pub(super) fn parse(name: &str, content: &[u8]) -> Result<Vec<Who>, Failure> {
    let text = str::from_utf8(content)
        .map_err(|_| Failure::Usage(format!("{name} is not UTF-8 text; save it as CSV UTF-8")))?;
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
        let record = record.map_err(|error| Failure::Usage(format!("{name}: {error}")))?;
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
        let who = match &header {
            Some(columns) => of_row(&record, columns),
            None if record.len() == 1 => of_line(&record[0]),
            None => Err(
                "there are several in this line; name one a line, or put a header over the columns",
            ),
        };
        list.push(who.map_err(|why| {
            let line = line_of(&record, text);
            Failure::Usage(format!("{name}, line {line}: {why}"))
        })?);
    }
    Ok(list)
}

/// The line that a record begins in. Its own position is that of the blank lines ahead of it.
fn line_of(record: &StringRecord, text: &str) -> usize {
    let start = record.position().map_or(0, csv::Position::byte);
    let start = usize::try_from(start).unwrap_or(usize::MAX);
    let (before, rest) = text.split_at_checked(start).unwrap_or((text, ""));
    let blank = rest.len() - rest.trim_start_matches(['\r', '\n']).len();
    let breaks = before.matches('\n').count() + rest[..blank].matches('\n').count();
    breaks + 1
}

/// What stands between the columns: spreadsheets of some countries write semicolons.
fn delimiter(text: &str) -> u8 {
    let mut lines = text.lines().map(str::trim);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#'));
    let first = first.unwrap_or_default();
    let count = |delimiter: &u8| first.bytes().filter(|byte| byte == delimiter).count();
    // Of several that stand there equally often, the last one.
    b"\t;,".iter().copied().max_by_key(count).unwrap_or(b',')
}

/// What a header says, if this is one.
fn columns(record: &StringRecord) -> Option<Columns> {
    let named = |names: &[&str]| {
        record.iter().position(|field| {
            let plain: String = field.chars().filter(char::is_ascii_alphanumeric).collect();
            names.contains(&plain.to_ascii_lowercase().as_str())
        })
    };
    let columns = Columns {
        email: named(&EMAIL),
        id: named(&ID),
    };
    (columns.email.is_some() || columns.id.is_some()).then_some(columns)
}

const NEITHER: &str = "this is neither an id nor an e-mail address";

fn of_line(line: &str) -> Result<Who, &'static str> {
    let comment = line.find(" #").or_else(|| line.find("\t#"));
    let word = comment.map_or(line, |at| &line[..at]);
    Who::parse(word).ok_or(NEITHER)
}

/// Whom a row names: by id where it has one, whose e-mail address must then be that of the row.
fn of_row(record: &StringRecord, columns: &Columns) -> Result<Who, &'static str> {
    let field = |at: Option<usize>| {
        let field = record.get(at?)?.trim();
        Some(field).filter(|field| !field.is_empty())
    };
    let parse = |text, is_email| {
        let who = Who::parse(text).filter(|who| who.is_email() == is_email);
        who.ok_or(if is_email {
            "the e-mail column has no e-mail address in it"
        } else {
            "the id column has no id in it"
        })
    };
    match (field(columns.id), field(columns.email)) {
        (Some(id), email) => {
            let email = email.map(|email| parse(email, true)).transpose()?;
            Ok(Who {
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
        list.into_iter().map(|who| who.text).collect()
    }

    fn refusal(content: &[u8]) -> String {
        match parse("list", content) {
            Err(Failure::Usage(why)) => why,
            _ => panic!("{content:?} is refused"),
        }
    }

    #[test]
    fn a_list_is_one_a_line() {
        let content =
            "\u{feff}# leavers\r\n\r\nA@acme.example\r\n  B  # on Friday\n\n  # C\n\"D\"\n";
        assert_eq!(named(content), ["A@acme.example", "B", "D"]);
        assert_eq!(named(""), [""; 0]);
    }

    #[test]
    fn csv_is_read_by_its_header() {
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
            .map(|who| (&*who.text, who.expect_email.as_deref()))
            .collect();
        assert_eq!(expected, [("A", Some("a@b")), ("B", None)]);
    }

    #[test]
    fn what_cannot_be_understood_names_its_line() {
        for (content, why) in [
            ("A\n\nWendy Smith\n", "list, line 3: this is neither"),
            ("A\na@b, c@d\n", "list, line 2: "),
            ("a@b,c@d\n", "list, line 1: there are several"),
            ("id,email\nA,a@b\nB,b\n", "list, line 3: the e-mail column"),
            ("email,id\na@b,a@b\n", "list, line 2: the id column"),
            (
                "email,name\n\"a@b\",X\n,Y\n",
                "list, line 3: this is neither",
            ),
        ] {
            let told = refusal(content.as_bytes());
            assert!(told.starts_with(why), "{content:?}: {told}");
        }
        assert!(refusal(b"\xff\xfea\0").contains("not UTF-8"));
    }
}
