//! Form of an e-mail address and of an id: text that can be neither is refused.

use onepassword_users::{check_email, check_user_id, unfit_letter};

/// Quotation marks that a terminal shows as themselves.
const QUOTES: &str = "´‘’‚‛“”„‟‹›«»′″‵‶❛❜❝❞〝〞〟＂＇｀ʹʺʻʼʽʾʿˈˊˋꞋꞌ՚׳״";
/// Length of an id, in characters. Every id seen so far has it, although the API documentation calls ids opaque.
const ID_LENGTH: usize = 26;

/// Checks that a text can be an e-mail address, as the client does for the addresses that it is given, and that no white
/// space surrounds it. The error completes the sentence "it …", and shows the character that is in the way.
///
/// # Errors
///
/// Those of [`check_email`].
pub fn check_address(text: &str) -> Result<(), String> {
    check(text, check_email)
}

/// Checks that a text can be an id, as the client does for the ids that it is given. The error completes the sentence "it …",
/// and shows the character that is in the way.
///
/// # Errors
///
/// Those of [`check_user_id`].
pub fn check_id(text: &str) -> Result<(), String> {
    check(text, check_user_id)
}

/// Returns true if a text has the form that the ids of 1Password have in practice: 26 capital letters and digits.
#[must_use]
pub fn has_id_form(text: &str) -> bool {
    text.len() == ID_LENGTH
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

fn check(text: &str, rule: fn(&str) -> Result<(), &'static str>) -> Result<(), String> {
    let Some(letter) = unfit_letter(text) else {
        return rule(text).map_err(str::to_owned);
    };
    // The client ignores white space around an address; a list has been read without it.
    let must = match rule(text.trim()) {
        Err(must) if text.trim() == text => must,
        _ => "must not contain white space",
    };
    Err(if letter == '\u{fffd}' {
        "must not contain the sign of a wrong encoding (U+FFFD)".to_owned()
    } else if letter.is_ascii_graphic() || QUOTES.contains(letter) {
        format!("{must} ({letter})")
    } else {
        format!("{must} (U+{:04X})", u32::from(letter))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_of_real_people_are_accepted() {
        for text in [
            "wendy+x@acme.example",
            "élodie@bücher.example",
            "o'brien@acme.example",
            "wendy_acme.example#EXT#@acme.onmicrosoft.com",
            "иван@почта.рф",
            "संपर्क@डाटामेल.भारत",
            "張偉@例子.公司",
            "a@b.c",
        ] {
            assert_eq!(check_address(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn texts_that_are_no_address_are_refused() {
        for (text, cause) in [
            ("", "must not be empty"),
            ("wendy", "must have an @"),
            ("wendy@acme", "with a dot after"),
            ("@acme.example", "a name before"),
            ("wendy@", "with a dot after"),
            ("wendy@acme.example.", "with a dot after"),
            ("wendy@.example", "with a dot after"),
            ("wendy@acme..example", "with a dot after"),
            ("wendy@acme.example?subject=x", "(?)"),
            ("...@acme.example", "a dot at an end"),
            ("a@b.c@d.e", "only one @"),
            ("mailto:wendy@acme.example", "(:)"),
            ("<wendy@acme.example>", "(<)"),
            ("Wendy <wendy@acme.example>", "white space"),
            ("a@b.c;d@e.f", "(;)"),
            ("a@b.c,d@e.f", "(,)"),
            ("a@b.c|d@e.f", "(|)"),
            ("*@acme.example", "(*)"),
            ("(wendy)@acme.example", "(()"),
            ("acme\\wendy@acme.example", "(\\)"),
            ("[\"wendy@acme.example\"]", "([)"),
            ("'wendy@acme.example'", "quotes"),
            ("wendy'@acme.example", "quotes"),
            ("wendy@acme.example'", "quotes"),
            ("\"wendy\"@acme.example", "quotes"),
            ("o’brien@acme.example", "symbols (’)"),
            ("oʼbrien@acme.example", "symbols (ʼ)"),
            ("„wendy@acme.example“", "quotes"),
            ("wendy@acme.example\u{a0}", "white space (U+00A0)"),
            ("a\u{7}b@acme.example", "control characters (U+0007)"),
            ("wen\u{85}dy@acme.example", "control characters"),
            ("e\u{301}lodie@acme.example", "symbols (U+0301)"),
            ("\u{fffd}lodie@acme.example", "wrong encoding"),
            ("wendy＠acme.example", "symbols (U+"),
            ("wendy@acme。example", "symbols (U+"),
        ] {
            let error = check_address(text).unwrap_err();
            assert!(error.contains(cause), "{text:?}: {error}");
        }
        assert!(check_address(&format!("{}@acme.example", "x".repeat(1024))).is_err());
    }

    #[test]
    fn invisible_and_format_characters_are_refused_anywhere() {
        // Unicode's category Cf and its property Default_Ignorable_Code_Point, in version 16.
        let ranges = [
            0xad..=0xad,
            0x34f..=0x34f,
            0x600..=0x605,
            0x61c..=0x61c,
            0x6dd..=0x6dd,
            0x70f..=0x70f,
            0x890..=0x891,
            0x8e2..=0x8e2,
            0x115f..=0x1160,
            0x17b4..=0x17b5,
            0x180b..=0x180f,
            0x200b..=0x200f,
            0x2028..=0x202e,
            0x2060..=0x206f,
            0x2800..=0x2800,
            0x3164..=0x3164,
            0xfe00..=0xfe0f,
            0xfeff..=0xfeff,
            0xffa0..=0xffa0,
            0xfff0..=0xfffb,
            0x110bd..=0x110bd,
            0x110cd..=0x110cd,
            0x13430..=0x1343f,
            0x1bca0..=0x1bca3,
            0x1d173..=0x1d17a,
            0xe0000..=0xe0fff,
        ];
        for letter in ranges.into_iter().flatten().filter_map(char::from_u32) {
            for text in [
                format!("{letter}wendy@acme.example"),
                format!("wen{letter}dy@acme.example"),
                format!("wendy@acme.example{letter}"),
            ] {
                assert!(check_address(&text).is_err(), "{text:?}");
            }
            assert!(check_id(&format!("A{letter}")).is_err(), "{letter:?}");
        }
    }

    #[test]
    fn an_id_is_opaque_but_one_word() {
        for text in [
            "A",
            "IR7VJHJ36JHINBFAD7V2T5MP3E",
            "8a1f1c8e-7c1b",
            "U012AB3CD",
        ] {
            assert_eq!(check_id(text), Ok(()), "{text}");
        }
        for text in [
            "",
            ".",
            "..",
            "a@b.c",
            "'A'",
            "A B",
            "A,B",
            "A\u{200b}",
            "#\tA",
        ] {
            assert!(check_id(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn ids_of_1password_have_a_form() {
        assert!(has_id_form("IR7VJHJ36JHINBFAD7V2T5MP3E"));
        for text in [
            "IR7VJHJ36JHINBFAD7V2T5MP3",
            "IR7VJHJ36JHINBFAD7V2T5MP3EX",
            "ir7vjhj36jhinbfad7v2t5mp3e",
            "U012AB3CD",
            "8a1f1c8e-7c1b-4f57-9f3c-0d5a0a1b2c3d",
        ] {
            assert!(!has_id_form(text), "{text}");
        }
    }
}
