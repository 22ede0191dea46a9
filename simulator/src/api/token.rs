//! The store of issued access tokens.

use std::{collections::HashMap, time::Duration};

use crate::api::prng::{LOWER_ALPHANUMERIC, SplitMix64};

/// All tokens issued so far, in order.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    prng: SplitMix64,
    life: Duration,
    issued: Vec<Token>,
    /// Index of each token in `issued`, by text.
    indexes: HashMap<String, usize>,
}

#[derive(Clone, Debug)]
struct Token {
    text: String,
    expires_at: Duration,
    is_revoked: bool,
}

/// The status of a bearer token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenStatus {
    Live,
    Expired,
    Revoked,
    Unknown,
}

impl Tokens {
    pub(crate) fn new(seed: u64, life: Duration) -> Self {
        Self {
            prng: SplitMix64::new(seed, "tokens"),
            life,
            issued: Vec::new(),
            indexes: HashMap::new(),
        }
    }

    /// Returns the lifetime of a token.
    pub(crate) fn life(&self) -> Duration {
        self.life
    }

    /// Issues a token. Older tokens stay valid.
    ///
    /// The token contains `+`, `/` and `=`, which RFC 6750, section 2.1
    /// allows. They expose clients that do not form-encode a token in a revoke
    /// request.
    pub(crate) fn issue(&mut self, now: Duration) -> String {
        let text = format!(
            "simulated-token-{:04}.{}+/{}==",
            self.issued.len() + 1,
            self.prng.text(LOWER_ALPHANUMERIC, 16),
            self.prng.text(LOWER_ALPHANUMERIC, 4),
        );
        self.indexes.insert(text.clone(), self.issued.len());
        self.issued.push(Token {
            text: text.clone(),
            expires_at: now.saturating_add(self.life),
            is_revoked: false,
        });
        text
    }

    pub(crate) fn status(&self, text: &str, now: Duration) -> TokenStatus {
        match self.indexes.get(text).map(|index| &self.issued[*index]) {
            None => TokenStatus::Unknown,
            Some(token) => token.status(now),
        }
    }

    /// Revokes a token; an unknown one is ignored.
    pub(crate) fn revoke(&mut self, text: &str) {
        if let Some(index) = self.indexes.get(text) {
            self.issued[*index].is_revoked = true;
        }
    }

    pub(crate) fn revoke_all(&mut self) {
        for token in &mut self.issued {
            token.is_revoked = true;
        }
    }

    pub(crate) fn expire_all(&mut self, now: Duration) {
        for token in &mut self.issued {
            token.expires_at = token.expires_at.min(now);
        }
    }

    pub(crate) fn live_count(&self, now: Duration) -> usize {
        let is_live = |token: &&Token| token.status(now) == TokenStatus::Live;
        self.issued.iter().filter(is_live).count()
    }

    pub(crate) fn texts(&self) -> Vec<String> {
        self.issued.iter().map(|token| token.text.clone()).collect()
    }
}

impl Token {
    fn status(&self, now: Duration) -> TokenStatus {
        if self.is_revoked {
            TokenStatus::Revoked
        } else if self.expires_at <= now {
            TokenStatus::Expired
        } else {
            TokenStatus::Live
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_expires_exactly_at_the_end_of_its_lifetime() {
        let life = Duration::from_secs(900);
        let mut tokens = Tokens::new(1, life);
        let text = tokens.issue(Duration::from_secs(5));
        let end = Duration::from_secs(905);
        let before = end - Duration::from_nanos(1);
        assert_eq!(tokens.status(&text, before), TokenStatus::Live);
        assert_eq!(tokens.status(&text, end), TokenStatus::Expired);
    }
}
