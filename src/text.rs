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
    fn parts_are_put_together() {
        assert_eq!(concat(&["a", "", "bc"]), "abc");
        assert_eq!(join(["a", "b"].into_iter(), "; "), "a; b");
        assert_eq!(join([].into_iter(), "; "), "");
    }
}
