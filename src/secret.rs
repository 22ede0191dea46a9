//! Text that must not be seen: zeroed when it is dropped, and `[redacted]` when it is printed.

use alloc::string::String;
use core::fmt;

use zeroize::Zeroizing;

use crate::text;

/// A secret, a token, or a value that holds one.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes over the text.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// Puts the parts together, without leaving copies in memory that was outgrown.
    pub fn concat(parts: &[&str]) -> Self {
        Self::new(text::concat(parts))
    }

    /// The text itself, for where it must go on the wire.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// What the server said, with every stretch of 8 or more bytes that it shares with one of the secrets blacked out,
/// and shorter secrets where they stand whole.
pub(crate) fn blacked_out(text: &str, secrets: &[&str]) -> String {
    const SHORTEST: usize = 8;
    let mut shown = String::with_capacity(text.len());
    let mut hidden_until = 0;
    let mut is_hiding = false;
    for (at, letter) in text.char_indices() {
        // A stretch may begin within a letter. A longer one than the shortest is several that overlap.
        for from in at..at.saturating_add(letter.len_utf8()) {
            for secret in secrets {
                let size = secret.len().clamp(1, SHORTEST);
                let until = from.saturating_add(size);
                let stretch = text.as_bytes().get(from..until);
                if stretch.is_some_and(|stretch| stands_in(stretch, secret)) {
                    hidden_until = hidden_until.max(until);
                }
            }
        }
        if at >= hidden_until {
            shown.push(letter);
        } else if !is_hiding {
            shown.push_str("[redacted]");
        }
        is_hiding = at < hidden_until;
    }
    shown
}

/// Whether these bytes, at least one, stand in the secret.
fn stands_in(stretch: &[u8], secret: &str) -> bool {
    (0..secret.len())
        .filter_map(|from| secret.as_bytes().get(from..))
        .any(|tail| tail.starts_with(stretch))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn debug_shows_nothing() {
        assert_eq!(
            format!("{:?}", Secret::concat(&["s3c", "ret"])),
            "[redacted]"
        );
    }

    #[test]
    fn whole_secrets_and_parts_of_eight_are_blacked_out() {
        let secrets = ["correct-horse-battery", "tok"];
        assert_eq!(
            blacked_out("bad correct-horse-battery!", &secrets),
            "bad [redacted]!"
        );
        assert_eq!(
            blacked_out("ends in -battery", &secrets),
            "ends in [redacted]"
        );
        assert_eq!(blacked_out("a tok b", &secrets), "a [redacted] b");
        let one_within_the_other = ["abcdefghij", "cd"];
        assert_eq!(
            blacked_out("abcdefghij!", &one_within_the_other),
            "[redacted]!"
        );
        assert_eq!(blacked_out("a horse", &secrets), "a horse");
    }

    #[test]
    fn letters_of_any_width_are_survived() {
        assert_eq!(
            blacked_out("é€\u{1f600}", &["é€\u{1f600}x", ""]),
            "[redacted]"
        );
        assert_eq!(blacked_out("€€", &["€x"]), "€€");
        assert_eq!(
            blacked_out("xé€\u{1f600}!", &["é€\u{1f600}"]),
            "x[redacted]!"
        );
    }

    #[test]
    fn a_stretch_may_begin_within_a_letter() {
        // The second byte of both first letters is the same.
        assert_eq!(blacked_out("éabcdefg", &["\u{129}abcdefg"]), "[redacted]");
        assert_eq!(blacked_out("abcdefgé", &["abcdefg\u{e8}"]), "[redacted]");
    }

    #[test]
    fn a_text_and_a_secret_of_one_letter_take_no_time() {
        let (text, secret) = ("a".repeat(4096), "a".repeat(8192));
        assert_eq!(blacked_out(&text, &[&secret]), "[redacted]");
    }

    proptest! {
        #[test]
        fn no_eight_bytes_of_a_secret_are_shown(
            secret in "[abé\u{129}\u{20ac}]{3,20}",
            before in "[abé\u{129}\u{20ac}]{0,12}",
            from in any::<prop::sample::Index>(),
            after in "[abé\u{129}\u{20ac}]{0,12}",
        ) {
            let part: String = secret.chars().skip(from.index(secret.chars().count())).collect();
            let shown = blacked_out(&format!("{before}{part}{after}"), &[&secret]);
            for part in secret.as_bytes().windows(8) {
                prop_assert!(!shown.as_bytes().windows(8).any(|window| window == part), "{}", shown);
            }
        }

        #[test]
        fn what_shares_nothing_with_a_secret_is_left_as_it_is(text in any::<String>()) {
            prop_assert_eq!(blacked_out(&text, &["", "\u{fffff}\u{fffff}\u{fffff}"]), text);
        }
    }
}
