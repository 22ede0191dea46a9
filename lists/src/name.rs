//! Form of an e-mail address and of an id: text that can be neither is refused.

/// Maximum length of an id or an address, in bytes. The client has the same limit.
const MAX_NAME: usize = 1024;
/// Length of an id, in characters. Every id seen so far has it, although the API documentation calls ids opaque.
const ID_LENGTH: usize = 26;
/// ASCII characters that neither an address nor an id contains: they enclose or separate names, or stand for several.
const SPECIAL: &str = "<>();,\\|*:[]{}";
/// Quotation marks other than the apostrophe. The last ones are letters by their Unicode category.
const QUOTES: &str = "\"`´‘’‚‛“”„‟‹›«»′″‵‶❛❜❝❞〝〞〟＂＇｀ʹʺʻʼʽʾʿˈˊˋꞋꞌ՚׳״";
/// Letters by their Unicode category that are shown as nothing.
const INVISIBLE_LETTERS: [char; 4] = ['\u{115f}', '\u{1160}', '\u{3164}', '\u{ffa0}'];

/// Checks that a text can be an e-mail address. The error completes the sentence "it …".
///
/// # Errors
///
/// If the text contains white space, quotation marks, `<>();,\|*:[]{}`, invisible or control characters or symbols; if there is not
/// exactly one `@`; if the part before it is empty; or if the domain after it is not a name with a dot.
pub fn check_address(text: &str) -> Result<(), String> {
    check_text(text)?;
    let Some((local, domain)) = text.split_once('@') else {
        return Err("has no @".to_owned());
    };
    if domain.contains('@') {
        return Err("has more than one @".to_owned());
    }
    if local.is_empty() {
        return Err("has nothing before the @".to_owned());
    }
    if local.starts_with('.') || local.ends_with('.') || local.contains("..") {
        return Err("has a dot at an end of the part before the @, or two in a row".to_owned());
    }
    // An apostrophe as in O'Brien is part of a name; at an end it is a quotation mark.
    if text.starts_with('\'') || local.ends_with('\'') || domain.contains('\'') {
        return Err("contains a quotation mark (')".to_owned());
    }
    if domain.is_empty() {
        return Err("has nothing after the @".to_owned());
    }
    if !domain.contains('.') {
        return Err("has no dot in the domain".to_owned());
    }
    let is_label = |label: &str| {
        let is_domain_letter = |letter: char| {
            !letter.is_ascii() || letter.is_ascii_alphanumeric() || "-_".contains(letter)
        };
        !label.is_empty() && label.chars().all(is_domain_letter)
    };
    if !domain.split('.').all(is_label) {
        return Err("has a domain that is not a name".to_owned());
    }
    Ok(())
}

/// Checks that a text can be an id: ids are opaque, but no address, and one segment of a path. The error completes the
/// sentence "it …".
///
/// # Errors
///
/// If the text contains an `@`, white space, quotation marks, `<>();,\|*:[]{}`, invisible or control characters or symbols.
pub fn check_id(text: &str) -> Result<(), String> {
    check_text(text)?;
    match text {
        "." | ".." => Err("is a part of a path".to_owned()),
        _ if text.contains('@') => Err("has an @".to_owned()),
        _ if text.contains('\'') => Err("contains a quotation mark (')".to_owned()),
        _ => Ok(()),
    }
}

/// Returns true if a text has the form that the ids of 1Password have in practice: 26 capital letters and digits.
#[must_use]
pub fn has_id_form(text: &str) -> bool {
    text.len() == ID_LENGTH
        && text
            .bytes()
            .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

fn check_text(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Err("is empty".to_owned());
    }
    if text.len() > MAX_NAME {
        return Err(format!("is longer than {MAX_NAME} bytes"));
    }
    let Some((letter, kind)) = text
        .chars()
        .find_map(|letter| Some((letter, unfit(letter)?)))
    else {
        return Ok(());
    };
    let is_shown = letter.is_ascii_graphic() || QUOTES.contains(letter);
    Err(if is_shown {
        format!("contains {kind} ({letter})")
    } else {
        format!("contains {kind} (U+{:04X})", u32::from(letter))
    })
}

/// Kind of a character that neither an address nor an id contains. None for other characters.
fn unfit(letter: char) -> Option<&'static str> {
    match letter {
        _ if QUOTES.contains(letter) => Some("a quotation mark"),
        _ if SPECIAL.contains(letter) => Some("a separator or bracket"),
        _ if letter.is_ascii_graphic() => None,
        _ if letter.is_whitespace() => Some("white space"),
        _ if letter.is_control() => Some("a control character"),
        '\u{fffd}' => Some("a sign of a wrong encoding"),
        '\u{300}'..='\u{36f}' => Some("an accent that is apart from its letter"),
        _ if INVISIBLE_LETTERS.contains(&letter) => Some("an invisible character"),
        '\u{17b4}' | '\u{17b5}' => Some("an invisible character"),
        // Vowel signs and other marks of South and South-East Asian scripts, some of which are not alphabetic.
        '\u{900}'..='\u{fff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17d3}' => None,
        _ if letter.is_alphanumeric() => None,
        _ => Some("an invisible character or a symbol"),
    }
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
            ("", "is empty"),
            ("wendy", "has no @"),
            ("wendy@acme", "has no dot"),
            ("@acme.example", "has nothing before"),
            ("wendy@", "has nothing after"),
            ("wendy@acme.example.", "not a name"),
            ("wendy@.example", "not a name"),
            ("wendy@acme..example", "not a name"),
            ("wendy@acme.example?subject=x", "not a name"),
            ("...@acme.example", "a dot at an end"),
            ("a@b.c@d.e", "more than one @"),
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
            ("'wendy@acme.example'", "quotation mark"),
            ("wendy'@acme.example", "quotation mark"),
            ("wendy@acme.example'", "quotation mark"),
            ("\"wendy\"@acme.example", "quotation mark"),
            ("o’brien@acme.example", "quotation mark (’)"),
            ("oʼbrien@acme.example", "quotation mark (ʼ)"),
            ("„wendy@acme.example“", "quotation mark"),
            ("wendy@acme.example\u{a0}", "white space (U+00A0)"),
            ("a\u{7}b@acme.example", "control character (U+0007)"),
            ("wen\u{85}dy@acme.example", "white space"),
            ("e\u{301}lodie@acme.example", "an accent"),
            ("\u{fffd}lodie@acme.example", "wrong encoding"),
            ("wendy＠acme.example", "a symbol"),
            ("wendy@acme。example", "a symbol"),
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
