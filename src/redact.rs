//! What a server may know and nobody may be shown: secrets, in what it says and in its data.

use alloc::vec::Vec;

use crate::{call::Call, platform::Platform, secret::Secret, text, token::Token};

impl<H: Platform> Call<'_, H> {
    /// What must not be shown of a request with this token, or without one: the token before it neither, which the server
    /// knows too.
    pub fn secrets<'s>(
        &'s self,
        token: Option<&'s Secret>,
        last: Option<&'s Token>,
    ) -> Vec<&'s str> {
        let last = last.map(|token| &token.value);
        let secrets = self.settings().secrets.iter().chain(token).chain(last);
        secrets.map(Secret::expose).collect()
    }

    /// Whether a server repeats a secret in what should be data. A short one may stand there by chance.
    pub fn is_repeated<'t>(&self, token: &Token, texts: impl Iterator<Item = &'t str>) -> bool {
        const SHORTEST: usize = 8;
        let last = self.account().tokens.last.get();
        let mut secrets = self.secrets(Some(&token.value), last.as_deref());
        secrets.retain(|secret| secret.len() >= SHORTEST);
        let mut texts = texts;
        texts.any(|text| {
            let stands = |secret: &&str| text::contains(text.as_bytes(), secret.as_bytes());
            secrets.iter().any(stands)
        })
    }
}
