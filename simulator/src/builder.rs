//! The builder that configures and starts a simulator.

use std::{io, time::Duration};

use crate::{
    api::Settings,
    permission::Permissions,
    request_log::Recorded,
    route::{Generation, ShutOff},
    server::Observer,
    simulator::Simulator,
};

/// Minimum number of users: the owner and the externally managed administrator.
pub const MIN_USERS: usize = 2;
/// Maximum number of users.
pub const MAX_USERS: usize = 1_000_000;

/// Settings of a [`Simulator`], each with a default.
#[must_use]
pub struct Builder {
    settings: Settings,
    port: u16,
    observer: Option<Observer>,
}

impl Simulator {
    /// Returns a builder with the default settings.
    pub fn builder() -> Builder {
        Builder::default()
    }
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            settings: Settings {
                users: 100,
                seed: 1,
                token_life: Duration::from_secs(900),
                permissions: Permissions::ALL,
                generations: vec![Generation::V1Beta1, Generation::V1],
                shut_off: ShutOff::NotFound,
                has_unknown_states: false,
            },
            port: 0,
            observer: None,
        }
    }
}

impl Builder {
    /// Sets the number of users in the account, from [`MIN_USERS`] to
    /// [`MAX_USERS`]. The default is 100.
    pub fn users(mut self, users: usize) -> Self {
        self.settings.users = users;
        self
    }

    /// Sets the seed of all generated data. The default is 1.
    ///
    /// The same seed gives the same account, credentials and tokens.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// Sets the lifetime of an access token. The default is 15 minutes.
    pub fn token_life(mut self, life: Duration) -> Self {
        self.settings.token_life = life;
        self
    }

    /// Sets the permissions of the OAuth application. The default is all.
    pub fn permissions(mut self, permissions: impl Into<Permissions>) -> Self {
        self.settings.permissions = permissions.into();
        self
    }

    /// Sets the generations of the API that are served. The default is both.
    pub fn generations(mut self, generations: impl IntoIterator<Item = Generation>) -> Self {
        self.settings.generations = generations.into_iter().collect();
        self
    }

    /// Sets the answer to the paths of a generation that is not served. The
    /// default is a 404 with plain text.
    pub fn shut_off(mut self, answer: ShutOff) -> Self {
        self.settings.shut_off = answer;
        self
    }

    /// Gives the users after the first two, in this order, the states in
    /// [`State::UNKNOWN`](crate::State::UNKNOWN). The default is none.
    pub fn unknown_states(mut self) -> Self {
        self.settings.has_unknown_states = true;
        self
    }

    /// Sets the port on 127.0.0.1. The default is 0, which selects a free port.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Calls `observer` with each request when it has ended, with or without a
    /// response.
    pub fn on_request(mut self, observer: impl Fn(&Recorded) + Send + Sync + 'static) -> Self {
        self.observer = Some(Box::new(observer));
        self
    }

    /// Starts the simulator on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// Returns [`io::ErrorKind::InvalidInput`] if the number of users is out of
    /// range, or the error of the operating system if the port cannot be used.
    pub async fn start(self) -> io::Result<Simulator> {
        if !(MIN_USERS..=MAX_USERS).contains(&self.settings.users) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("the number of users must be from {MIN_USERS} to {MAX_USERS}"),
            ));
        }
        Simulator::start(&self.settings, self.port, self.observer).await
    }
}
