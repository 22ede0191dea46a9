//! Tests of whole lists.

use super::*;

const ID: &str = "IR7VJHJ36JHINBFAD7V2T5MP3E";
const OTHER_ID: &str = "OGG1MAE6J44ZVOL267BVBZKNHR";

fn named(email: Option<&str>, id: Option<&str>) -> NamedColumns {
    NamedColumns {
        email: email.map(str::to_owned),
        id: id.map(str::to_owned),
        email_option: "--email-column",
        id_option: "--id-column",
    }
}

fn users_with(content: &str, columns: &NamedColumns) -> Vec<String> {
    let list = parse(content.as_bytes(), columns);
    let list = list.unwrap_or_else(|error| panic!("{content:?}: {error:?}"));
    let text = |user: ListedUser| match (user.id, user.email) {
        (Some(id), Some(email)) => format!("{id} {email}"),
        (id, email) => id.or(email).expect("a name"),
    };
    list.users.into_iter().map(text).collect()
}

fn users(content: &str) -> Vec<String> {
    users_with(content, &named(None, None))
}

fn refusal_with(content: &str, columns: &NamedColumns) -> String {
    match parse(content.as_bytes(), columns) {
        Err(error) => format!("{}: {}", error.line.unwrap_or_default(), error.cause),
        Ok(list) => panic!("{content:?} is {list:?}"),
    }
}

fn refusal(content: &str) -> String {
    refusal_with(content, &named(None, None))
}

/// Asserts that each list is refused, with its line and a part of the cause.
fn assert_refused(lists: &[(&str, &str)]) {
    for (content, expected) in lists {
        let refusal = refusal(content);
        let (line, cause) = expected.split_once(": ").expect("a line and a cause");
        assert!(
            refusal.starts_with(&format!("{line}: ")),
            "{content:?}: {refusal}"
        );
        assert!(refusal.contains(cause), "{content:?}: {refusal}");
    }
}

#[test]
fn a_plain_list_has_one_user_per_line() {
    let content = format!(
        "# leavers\r\n\r\nA@acme.example\r  {ID}  # on Friday\n\n  # C\n\tb#EXT#@acme.example\n"
    );
    assert_eq!(
        users(&content),
        ["A@acme.example", ID, "b#EXT#@acme.example"]
    );
    for empty in ["", "\n \n", "# none\n", "\u{feff}", "[]"] {
        assert_eq!(users(empty), [""; 0]);
    }
}

#[test]
fn csv_columns_are_found_by_the_header() {
    for content in [
        "email\na@b.c\nd@e.f\n",
        "name,E-Mail\n\"Smith, Wendy\",a@b.c\n\nX,\"d@e.f\"\n",
        "Name;Email Address\nX;a@b.c\nY;d@e.f",
        "mail\tname\na@b.c\tX\nd@e.f\tY\n",
        "user_id,email\n,a@b.c\n,d@e.f\n",
        "#,email\n1,a@b.c\n2,d@e.f\n",
        "Employee #,email\n#1,a@b.c\n#2,d@e.f\n",
        "Name, first;E-Mail\nSmith, W;a@b.c\nJones, T;d@e.f\n",
        "\"email\"\n\"a@b.c\"\n\"d@e.f\"\n",
        "#TYPE Selected.System.Object\r\n\"Mail\"\r\n\"a@b.c\"\r\n\"d@e.f\"\r\n",
        "note,email\n\"two\nlines\",a@b.c\nx,d@e.f\n",
    ] {
        assert_eq!(users(content), ["a@b.c", "d@e.f"], "{content}");
    }
    assert_eq!(users(&format!("User ID,name\n{ID},x\n")), [ID]);
}

#[test]
fn separators_and_line_ends_of_spreadsheets_are_read() {
    for content in [
        "sep=;\r\nname;email\r\nX, Y;a@b.c\r\n;d@e.f\r\n",
        "\"sep=;\"\nname;email\nX;a@b.c\nY;d@e.f\n",
        "sep=\t\nname\temail\nX\ta@b.c\nY\td@e.f\n",
        "SEP=,\nemail\na@b.c\nd@e.f\n",
        "email;name;\na@b.c;X;\nd@e.f;Y;\n",
        "email;\na@b.c;\nd@e.f;\n",
        "email,name\ra@b.c,X\rd@e.f,Y\r",
        "email,name\r\na@b.c,X\r\nd@e.f,Y\r\n,\r\n,\r\n",
    ] {
        assert_eq!(users(content), ["a@b.c", "d@e.f"], "{content:?}");
    }
    assert_refused(&[
        ("sep=|\nname|email\n", "1: none of comma, semicolon and tab"),
        ("sep=;\n", "1: no header follows"),
        ("sep=;\na@b.c\n", "2: is a user, not the name of a column"),
        (
            "email;x,email\na;b,c\n",
            "1: the separator of the header is not clear",
        ),
    ]);
}

