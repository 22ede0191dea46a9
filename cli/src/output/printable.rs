//! Text from outside, made safe for a terminal: letters that cannot be seen are escaped.

use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{DefaultIgnorableCodePoint, GeneralCategory},
};

/// Returns true if a letter cannot be seen or changes how its neighbours are shown: controls (C0, C1), format letters such as
/// the bidirectional controls, line and paragraph separators, private use, and code points that Unicode has not assigned.
pub(crate) fn is_hidden(letter: char) -> bool {
    if letter.is_ascii() {
        return letter.is_ascii_control();
    }
    matches!(
        CodePointMapData::<GeneralCategory>::new().get(letter),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
            | GeneralCategory::PrivateUse
            | GeneralCategory::Surrogate
            | GeneralCategory::Unassigned
    ) || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(letter)
}

/// A text from outside on one line, with hidden letters as `\u{202e}`.
pub(crate) fn printable(text: &str) -> String {
    escape(text, |_| false)
}

/// A text of this program on several lines, with hidden letters other than the line breaks as `\u{202e}`.
pub(crate) fn printable_lines(text: &str) -> String {
    escape(text, |letter| letter == '\n')
}

fn escape(text: &str, is_kept: impl Fn(char) -> bool) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        if is_hidden(letter) && !is_kept(letter) {
            escaped.extend(letter.escape_unicode());
        } else {
            escaped.push(letter);
        }
    }
    escaped
}

/// A text from outside as one word of a POSIX shell, for a command that is offered for copying. None if the text contains hidden
/// letters: the word that is seen would not be the word that is copied.
pub(crate) fn shell_word(text: &str) -> Option<String> {
    if text.chars().any(is_hidden) {
        return None;
    }
    Some(shlex::try_quote(text).ok()?.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_letters_are_escaped() {
        for letter in [
            '\0',
            '\t',
            '\n',
            '\r',
            '\u{1b}',
            '\u{7f}',
            '\u{85}',
            '\u{9b}',
            '\u{ad}',
            '\u{61c}',
            '\u{180e}',
            '\u{200b}',
            '\u{200d}',
            '\u{200e}',
            '\u{2028}',
            '\u{2029}',
            '\u{202e}',
            '\u{2066}',
            '\u{2069}',
            '\u{2065}',
            '\u{3164}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{fff9}',
            '\u{e000}',
            '\u{1d173}',
            '\u{e0001}',
            '\u{e0041}',
            '\u{e01ef}',
            '\u{10ffff}',
        ] {
            let expected = format!("a\\u{{{:x}}}b", u32::from(letter));
            assert_eq!(printable(&format!("a{letter}b")), expected);
        }
    }

    #[test]
    fn names_in_any_script_stay_as_they_are() {
        for name in [
            "Wendy O'Neill-Smith (ext.) <x@y>",
            "دينا عبد الله",
            "שָׁלוֹם כהן",
            "Ιωάννης",
            "山田　太郎",
            "김철수",
            "देवनागरी",
            "e\u{301}lodie",
            "🙂",
        ] {
            assert_eq!(printable(name), name);
        }
    }

    #[test]
    fn lines_keep_their_breaks_only() {
        assert_eq!(printable_lines("a\n\u{1b}b\r\n"), "a\n\\u{1b}b\\u{d}\n");
    }

    #[test]
    fn shell_words_are_read_back_as_they_were() {
        for text in [
            "A",
            "",
            "a b",
            "it's",
            "$(reboot)",
            "`x`",
            "a;b",
            "!!",
            "^",
            "é",
            "-x",
        ] {
            let word = shell_word(text).expect("it can be shown");
            assert_eq!(shlex::split(&word), Some(vec![text.to_owned()]), "{word}");
        }
        assert_eq!(shell_word("a\u{1b}b"), None);
        assert_eq!(shell_word("a\u{202e}b"), None);
    }
}
