//! Secret text: zeroed when it is dropped, `[redacted]` when it is printed.

use alloc::string::String;
use core::fmt;

use zeroize::Zeroizing;

/// A client secret, a token, or a text that contains one.
#[derive(Clone, Default, Eq, PartialEq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes over the text.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// Joins texts in memory that is reserved at once, so that no copies stay behind.
    pub fn concat(parts: &[&str]) -> Self {
        Self::new(parts.concat())
    }

    /// The text itself, to be sent.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_of_a_secret_is_redacted() {
        assert_eq!(
            format!("{:?}", Secret::concat(&["s3c", "ret"])),
            "[redacted]"
        );
    }
}
