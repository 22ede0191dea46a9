//! Access tokens, their lifetimes, and the tokens that an account keeps.

use alloc::rc::Rc;
use core::cell::Cell;

use crate::{
    async_lock::AsyncLock,
    clone_cell::CloneCell,
    failure::Failure,
    generation::Generation,
    platform::{Duration, Instant},
    secret::Secret,
};

/// A token is not used in this last part of its lifetime. A tenth of the lifetime, if that is shorter.
const EXPIRY_MARGIN: Duration = Duration::from_secs(60);
/// Maximum lifetime that is believed, in seconds: one day.
const MAX_LIFETIME_SECONDS: f64 = 86_400.0;
/// Minimum time for which a token is used, unless it is rejected: a server that gives none would be asked for each request.
const MIN_USE: Duration = Duration::from_secs(5);

/// An access token.
pub(crate) struct Token {
    pub value: Secret,
    /// Generation whose token endpoint issued it, and whose other paths take it.
    pub generation: Generation,
    /// End of its use by calls that begin later.
    usable_until: Instant,
    /// True if the server gave a lifetime. If not, the token serves the call that it was exchanged for to its end.
    has_lifetime: bool,
    /// True once the server rejected or revoked it: no part of any call uses it again.
    pub is_over: Cell<bool>,
}

impl Token {
    /// A token that was requested at this time, with the lifetime in seconds that the server gave it.
    pub(crate) fn new(
        value: Secret,
        generation: Generation,
        expires_in: Option<f64>,
        requested: Instant,
    ) -> Self {
        let seconds = expires_in.unwrap_or_default();
        // The conversion saturates.
        let lifetime = Duration::from_millis((seconds.min(MAX_LIFETIME_SECONDS) * 1000.0) as u64);
        let margin = EXPIRY_MARGIN.min(Duration::from_nanos(lifetime.as_nanos() / 10));
        Self {
            value,
            generation,
            usable_until: requested.after(lifetime.less(margin).max(MIN_USE)),
            has_lifetime: expires_in.is_some(),
            is_over: Cell::new(false),
        }
    }

    /// True if the server gave a lifetime.
    pub(crate) fn has_lifetime(&self) -> bool {
        self.has_lifetime
    }

    /// True if the token is known to be valid now.
    pub(crate) fn is_valid(&self, now: Instant) -> bool {
        now < self.usable_until
    }
}

/// Tokens of an account, shared by all its calls.
pub(crate) struct TokenCache {
    /// Generation to ask for a token: the one that issued the last token, if the settings name none.
    pub generation: Cell<Generation>,
    /// Token that serves every call.
    pub held: CloneCell<Rc<Token>>,
    /// Token that was rejected or replaced last. The server may still repeat it in its messages.
    pub last: CloneCell<Rc<Token>>,
    /// Held during a token exchange.
    pub lock: AsyncLock,
    /// Number of exchanges that have ended.
    pub exchanges: Cell<u64>,
    /// Permanent failure of the last exchange, for the calls that waited for it.
    pub failure: CloneCell<Failure>,
    /// Refusal to issue a token, if the last exchange ended with one.
    pub refusal: CloneCell<Refusal>,
}

/// A refusal to issue a token, which is remembered for a short time.
#[derive(Clone)]
pub(crate) struct Refusal {
    /// End of that time.
    pub until: Instant,
    pub failure: Failure,
}

impl TokenCache {
    /// No tokens, and the generation to ask first.
    pub(crate) fn new(generation: Generation) -> Self {
        Self {
            refusal: CloneCell::default(),
            generation: Cell::new(generation),
            held: CloneCell::default(),
            last: CloneCell::default(),
            lock: AsyncLock::default(),
            exchanges: Cell::default(),
            failure: CloneCell::default(),
        }
    }
}
