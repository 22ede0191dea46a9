//! An account: its settings, and the tokens that belong to them.

use alloc::{rc::Rc, vec::Vec};

use crate::{
    generation::Generation,
    secret::Secret,
    settings::Settings,
    token::{Token, TokenCache},
};

/// Settings and tokens, replaced together, so that no token is used with the settings of another account.
pub(crate) struct Account {
    pub settings: Settings,
    pub tokens: TokenCache,
}

impl Account {
    /// An account without a token.
    pub(crate) fn new(settings: Settings) -> Rc<Self> {
        let generation = settings.generation.unwrap_or(Generation::FIRST);
        Rc::new(Self {
            settings,
            tokens: TokenCache::new(generation),
        })
    }

    /// Secrets that the server knows after a request with this token.
    pub(crate) fn known_secrets<'a>(&'a self, token: Option<&'a Secret>) -> KnownSecrets<'a> {
        KnownSecrets {
            settings: &self.settings.secrets,
            token,
            last_token: self.tokens.last.get(),
        }
    }
}

/// Secrets that the server knows, and may repeat in a response.
pub(crate) struct KnownSecrets<'a> {
    settings: &'a [Secret],
    token: Option<&'a Secret>,
    last_token: Option<Rc<Token>>,
}

impl KnownSecrets<'_> {
    /// The secrets as a list.
    pub(crate) fn list(&self) -> Vec<&str> {
        let last = self.last_token.as_ref().map(|token| &token.value);
        let secrets = self.settings.iter().chain(self.token).chain(last);
        secrets.map(Secret::expose).collect()
    }
}