#[test]
fn rows_longer_or_shorter_than_the_header_are_refused() {
    assert_refused(&[
        // A separator at the end of each row, but not of the header: it may be one of a field in front.
        (
            "email;name\na@b.c;X;\nd@e.f;Y;\n",
            "2: it has 3 fields under a header of 2",
        ),
        (
            "name,manager,email\nSmith, Wendy,a@b.c,\n",
            "2: it has 4 fields under a header of 3",
        ),
        (
            "email;name;\na@b.c;X\nd@e.f;Y\n",
            "2: it has 2 fields under a header of 3",
        ),
        (
            "name,x,email,\nSmith, Wendy,a@b.c,d@e.f\n",
            "2: \"d@e.f\" is in no column",
        ),
        (
            "name,manager email,email\nSmith, Wendy,a@b.c,d@e.f\nTom,a@b.c,g@h.i\n",
            "2: it has 4 fields under a header of 3",
        ),
        (
            "email,name\na@b.c,X\nd@e.f\n",
            "3: it has 1 field under a header of 2",
        ),
        (
            "email,name\na@b.c,X,\nd@e.f,Y\n",
            "2: it has 3 fields under a header of 2",
        ),
        (
            "email,name\na@b.c,X,z\n",
            "2: it has 3 fields under a header of 2",
        ),
        (
            "email\na@b.c,d@e.f\n",
            "2: it has 2 fields under a header of 1",
        ),
        (
            "email,name,\na@b.c,X\nd@e.f,Y,\n",
            "2: it has 2 fields under a header of 3",
        ),
    ]);
}

#[test]
fn fields_that_have_moved_are_refused() {
    assert_refused(&[
        // A comma that is not quoted, and an empty field that is left out at the end.
        (
            "name,manager email,email,note\nSmith, Wendy,a@b.c,d@e.f\n",
            "2: \"manager email\" contains \"Wendy\"",
        ),
        (
            "name,manager,email,note\nSmith, Wendy,a@b.c,d@e.f\nTom,a@b.c,g@h.i,ok\n",
            "2: \"manager\" contains \"Wendy\" here, and an e-mail address in line 3",
        ),
    ]);
    assert_eq!(
        users("name,manager email,email\nW,n/a,a@b.c\nT,x@y.z,d@e.f\nd@e.f,,d@e.f\n"),
        ["a@b.c", "d@e.f", "d@e.f"]
    );
}

#[test]
fn misplaced_quotes_are_refused() {
    assert_refused(&[
        (
            "email,name,note\na@b.c,W,\"asset 4711\nd@e.f,T,\ng@h.i,U,ok\n",
            "2: a quote is opened here and never closed",
        ),
        (
            "email,name\na@b.c,\"The Boss\nd@e.f,The CEO\n",
            "2: never closed",
        ),
        (
            "email,name\na@b.c,W\"x\n",
            "2: a quote stands in the middle of a field",
        ),
        (
            "email,name\na@b.c,\"W\" x\n",
            "2: text follows a closing quote",
        ),
        (
            "\"email,name\na@b.c,W\n",
            "1: a quote is opened here and never closed",
        ),
        (
            "email,note\na@b.c,\"x\nd@e.f,\"\n",
            "2: closed in line 3, with a user in line 3",
        ),
    ]);
}

#[test]
fn under_a_header_a_hash_is_text() {
    assert_eq!(
        users("ticket,email\n#4711,a@b.c\n4712,d@e.f\n"),
        ["a@b.c", "d@e.f"]
    );
    assert_refused(&[
        (
            "email,name\na@b.c,W\n#N/A,T\n",
            "3: \"#N/A\" must have an @",
        ),
        (
            "email\n#REF!\n",
            "2: \"#REF!\" must not contain quotes, separators or symbols (!)",
        ),
        ("email,name\na@b.c,A\n,B\n", "3: \"email\" is empty"),
        ("email\n# a@b.c\n", "2: white space"),
        ("a@b.c\n#N/A\n", "2: an error value"),
        ("#NV\na@b.c\n", "1: an error value"),
    ]);
}

#[test]
fn unknown_headers_are_refused_with_their_columns() {
    assert_refused(&[
        (
            "username,name\nwendy,W\n",
            "1: no column is called email or id",
        ),
        ("username\nwendy\nd@e.f\n", "2: \"wendy\" must have an @"),
        (
            "First Name,Contact\nW,a@b.c\n",
            "1: no column is called email or id; there are: \"First Name\", \"Contact\"; name one with --email-column or --id-column",
        ),
        (
            "Mitarbeiter\na@b.c\n",
            "1: neither an id nor an e-mail address: \"Mitarbeiter\" has no @",
        ),
        (
            "name,a@b.c\nx,d@e.f\n",
            "1: \"a@b.c\" is a user, not the name of a column",
        ),
        (
            "a@b.c,d@e.f\n",
            "1: \"a@b.c\" is a user, not the name of a column",
        ),
        (
            "# note\nemail,name\na@b.c,W\n",
            "2: neither an id nor an e-mail address",
        ),
    ]);
}

