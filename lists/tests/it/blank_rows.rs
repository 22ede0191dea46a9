//! Rows that name no user: refused, or skipped if asked for.

use onepassword_users_lists::{BlankRows, NamedColumns, parse, parse_with};

/// Parses a list in which rows may be blank. Returns the names, and the notes or the error.
fn skipping_blank_rows(text: &str) -> Result<(Vec<String>, Vec<String>), String> {
    let list = parse_with(text.as_bytes(), &NamedColumns::default(), BlankRows::Skip);
    let list = list.map_err(|error| error.cause)?;
    let names = list
        .users
        .into_iter()
        .filter_map(|user| user.email.or(user.id));
    Ok((names.collect(), list.notes))
}

#[test]
fn blank_rows_are_skipped_and_counted_if_asked_for() {
    for (text, note) in [
        (
            "Name,Email\nWendy,wendy@acme.example\nRobot,\nDrone,\nBob,bob@acme.example\n",
            "2 rows that name no user were skipped: lines 3, 4",
        ),
        (
            "Name;Email\nWendy;wendy@acme.example\nRobot; \nBob;bob@acme.example\n",
            "1 row that names no user was skipped: line 3",
        ),
        (
            r#"[{"email":"wendy@acme.example"},
               {"email":null},
               {"email":"bob@acme.example"}]"#,
            "1 row that names no user was skipped: line 2",
        ),
    ] {
        let (names, notes) = skipping_blank_rows(text).unwrap();
        assert_eq!(names, ["wendy@acme.example", "bob@acme.example"], "{text}");
        assert!(notes.iter().any(|found| found == note), "{notes:?}");
        assert!(parse(text.as_bytes(), &NamedColumns::default()).is_err());
    }
}

#[test]
fn a_row_whose_fields_may_have_moved_is_not_skipped() {
    for text in [
        // The address has moved into another column.
        "Name,Email,City\nWendy,wendy@acme.example,Bern\nBob,,bob@acme.example\n",
        "Name,Email,City\nWendy,wendy@acme.example,Bern\nbob@acme.example,,Bern\n",
        // A row that breaks off.
        "Name,Email,City\nWendy,wendy@acme.example,Bern\nBob\n",
        // Another person's address may be this one's that has moved.
        "Name,Email,Manager Email\nWendy,wendy@acme.example,x@acme.example\nRobot,,x@acme.example\n",
        "Email,Manager Email,Name\nwendy@acme.example,x@acme.example,Wendy\n,bob@acme.example,\n",
        // An id, in a field of its own and within a text.
        "name,email\nWendy,wendy@acme.example\nAU85O3QJGAIKL755W3V0X22CUZ,\n",
        "name,id,email\nWendy,,wendy@acme.example\nAU85O3QJGAIKL755W3V0X22CUZ,,\n",
        "name,email\nWendy,wendy@acme.example\nsee AU85O3QJGAIKL755W3V0X22CUZ!,\n",
        "name,email\nWendy,wendy@acme.example\nhttps://acme.example/au85o3qjgaikl755w3v0x22cuz,\n",
        // Another separator, and addresses in other forms.
        "name,email\nWendy,wendy@acme.example\nbob@acme.example;Bob,\n",
        "name,email\nWendy,wendy@acme.example\nbob@acme.example\tBob,\n",
        "name,email\nWendy,wendy@acme.example\n\"bob@acme.example, B\",\n",
        "name,email\nWendy,wendy@acme.example\nBob <bob@acme.example>,\n",
        "name,email\nWendy,wendy@acme.example\nbob\u{ff20}acme.example,\n",
        "name,email\nWendy,wendy@acme.example\nbob(at)acme.example,\n",
        "name,email\nWendy,wendy@acme.example\nmailto:bob@acme.example.,\n",
        // Objects that lack the key, or have more than texts.
        r#"[{"email":"wendy@acme.example"},{"error":"no"}]"#,
        r#"[{"email":"wendy@acme.example"},{}]"#,
        r#"[{"email":"wendy@acme.example"},{"email":"","more":{"email":"bob@acme.example"}}]"#,
        // Text that is no address.
        "Name,Email\nWendy,wendy@acme.example\nBob,none\n",
    ] {
        assert!(skipping_blank_rows(text).is_err(), "{text}");
    }
}
