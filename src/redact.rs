//! Keeps secrets out of text and data that a server sent.

use alloc::{string::String, vec};

/// Length of a match that is redacted even if the secret is longer, in bytes. A shorter secret must match whole.
const MIN_MATCH: usize = 8;
/// Length of the end of a secret that is searched for in data, in bytes. Bounds the work on a long text with a long secret.
const MAX_SEARCHED: usize = 16;

/// Replaces every secret in a text, and every part of one from 8 bytes on, by `[redacted]`. The caller limits the length of the
/// text: the work is its length times that of all secrets.
pub(crate) fn redact(text: &str, secrets: &[&str]) -> String {
    let mut is_hidden = vec![false; text.len()];
    for secret in secrets {
        hide(text.as_bytes(), secret.as_bytes(), &mut is_hidden);
    }
    let mut redacted = String::with_capacity(text.len());
    let mut is_hiding = false;
    for (at, letter) in text.char_indices() {
        // A match may begin or end within a character.
        let bytes = is_hidden.get(at..at.saturating_add(letter.len_utf8()));
        let was_hiding =
            core::mem::replace(&mut is_hiding, bytes.is_some_and(|it| it.contains(&true)));
        if !is_hiding {
            redacted.push(letter);
        } else if !was_hiding {
            redacted.push_str("[redacted]");
        }
    }
    redacted
}

/// Marks the bytes of a text that match a part of a secret. A match longer than the minimum consists of several that overlap.
fn hide(text: &[u8], secret: &[u8], is_hidden: &mut [bool]) {
    let size = secret.len().clamp(1, MIN_MATCH);
    for (at, part) in text.windows(size).enumerate() {
        let is_found = match part.try_into() {
            Ok(part) => contains_8_bytes(secret, part),
            Err(_) => contains_bytes(secret, part),
        };
        if is_found && let Some(matched) = is_hidden.get_mut(at..at.saturating_add(size)) {
            matched.fill(true);
        }
    }
}

/// True if these 8 bytes occur in others: one comparison of numbers for each position.
fn contains_8_bytes(bytes: &[u8], part: [u8; MIN_MATCH]) -> bool {
    let part = u64::from_ne_bytes(part);
    bytes
        .array_windows()
        .any(|window| u64::from_ne_bytes(*window) == part)
}

/// True if one of the texts contains one of the secrets, or its last 16 bytes. Secrets under 8 bytes may occur by chance and
/// are ignored.
pub(crate) fn leaks_secret<'t>(mut texts: impl Iterator<Item = &'t str>, secrets: &[&str]) -> bool {
    let steps = steps(secrets);
    texts.any(|text| contains_secret(text.as_bytes(), secrets, &steps))
}

/// Parts of the secrets that are searched for in data.
fn searched_parts<'s>(secrets: &[&'s str]) -> impl Iterator<Item = &'s [u8]> {
    let long = secrets.iter().filter(|secret| secret.len() >= MIN_MATCH);
    long.map(|secret| searched_part(secret))
}

/// For each byte: distance from its last occurrence in the first 8 bytes of a part to the eighth, the least of all parts. 8 for a
/// byte that does not occur in them.
fn steps(secrets: &[&str]) -> [u8; 256] {
    let mut steps = [8; 256];
    for part in searched_parts(secrets) {
        for (&byte, distance) in part.iter().zip((0..8).rev()) {
            if let Some(step) = steps.get_mut(usize::from(byte)) {
                *step = distance.min(*step);
            }
        }
    }
    steps
}

/// True if a text contains a part of a secret. The eighth byte at a position tells how far the next position is at which a part
/// can begin (Horspool, 1980), so that most bytes are not looked at.
fn contains_secret(text: &[u8], secrets: &[&str], steps: &[u8; 256]) -> bool {
    let mut rest = text;
    while let Some(&eighth) = rest.get(MIN_MATCH.saturating_sub(1)) {
        let step = steps.get(usize::from(eighth)).copied().unwrap_or(0);
        if step == 0 && searched_parts(secrets).any(|part| rest.starts_with(part)) {
            return true;
        }
        rest = rest.get(usize::from(step.max(1))..).unwrap_or_default();
    }
    false
}

/// The last 16 bytes of a secret: all of them take part in no more than 16 comparisons for each byte of a text.
fn searched_part(secret: &str) -> &[u8] {
    let start = secret.len().saturating_sub(MAX_SEARCHED);
    secret.as_bytes().get(start..).unwrap_or_default()
}

