//! A token, how long it is good for, and where an account keeps it.

use alloc::rc::Rc;
use core::cell::Cell;

use crate::{
    async_lock::Turn,
    clone_cell::Slot,
    error::Failure,
    platform::{Duration, Instant},
    secret::Secret,
};

/// How long before its end a token is no longer used; a tenth of its life, if that is shorter.
const LEEWAY: Duration = Duration::from_secs(60);
/// The longest life that is believed, in seconds: a day.
const LONGEST_LIFE: f64 = 86_400.0;

/// A token, and how long it is good for.
pub(crate) struct Token {
    pub value: Secret,
    /// None when the server did not say: then it serves the call that it was exchanged for.
    good_until: Option<Instant>,
}

impl Token {
    /// A token that was asked for at this moment, with the seconds that the server gives it from then on.
    pub fn new(value: Secret, expires_in: Option<f64>, asked: Instant) -> Self {
        let good_until = expires_in.map(|seconds| {
            // A float saturates where it does not fit.
            let life = Duration::from_millis((seconds.min(LONGEST_LIFE) * 1000.0) as u64);
            let leeway = LEEWAY.min(Duration::from_nanos(life.as_nanos() / 10));
            asked.after(life.less(leeway))
        });
        Self { value, good_until }
    }

    /// Whether it is known how long the token lives.
    pub fn has_life(&self) -> bool {
        self.good_until.is_some()
    }

    /// Whether the token is known to be good at this moment.
    pub fn is_good(&self, now: Instant) -> bool {
        self.good_until.is_some_and(|end| now < end)
    }
}

/// The token of an account, and the turn to exchange a new one.
#[derive(Default)]
pub(crate) struct Tokens {
    /// The token that serves every call.
    pub held: Slot<Rc<Token>>,
    /// The token that was refused or replaced last, which a server may still repeat.
    pub last: Slot<Rc<Token>>,
    /// Whoever has it may exchange a new one.
    pub turn: Turn,
    /// How many exchanges have ended.
    pub exchanges: Cell<u64>,
    /// How the last one failed for good, for those who waited for it.
    pub refusal: Slot<Failure>,
}
