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
    let mut shown = String::with_capacity(text.len());
    let mut hidden_until = 0;
    for (at, letter) in text.char_indices() {
        let rest = text.as_bytes().get(at..).unwrap_or_default();
        let shared = secrets
            .iter()
            .map(|secret| shared_prefix(rest, secret.as_bytes()))
            .max()
            .unwrap_or(0);
        if shared > 0 {
            if at >= hidden_until {
                shown.push_str("[redacted]");
            }
            hidden_until = hidden_until.max(at.saturating_add(shared));
        }
        if at >= hidden_until {
            shown.push(letter);
        }
    }
    shown
}

/// How many bytes at the start of `text` stand in `secret` too: 8 at least, or all of a shorter secret; else 0.
fn shared_prefix(text: &[u8], secret: &[u8]) -> usize {
    const SHORTEST: usize = 8;
    let least = secret.len().clamp(1, SHORTEST);
    (0..secret.len())
        .filter_map(|from| secret.get(from..))
        .map(|tail| text.iter().zip(tail).take_while(|(a, b)| a == b).count())
        .filter(|&shared| shared >= least)
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
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
}