#[test]
fn columns_are_named_by_the_caller() {
    let contact = named(Some(" contact "), None);
    assert_eq!(
        users_with("email,Contact\na@b.c,d@e.f\n", &contact),
        ["d@e.f"]
    );
    assert_eq!(users_with("Contact\na@b.c\n", &contact), ["a@b.c"]);
    for (content, cause) in [
        (
            "email,x\na@b.c,y\n",
            "1: no column is called \"contact\"; there are: \"email\", \"x\"",
        ),
        (
            "contact,Contact\na@b.c,d@e.f\n",
            "1: more than one column is called \"contact\"",
        ),
        ("a@b.c\n", "1: \"a@b.c\" is a user"),
    ] {
        let refusal = refusal_with(content, &contact);
        assert!(refusal.starts_with(cause), "{refusal}");
    }
    let key = named(None, Some("key"));
    assert_eq!(
        users_with("key,email\nA,a@b.c\nb-1,\n", &key),
        ["A a@b.c", "b-1"]
    );
    assert!(refusal_with("key\nA B\n", &key).contains("white space"));
    let same = named(Some("x"), Some("X"));
    assert!(refusal_with("x\na@b.c\n", &same).contains("both the address and the id"));
}

#[test]
fn two_columns_of_addresses_must_agree_or_be_named() {
    assert_eq!(users("login,email\nA@b.c,a@b.c\n"), ["a@b.c"]);
    assert_eq!(users("username,email\nwendy,a@b.c\n"), ["a@b.c"]);
    assert_refused(&[
        (
            "email,mail\na@b.c,a@b.c\na@b.c,d@e.f\n",
            "3: the columns \"email\" and \"mail\" could both be the address, and are not the same here; name one with --email-column",
        ),
        ("login,email\nd@e.f,a@b.c\n", "2: could both be the address"),
        (
            "email,userPrincipalName\n,a@b.c\n",
            "2: could both be the address",
        ),
        ("email,Email\na@b.c,d@e.f\n", "2: could both be the address"),
    ]);
    let mail = named(Some("mail"), None);
    assert_eq!(users_with("email,mail\na@b.c,d@e.f\n", &mail), ["d@e.f"]);
}

#[test]
fn a_row_with_an_id_and_an_address_has_both() {
    let content = format!("id,email\n{ID},a@b.c\n{OTHER_ID},\n,d@e.f\n");
    assert_eq!(users(&content), [&format!("{ID} a@b.c"), OTHER_ID, "d@e.f"]);
}

#[test]
fn ids_of_other_systems_are_not_taken() {
    let list = parse(b"userid,email\nU0AB12CD3,a@b.c\n", &named(None, None)).expect("a list");
    assert_eq!(
        (list.users[0].id.as_deref(), list.users[0].email.as_deref()),
        (None, Some("a@b.c"))
    );
    assert!(
        list.notes[0].contains("\"userid\" look like another system's"),
        "{:?}",
        list.notes
    );
    let two = format!("id,user_id\n{ID},17\n");
    assert_eq!(users(&two), [ID]);
    assert_refused(&[
        (
            "name,id\nW,8a1f1c8e-7c1b-4f57-9f3c-0d5a0a1b2c3d\n",
            "2: the ids in the column \"id\" look like another system's",
        ),
        (
            &format!("id,email\n{ID},a@b.c\nX17,d@e.f\n"),
            "3: does not look like an id of 1Password",
        ),
        (
            &format!("id,uuid\n{ID},{OTHER_ID}\n"),
            "2: could both be the id",
        ),
        ("id,email\nX17,a@b.c\nX18,\n", "3: \"email\" is empty"),
    ]);
}

