//! Values that cannot be right: copied with more than themselves, not filled in, or another text.

use super::{ACCOUNT, CLIENT, SECRET, problems, read};

#[test]
fn values_copied_with_more_than_themselves_are_rejected() {
    let strays = [
        " ",
        "\t",
        "\u{a0}",
        "\u{2003}",
        "\u{3000}",
        "\u{ad}",
        "\u{200b}",
        "\u{200e}",
        "\u{202e}",
        "\u{2060}",
        "\u{feff}",
        "\u{3164}",
        "\u{e0020}",
    ];
    for (name, value) in [ACCOUNT, CLIENT, SECRET] {
        for stray in strays {
            for value in [format!("{stray}{value}"), format!("{value}{stray}")] {
                let mut variables = vec![ACCOUNT, CLIENT, SECRET];
                for variable in &mut variables {
                    if variable.0 == name {
                        variable.1 = &value;
                    }
                }
                let found = problems(read(&variables));
                assert_eq!(found.len(), 1, "{found:?}");
                assert!(found[0].starts_with(&format!("{name} must")), "{found:?}");
                assert!(!found[0].contains(&*value), "{found:?}");
            }
        }
    }
    for inside in ["client\u{200b}1", "client\u{feff}-1"] {
        let found = problems(read(&[ACCOUNT, SECRET, ("OP_USERS_CLIENT_ID", inside)]));
        assert_eq!(found.len(), 1, "{found:?}");
    }
    // White space within is part of the value.
    assert!(read(&[ACCOUNT, CLIENT, SECRET]).is_ok());
}

#[test]
fn a_reference_that_was_not_filled_in_is_rejected() {
    for name in [ACCOUNT.0, CLIENT.0, SECRET.0] {
        for value in ["op://Security/Users API/field", "{{ op://Security/x/y }}"] {
            let mut variables = vec![ACCOUNT, CLIENT, SECRET];
            for variable in &mut variables {
                if variable.0 == name {
                    variable.1 = value;
                }
            }
            assert_eq!(
                problems(read(&variables)),
                [format!(
                    "{name} is a reference that `op run` did not fill in"
                )]
            );
        }
    }
    // Also within the pair that was encoded, and in place of it.
    let encoded = crate::base64::encode("client-1:op://Security/x/y");
    for basic in [encoded.expose(), "op://Security/x/y"] {
        let found = problems(read(&[ACCOUNT, ("OP_USERS_BASIC", basic)]));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("OP_USERS_BASIC "), "{found:?}");
    }
}

#[test]
fn another_text_that_names_an_account_is_no_account_id() {
    for value in [
        "acme.1password.eu",
        "https://acme.1password.com",
        "wendy@acme.example",
        "Acme Inc",
    ] {
        let found = problems(read(&[CLIENT, SECRET, ("OP_USERS_ACCOUNT_ID", value)]));
        assert_eq!(
            found,
            ["OP_USERS_ACCOUNT_ID must be the id that `op account get` shows"],
            "{value}"
        );
    }
}
