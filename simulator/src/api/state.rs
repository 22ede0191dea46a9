//! The state of the simulated API.

use std::time::Duration;

use crate::{
    api::{
        account::Account,
        application::Application,
        clock::Clock,
        page_token::PageTokenCodec,
        population::Population,
        prng::{SplitMix64, UPPER_ALPHANUMERIC},
        token::Tokens,
    },
    permission::Permissions,
    route::{Generation, ShutOff},
    user::State,
};

/// All data that a request can read or change.
#[derive(Clone, Debug)]
pub(crate) struct ApiState {
    pub(crate) account: Account,
    pub(crate) application: Application,
    pub(crate) tokens: Tokens,
    pub(crate) clock: Clock,
    pub(crate) page_tokens: PageTokenCodec,
    pub(crate) generations: Vec<Generation>,
    pub(crate) shut_off: ShutOff,
}

/// The settings that determine the initial state.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) users: usize,
    pub(crate) seed: u64,
    pub(crate) token_life: Duration,
    pub(crate) permissions: Permissions,
    pub(crate) generations: Vec<Generation>,
    pub(crate) shut_off: ShutOff,
    pub(crate) has_unknown_states: bool,
}

impl ApiState {
    pub(crate) fn new(settings: &Settings) -> Self {
        let id = SplitMix64::new(settings.seed, "account").text(UPPER_ALPHANUMERIC, 26);
        let population = Population::new(settings.seed, &id);
        let mut account = Account::new(id, population, settings.users);
        if settings.has_unknown_states {
            // The owner and the externally managed administrator stay active.
            account.set_states(2, &State::UNKNOWN);
        }
        Self {
            account,
            application: Application::new(settings.seed, settings.permissions),
            tokens: Tokens::new(settings.seed, settings.token_life),
            clock: Clock::start(),
            page_tokens: PageTokenCodec::new(settings.seed),
            generations: settings.generations.clone(),
            shut_off: settings.shut_off,
        }
    }
}
