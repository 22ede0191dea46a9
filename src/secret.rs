//! Secret text and bytes: zeroed when they are dropped. The text is `[redacted]` when it is printed.

use alloc::{string::String, vec::Vec};
use core::{
    fmt,
    hint::black_box,
    ops::{Deref, DerefMut},
};

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

/// Bytes that may contain a secret.
///
/// Only bytes that are dropped with it are zeroed: it is not made shorter.
#[derive(Default)]
pub struct SecretBytes(Vec<u8>);

impl SecretBytes {
    /// Takes over the bytes.
    pub fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl Deref for SecretBytes {
    type Target = Vec<u8>;

    fn deref(&self) -> &Vec<u8> {
        &self.0
    }
}

impl DerefMut for SecretBytes {
    fn deref_mut(&mut self) -> &mut Vec<u8> {
        &mut self.0
    }
}

impl Drop for SecretBytes {
    /// Fills the bytes with zeros, in one instruction of WebAssembly. `Zeroizing` writes them one by one.
    fn drop(&mut self) {
        self.0.fill(0);
        // The compiler must not take the writes for useless.
        black_box(&mut self.0);
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
