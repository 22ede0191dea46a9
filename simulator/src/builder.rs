//! How a simulator is set up.

use std::io;
use std::time::Duration;

use crate::api::Settings;
use crate::permission::Permissions;
use crate::request_log::Recorded;
use crate::route::Generation;
use crate::server::shared_state::Observer;
use crate::simulator::Simulator;

/// The fewest users: the owner and the externally managed administrator.
pub const MIN_USERS: usize = 2;
/// The most users.
pub const MAX_USERS: usize = 1_000_000;

/// Settings of a [`Simulator`], each with a default.
#[must_use]
pub struct Builder {
    settings: Settings,
    port: u16,
    observer: Option<Observer>,
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
            },
            port: 0,
            observer: None,
        }
    }
}

impl Builder {
    /// How many users the account has, from [`MIN_USERS`] to
    /// [`MAX_USERS`]; 100 by default.
    pub fn users(mut self, users: usize) -> Self {
        self.settings.users = users;
        self
    }

    /// What all that is random is drawn from; 1 by default.
    pub fn seed(mut self, seed: u64) -> Self {
        self.settings.seed = seed;
        self
    }

    /// How long an access token lives; 15 minutes by default.
    pub fn token_life(mut self, life: Duration) -> Self {
        self.settings.token_life = life;
        self
    }

    /// The permissions of the OAuth application; all by default.
    pub fn permissions(mut self, permissions: impl Into<Permissions>) -> Self {
        self.settings.permissions = permissions.into();
        self
    }

    /// The generations of the API that are served; both by default.
    pub fn generations(mut self, generations: impl IntoIterator<Item = Generation>) -> Self {
        self.settings.generations = generations.into_iter().collect();
        self
    }

    /// The port on loopback; any free one by default.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Calls `observer` with each request as it is answered or given up.
    pub fn on_request(mut self, observer: impl Fn(&Recorded) + Send + Sync + 'static) -> Self {
        self.observer = Some(Box::new(observer));
        self
    }

    /// Starts the simulator on the current tokio runtime.
    ///
    /// # Errors
    ///
    /// If the port cannot be listened on, or the number of users is out of
    /// range.
    pub async fn start(self) -> io::Result<Simulator> {
        if !(MIN_USERS..=MAX_USERS).contains(&self.settings.users) {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("an account has from {MIN_USERS} to {MAX_USERS} users"),
            ));
        }
        Simulator::start(&self.settings, self.port, self.observer).await
    }
}