/// True if these bytes, at least one, occur in others.
pub(crate) fn contains_bytes(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn whole_secrets_and_parts_of_8_bytes_are_redacted() {
        let secrets = ["correct-horse-battery", "tok"];
        assert_eq!(
            redact("bad correct-horse-battery!", &secrets),
            "bad [redacted]!"
        );
        assert_eq!(redact("ends in -battery", &secrets), "ends in [redacted]");
        assert_eq!(redact("a tok b", &secrets), "a [redacted] b");
        let one_within_the_other = ["abcdefghij", "cd"];
        assert_eq!(redact("abcdefghij!", &one_within_the_other), "[redacted]!");
        assert_eq!(redact("a horse", &secrets), "a horse");
    }

    #[test]
    fn characters_of_any_width_are_redacted_whole() {
        assert_eq!(redact("é€\u{1f600}", &["é€\u{1f600}x", ""]), "[redacted]");
        assert_eq!(redact("€€", &["€x"]), "€€");
        assert_eq!(redact("xé€\u{1f600}!", &["é€\u{1f600}"]), "x[redacted]!");
    }

    #[test]
    fn a_match_may_begin_within_a_character() {
        // Both first characters have the same second byte.
        assert_eq!(redact("éabcdefg", &["\u{129}abcdefg"]), "[redacted]");
        assert_eq!(redact("abcdefgé", &["abcdefg\u{e8}"]), "[redacted]");
    }

    #[test]
    fn long_runs_of_one_letter_are_redacted_quickly() {
        let (text, secret) = ("a".repeat(4096), "a".repeat(8192));
        assert_eq!(redact(&text, &[&secret]), "[redacted]");
        // No part matches, and all begin alike.
        let (text, secret) = ("aaaaaaac".repeat(128), "a".repeat(8191) + "b");
        assert_eq!(redact(&text, &[&secret]), text);
    }

    #[test]
    fn a_leaked_secret_is_found_within_any_text() {
        let secrets = ["correct-horse", "other-secret"];
        assert!(leaks_secret(
            ["a", "my correct-horse"].into_iter(),
            &secrets
        ));
        assert!(leaks_secret(["other-secret"].into_iter(), &secrets));
        assert!(!leaks_secret(["correct", "horse"].into_iter(), &secrets));
        assert!(!leaks_secret([].into_iter(), &secrets));
    }

    #[test]
    fn the_searched_part_of_a_secret_is_16_bytes_at_most() {
        let secret = "a".repeat(8000) + "0123456789abcdef";
        assert_eq!(searched_part(&secret), b"0123456789abcdef");
        assert_eq!(searched_part("eight888"), b"eight888");
        assert!(leaks_secret(["x0123456789abcdefx"].into_iter(), &[&secret]));
    }

    #[test]
    fn a_secret_under_8_bytes_does_not_count_as_leaked() {
        assert!(!leaks_secret(["seven77"].into_iter(), &["seven77"]));
        assert!(leaks_secret(["eight888"].into_iter(), &["eight888"]));
    }

    proptest! {
        #[test]
        fn no_8_bytes_of_a_secret_remain(
            secret in "[abé\u{129}\u{20ac}]{3,20}",
            before in "[abé\u{129}\u{20ac}]{0,12}",
            from in any::<prop::sample::Index>(),
            after in "[abé\u{129}\u{20ac}]{0,12}",
        ) {
            let part: String = secret.chars().skip(from.index(secret.chars().count())).collect();
            let redacted = redact(&format!("{before}{part}{after}"), &[&secret]);
            for part in secret.as_bytes().windows(8) {
                prop_assert!(!redacted.as_bytes().windows(8).any(|window| window == part), "{}", redacted);
            }
        }

        #[test]
        fn a_secret_is_found_where_it_occurs(
            texts in prop::collection::vec("[abé]{0,40}", 1..3),
            secrets in prop::collection::vec("[abé]{8,18}", 0..4),
        ) {
            let occurs = |secret: &String| {
                let part = searched_part(secret);
                texts.iter().any(|text| contains_bytes(text.as_bytes(), part))
            };
            let listed: Vec<&str> = secrets.iter().map(String::as_str).collect();
            let found = leaks_secret(texts.iter().map(String::as_str), &listed);
            prop_assert_eq!(found, secrets.iter().any(occurs));
        }

        #[test]
        fn text_without_secrets_is_unchanged(text in any::<String>()) {
            prop_assert_eq!(redact(&text, &["", "\u{fffff}\u{fffff}\u{fffff}"]), text);
        }
    }
}
