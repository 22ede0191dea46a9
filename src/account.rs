//! An account: its settings, and the token that belongs to them.

use alloc::rc::Rc;

use crate::{settings::Settings, token::Tokens};

/// What is replaced as one, so that no token ever meets other settings than its own.
pub(crate) struct Account {
    pub settings: Settings,
    pub tokens: Tokens,
}

impl Account {
    pub fn new(settings: Settings) -> Rc<Self> {
        Rc::new(Self {
            settings,
            tokens: Tokens::default(),
        })
    }
}
