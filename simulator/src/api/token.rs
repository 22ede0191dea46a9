//! The access tokens that were issued.

use std::collections::HashMap;
use std::time::Duration;

use crate::api::prng::{LOWER_ALPHANUMERIC, SplitMix64};

/// Every token issued so far, in order.
#[derive(Clone, Debug)]
pub(crate) struct Tokens {
    prng: SplitMix64,
    life: Duration,
    issued: Vec<Token>,
    positions: HashMap<String, usize>,
}

#[derive(Clone, Debug)]
struct Token {
    text: String,
    expires: Duration,
    revoked: bool,
}

/// What a bearer token is worth.
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
            positions: HashMap::new(),
        }
    }

    /// How long a token lives.
    pub(crate) fn life(&self) -> Duration {
        self.life
    }

    /// A new token; older ones stay as they are.
    ///
    /// Its `+`, `/` and `=` are in the grammar of RFC 6750, section 2.1, and
    /// find out clients that do not form-encode a token which they revoke.
    pub(crate) fn issue(&mut self, now: Duration) -> String {
        let text = format!(
            "simulated-token-{:04}.{}+/{}==",
            self.issued.len() + 1,
            self.prng.text(LOWER_ALPHANUMERIC, 16),
            self.prng.text(LOWER_ALPHANUMERIC, 4),
        );
        self.positions.insert(text.clone(), self.issued.len());
        self.issued.push(Token {
            text: text.clone(),
            expires: now.saturating_add(self.life),
            revoked: false,
        });
        text
    }

    pub(crate) fn status(&self, text: &str, now: Duration) -> TokenStatus {
        match self.positions.get(text).map(|at| &self.issued[*at]) {
            None => TokenStatus::Unknown,
            Some(token) => token.status(now),
        }
    }

    /// Revokes a token, if it was ever issued.
    pub(crate) fn revoke(&mut self, text: &str) {
        if let Some(at) = self.positions.get(text) {
            self.issued[*at].revoked = true;
        }
    }

    pub(crate) fn revoke_all(&mut self) {
        for token in &mut self.issued {
            token.revoked = true;
        }
    }

    pub(crate) fn expire_all(&mut self, now: Duration) {
        for token in &mut self.issued {
            token.expires = token.expires.min(now);
        }
    }

    pub(crate) fn live_count(&self, now: Duration) -> usize {
        let live = |token: &&Token| token.status(now) == TokenStatus::Live;
        self.issued.iter().filter(live).count()
    }

    pub(crate) fn texts(&self) -> Vec<String> {
        self.issued.iter().map(|token| token.text.clone()).collect()
    }
}

impl Token {
    fn status(&self, now: Duration) -> TokenStatus {
        if self.revoked {
            TokenStatus::Revoked
        } else if self.expires <= now {
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
    fn a_token_is_live_until_the_very_end_of_its_life() {
        let life = Duration::from_secs(900);
        let mut tokens = Tokens::new(1, life);
        let text = tokens.issue(Duration::from_secs(5));
        let end = Duration::from_secs(905);
        let before = end - Duration::from_nanos(1);
        assert_eq!(tokens.status(&text, before), TokenStatus::Live);
        assert_eq!(tokens.status(&text, end), TokenStatus::Expired);
    }
}
