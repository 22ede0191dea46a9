//! Text, put together and searched in few bytes of code: what core brings for it is made for speed, and larger.

use alloc::{borrow::ToOwned, string::String};

/// The parts, one after the other, in memory that holds exactly them.
pub(crate) fn concat(parts: &[&str]) -> String {
    let mut whole = String::with_capacity(
        parts
            .iter()
            .fold(0, |sum, part| sum.saturating_add(part.len())),
    );
    for part in parts {
        whole.push_str(part);
    }
    whole
}

/// The parts with something between them.
pub(crate) fn join<'a>(parts: impl Iterator<Item = &'a str>, between: &str) -> String {
    let mut whole = String::new();
    for part in parts {
        if !whole.is_empty() {
            whole.push_str(between);
        }
        whole.push_str(part);
    }
    whole
}

/// Whether some bytes stand in others.
pub(crate) fn contains(bytes: &[u8], part: &[u8]) -> bool {
    let mut rest = bytes;
    loop {
        if rest.starts_with(part) {
            return true;
        }
        match rest.split_first() {
            Some((_, later)) => rest = later,
            None => return false,
        }
    }
}

/// The start of a text, at most so many bytes of it.
pub(crate) fn cut(text: &str, most: usize) -> &str {
    text.get(..text.floor_char_boundary(most))
        .unwrap_or_default()
}

/// A number in decimal.
pub(crate) fn decimal(number: usize) -> String {
    let mut digits = [b'0'; 20];
    let mut at = digits.len();
    let mut rest = number;
    loop {
        at = at.saturating_sub(1);
        if let Some((digit, value)) = digits.get_mut(at).zip(u8::try_from(rest % 10).ok()) {
            *digit = b'0'.saturating_add(value);
        }
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    let digits = digits.get(at..).unwrap_or_default();
    core::str::from_utf8(digits).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_in_decimal() {
        for number in [0, 7, 10, 255, 1000, usize::MAX] {
            assert_eq!(decimal(number), number.to_string());
        }
    }

    #[test]
    fn texts_are_found_wherever_they_stand() {
        for (text, part, stands) in [
            ("", "", true),
            ("abc", "", true),
            ("abc", "abc", true),
            ("xabc", "abc", true),
            ("ab", "abc", false),
            ("aab", "ab", true),
        ] {
            assert_eq!(
                contains(text.as_bytes(), part.as_bytes()),
                stands,
                "{text} {part}"
            );
        }
    }

    #[test]
    fn letters_are_never_cut_apart() {
        assert_eq!(cut("a€b", 0), "");
        assert_eq!(cut("a€b", 3), "a");
        assert_eq!(cut("a€b", 4), "a€");
        assert_eq!(cut("a€b", 99), "a€b");
    }

    #[test]
    fn parts_are_put_together() {
        assert_eq!(concat(&["a", "", "bc"]), "abc");
        assert_eq!(join(["a", "b"].into_iter(), "; "), "a; b");
        assert_eq!(join([].into_iter(), "; "), "");
    }
}