#[test]
fn json_objects_are_a_list() {
    let one =
        format!(r#"{{"id":"{ID}","email":"a@b.c","display_name":"W, \"X\"","state":"active"}}"#);
    let two = format!(
        r#"{{"email": "d@e.f", "id": "{OTHER_ID}", "tags": [1, {{"a": null}}], "n": 1.5}}"#
    );
    let expected = [format!("{ID} a@b.c"), format!("{OTHER_ID} d@e.f")];
    for content in [
        format!("{one}\n{two}\n"),
        format!("\u{feff}\r\n{one}\r\n{two}"),
        format!("[{one},\n {two}]\n"),
        format!(" [\n{one}\n,{two} ] "),
    ] {
        assert_eq!(users(&content), expected, "{content}");
    }
    assert_eq!(users(r#"{"mail":"a@b.c","id":17}"#), ["a@b.c"]);
}

#[test]
fn json_that_is_not_understood_is_refused_by_line() {
    assert_refused(&[
        (
            "{\"email\":\"a@b.c\"}\n{\"email\":\"d@e.f",
            "2: not valid JSON",
        ),
        ("{\"email\":\"a@b.c\"}\nd@e.f\n", "2: not valid JSON"),
        ("{\"email\":\"a@b.c\"}\n17\n", "2: not an object of a user"),
        (
            "[{\"email\":\"a@b.c\"},\n{\"email\":\"d@e.f\"}",
            "2: neither a comma nor a bracket",
        ),
        ("[{\"email\":\"a@b.c\"},\n]", "2: not valid JSON"),
        ("[{\"email\":\"a@b.c\"}]\n[]", "2: text follows the end"),
        ("[\"a@b.c\",\n\"d@e.f\"]", "1: not an object of a user"),
        (
            "{\n\"email\":\"a@b.c\",\n\"email\":\"d@e.f\"}",
            "3: the key \"email\" stands twice",
        ),
        (
            "{\"email\":\"a@b.c\"}\n{\"name\":\"x\"}",
            "2: \"email\" is empty",
        ),
        (
            "{\"email\":\"a@b.c\"}\n{\"email\":null}",
            "2: \"email\" is empty",
        ),
        ("{\"email\":[\"a@b.c\"]}", "1: \"email\" is not a text"),
        (
            "{\"email\":\"a@b.c\",\n\"x\":1}\n{\"email\":\"a\\u200b@b.c\"}",
            "3: U+200B",
        ),
        (
            "{\"targets\":[{\"id\":\"A\"}]}",
            "1: no column is called email or id; there are: \"targets\"",
        ),
        (
            "{\"email\":\"a@b.c\",\"mail\":\"d@e.f\"}",
            "1: could both be the address",
        ),
    ]);
    let many = (0..=1000)
        .map(|key| format!("\"k{key}\":1"))
        .collect::<Vec<_>>();
    assert!(refusal(&format!("{{{}}}", many.join(","))).contains("more than 1000 keys"));
}

#[test]
fn names_that_can_be_neither_are_refused_by_line() {
    for name in [
        "Wendy Smith",
        "'a@b.c'",
        "\u{201c}a@b.c\u{201d}",
        "<a@b.c>",
        "mailto:a@b.c",
        "a@b.c;d@e.f",
        "a@b.c|d@e.f",
        "*@b.c",
        "@b.c",
        "a@b",
        "a@b.c\u{200b}",
        "a\u{ad}@b.c",
        "a@b.c\u{fe0f}",
        "\u{feff}a@b.c",
        "a@b.c@d.e",
        "wendy",
    ] {
        let plain = refusal(&format!("x@y.z\n{name}\n"));
        assert!(
            plain.starts_with("2: this is neither an id nor an e-mail address"),
            "{name:?}: {plain}"
        );
        let csv = refusal(&format!("email\nx@y.z\n{name}\n"));
        assert!(csv.starts_with("3: "), "{name:?}: {csv}");
    }
}

#[test]
fn a_comment_of_another_program_is_named_as_the_cause() {
    assert_refused(&[
        (
            "# protected users, email\nboss@acme.example\n",
            "2: it has 1 field under a header of 2, which is line 1, \"# protected users, email\"",
        ),
        (
            "; boss\nboss@acme.example\n",
            "1: \"; boss\" names no user and no column; \";\" begins no comment",
        ),
        (
            "; protected\nboss@acme.example\n",
            "1: \";\" begins no comment",
        ),
        (
            "// the boss, mostly\nboss@acme.example\n",
            "1: \"//\" begins no comment",
        ),
        (
            "-- boss\nboss@acme.example\n",
            "1: \"--\" begins no comment",
        ),
        (
            "[protect]\nboss@acme.example\n",
            "1: \"[protect]\" begins a section of a settings file",
        ),
        (
            "[[users]]\nemail = \"boss@acme.example\"\n",
            "1: \"[[users]]\" begins a section",
        ),
        (
            "; users, email\nboss@acme.example\n",
            "2: it has 1 field under a header of 2, which is line 1, \"; users, email\"",
        ),
    ]);
    let columns = named(Some("mail"), None);
    let error = parse(b"# protected users\nboss@acme.example\n", &columns).expect_err("a header");
    assert_eq!(error.line, Some(1));
    assert!(error.hint.is_some_and(|hint| hint.contains("comment")));
}

#[test]
fn a_line_break_is_refused_where_ids_have_any_form() {
    let columns = named(None, Some("id"));
    let content = "id,name\nU1,\"Wendy\nU2,Tom\"\n";
    let refusal = refusal_with(content, &columns);
    assert!(refusal.starts_with("2: a quoted field has line breaks"));
}
