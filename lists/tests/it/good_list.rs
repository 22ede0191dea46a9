//! Good lists of some people of an account, in every form of the grammar.

use std::collections::BTreeSet;

use onepassword_users_lists::{ListedUser, NamedColumns};
use proptest::{collection::btree_set, prelude::*, sample::select};

/// Number of people who can be on a list. As many others are only mentioned in it.
const LISTED: usize = 30;

/// A person's address.
pub(crate) fn address(person: usize) -> String {
    // Unlike each other, so that no part of one and another is a third.
    format!("{}@acme.example", id(person)[..8].to_lowercase())
}

/// A person's id.
fn id(person: usize) -> String {
    const LETTERS: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    let mut state = person as u64 + 1;
    let letter = |_| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        char::from(LETTERS[(state >> 33) as usize % LETTERS.len()])
    };
    (0..26).map(letter).collect()
}

/// The person of the account whom a list names. None if no person has this id or address.
pub(crate) fn person(user: &ListedUser) -> Option<usize> {
    (0..2 * LISTED).find(|person| match (&user.id, &user.email) {
        (Some(found), _) => *found == id(*person),
        (None, Some(email)) => email.eq_ignore_ascii_case(&address(*person)),
        (None, None) => false,
    })
}

/// A person who is not on any list.
fn other(person: usize) -> usize {
    person + LISTED
}

/// A list, and the people on it.
#[derive(Clone, Debug)]
pub(crate) struct GoodList {
    pub(crate) text: String,
    pub(crate) people: BTreeSet<usize>,
    /// The column of addresses, if no name is known.
    pub(crate) email_column: Option<&'static str>,
}

impl GoodList {
    /// The columns that a caller would name for this list.
    pub(crate) fn named(&self) -> NamedColumns {
        NamedColumns {
            email: self.email_column.map(str::to_owned),
            ..NamedColumns::default()
        }
    }
}

/// Any good list.
pub(crate) fn good_list() -> impl Strategy<Value = GoodList> {
    let people = btree_set(0..LISTED, 2..7);
    prop_oneof![
        (people.clone(), any::<[bool; 4]>(), line_end()).prop_map(plain),
        (
            people.clone(),
            select(HEADERS.to_vec()),
            select(vec![',', ';', '\t']),
            line_end(),
            any::<[bool; 4]>()
        )
            .prop_map(csv),
        (people, any::<[bool; 3]>(), line_end()).prop_map(json),
    ]
}

fn line_end() -> impl Strategy<Value = &'static str> {
    select(vec!["\n", "\r\n", "\r"])
}

fn plain(
    (people, [has_comments, has_ids, has_spaces, has_mark], end): (
        BTreeSet<usize>,
        [bool; 4],
        &str,
    ),
) -> GoodList {
    let mut text = String::new();
    if has_mark {
        text.push('\u{feff}');
    }
    if has_comments {
        text += &format!("# leavers of this week{end}{end}");
    }
    for &person in &people {
        if has_spaces {
            text += "  ";
        }
        text += &if has_ids && person % 2 == 0 {
            id(person)
        } else {
            address(person)
        };
        if has_comments {
            // An address that a line break or a lost sign does not set free.
            text += &format!(" # keep {} until Monday", address(other(person)));
        }
        text += end;
    }
    GoodList {
        text,
        people,
        email_column: None,
    }
}

/// Headers, as kinds of columns: `e` address, `i` id, `n` name, `m` manager, `t` note, and their names.
const HEADERS: [&[(char, &str)]; 8] = [
    &[('e', "email")],
    &[('e', "Work Email"), ('n', "Name")],
    &[('n', "name"), ('m', "manager email"), ('e', "email")],
    &[
        ('n', "Name"),
        ('m', "Manager"),
        ('e', "E-Mail-Adresse"),
        ('t', "Notiz"),
    ],
    &[
        ('t', "#"),
        ('m', "Secondary Email"),
        ('e', "Email Address [Required]"),
        ('n', "x"),
    ],
    &[('i', "id"), ('e', "email"), ('n', "name"), ('m', "manager")],
    &[('i', "User ID"), ('n', "name"), ('m', "manager email")],
    &[
        ('m', "email"),
        ('n', "name"),
        ('e', "Contact"),
        ('t', "note"),
    ],
];

/// People, header, separator, line end, and the options of a CSV file.
type CsvParts<'a> = (
    BTreeSet<usize>,
    &'a [(char, &'static str)],
    char,
    &'a str,
    [bool; 4],
);

fn csv(
    (people, header, separator, end, [has_mark, is_quoted, declares, has_end]): CsvParts<'_>,
) -> GoodList {
    let mut text = String::new();
    if has_mark {
        text.push('\u{feff}');
    }
    if declares {
        text += &format!("sep={separator}{end}");
    }
    let field = |text: &str| {
        if is_quoted || text.contains(['"', separator, '\n']) {
            format!("\"{}\"", text.replace('"', "\"\""))
        } else {
            text.to_owned()
        }
    };
    let mut push_row = |fields: Vec<String>| {
        text += &fields.join(&separator.to_string());
        if has_end {
            text.push(separator);
        }
        text += end;
    };
    push_row(header.iter().map(|(_, name)| field(name)).collect());
    for &person in &people {
        let content = |kind: char| match kind {
            'e' => address(person),
            'i' => id(person),
            'n' => {
                ["Smith, Wendy", "Tom; \"T\" Jones", "Uma O'Neil", "Élodie"][person % 4].to_owned()
            }
            'm' => address(other(person)),
            _ => ["#4711", "two\nlines", "ask the manager", "50 %"][person % 4].to_owned(),
        };
        push_row(
            header
                .iter()
                .map(|(kind, _)| field(&content(*kind)))
                .collect(),
        );
    }
    let is_contact = |(kind, name): &&(char, &str)| *kind == 'e' && *name == "Contact";
    GoodList {
        text,
        people,
        email_column: header.iter().find(is_contact).map(|(_, name)| *name),
    }
}

fn json(
    (people, [is_array, has_ids, is_wide], end): (BTreeSet<usize>, [bool; 3], &str),
) -> GoodList {
    let objects: Vec<_> = people
        .iter()
        .map(|&person| {
            let mut object = serde_json::json!({
                "email": address(person),
                "display_name": "Smith, \"Wendy\"",
                "manager": address(other(person)),
                "state": "active",
            });
            if has_ids {
                object["id"] = id(person).into();
            }
            if is_wide {
                serde_json::to_string_pretty(&object).expect("JSON")
            } else {
                object.to_string()
            }
        })
        .collect();
    let text = if is_array {
        format!("[{}]{end}", objects.join(&format!(",{end}")))
    } else {
        objects.join(end) + end
    };
    GoodList {
        text,
        people,
        email_column: None,
    }
}
