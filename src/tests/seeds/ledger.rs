//! What every call sent and heard, as the simulation saw it.

use super::{
    account::{Answered, Says},
    route::Route,
};
use crate::{
    Effect, Operation,
    host::{Duration, Instant, SendErrorKind},
};

#[derive(Default)]
pub(super) struct Ledger {
    pub calls: Vec<CallEntry>,
    pub requests: Vec<RequestEntry>,
    pub configured: Vec<Configured>,
    pub grants: Vec<Grant>,
}

/// One set of settings, from the moment it was configured.
pub(super) struct Configured {
    pub deadline: Duration,
    /// The call that exchanges a token.
    pub exchanging: Option<usize>,
    /// When the last one ended that did.
    pub exchanged: Option<Instant>,
    /// When that was refused for good, if it was.
    pub refused: Option<Instant>,
    /// The token that is held, as a place among the grants.
    pub held: Option<usize>,
}

/// A token that a client heard of.
pub(super) struct Grant {
    pub value: String,
    pub configured: usize,
    pub call: usize,
    /// None for a token whose life was not said.
    pub good_until: Option<Instant>,
    /// Whether the server refused or revoked it, and its client knows.
    pub is_over: bool,
}

/// One call.
pub(super) struct CallEntry {
    pub task: usize,
    pub operation: Operation,
    /// What the call is about, if it is about one thing.
    pub wants: Option<Route>,
    pub configured: usize,
    pub begun: Instant,
    pub deadline: Instant,
    pub ended: Option<Ended>,
    pub requests: Vec<usize>,
    pub open: usize,
    /// How often the present request was sent.
    pub attempts: u32,
    /// When the present exchange began.
    pub exchange_began: Instant,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Ended {
    Well,
    Failed(Effect),
    GivenUp,
}

/// One request.
pub(super) struct RequestEntry {
    pub call: usize,
    pub route: Route,
    pub authorization: String,
    /// What the server did, once it arrived there, and when that was.
    pub answered: Option<(Answered, Instant)>,
    pub heard: Heard,
    /// Whether the client has heard the end of the answer.
    pub is_whole: bool,
    /// When the client was done with it.
    pub closed: Option<Instant>,
    /// What the answer told the client, if it was one to the question.
    pub told: Option<Says>,
    /// Whether it was the server who told it.
    pub is_genuine: bool,
}

/// What the client has heard of a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Heard {
    Nothing,
    Failure(SendErrorKind, bool),
    Head {
        status: u16,
        wait: Option<Duration>,
        at: Instant,
    },
}

/// How long before its end a token is no longer used; a tenth of its life, if that is shorter.
const LEEWAY: Duration = Duration::from_secs(60);

impl Ledger {
    /// The last request of a call.
    pub fn last(&self, call: usize) -> Option<&RequestEntry> {
        let last = self.calls[call].requests.last();
        last.map(|&request| &self.requests[request])
    }

    pub fn requests_of(&self, call: usize) -> impl DoubleEndedIterator<Item = &RequestEntry> {
        let requests = self.calls[call].requests.iter();
        requests.map(|&request| &self.requests[request])
    }

    pub fn hear(&mut self, request: usize, heard: Heard) {
        let entry = &mut self.requests[request];
        entry.heard = heard;
        if entry.route.is_resource() && heard.status() == Some(401) {
            let configured = self.calls[entry.call].configured;
            let held = self.configured[configured].held;
            if held.is_some_and(|held| self.grants[held].authorizes(&entry.authorization)) {
                self.configured[configured].held = None;
            }
        }
    }

    /// The client has heard the end of an answer, which told it this, if anything.
    pub fn hear_end(&mut self, request: usize, says: Option<(Says, bool)>) {
        let entry = &mut self.requests[request];
        entry.is_whole = true;
        let Some((told, is_genuine)) = says else {
            return;
        };
        entry.told = Some(told.clone());
        entry.is_genuine = is_genuine;
        let Says::Token(value, life) = told else {
            return;
        };
        let call = &self.calls[entry.call];
        let good_for = life.map(|life| {
            let tenth = Duration::from_nanos(life.as_nanos() / 10);
            life.less(LEEWAY.min(tenth))
        });
        self.grants.push(Grant {
            value,
            configured: call.configured,
            call: entry.call,
            // The life counts from before the server began it.
            good_until: good_for.map(|good_for| call.exchange_began.after(good_for)),
            is_over: false,
        });
        if life.is_some() {
            self.configured[call.configured].held = Some(self.grants.len() - 1);
        }
    }

    /// A call exchanges no token any more, if it did.
    pub fn leave_exchange(&mut self, call: usize, now: Instant) {
        let configured = self.calls[call].configured;
        if self.configured[configured].exchanging != Some(call) {
            return;
        }
        let is_given_up = self.calls[call].ended == Some(Ended::GivenUp);
        let is_refused = self
            .last(call)
            .is_some_and(|last| last.told.is_none() && !last.may_be_repeated());
        let configured = &mut self.configured[configured];
        configured.exchanging = None;
        configured.exchanged = Some(now);
        if !is_given_up {
            configured.refused = is_refused.then_some(now);
        }
    }

    /// Ends the token that a request carried, if the client has been told so by now.
    pub fn notice_refusal(&mut self, call: usize) {
        let Some(last) = self.last(call) else {
            return;
        };
        if last.route.is_resource() && last.heard.status() == Some(401) {
            let authorization = last.authorization.clone();
            let mut grants = self.grants.iter_mut();
            if let Some(grant) = grants.find(|grant| grant.authorizes(&authorization)) {
                grant.is_over = true;
            }
        }
    }
}

impl Grant {
    pub fn authorizes(&self, authorization: &str) -> bool {
        authorization.strip_prefix("Bearer ") == Some(&self.value)
    }

    pub fn is_good(&self, now: Instant) -> bool {
        !self.is_over && self.good_until.is_some_and(|end| now < end)
    }
}

impl Heard {
    pub const fn status(self) -> Option<u16> {
        match self {
            Self::Head { status, .. } => Some(status),
            _ => None,
        }
    }
}

impl RequestEntry {
    /// Whether it may be sent again, by what was heard of it.
    pub fn may_be_repeated(&self) -> bool {
        match self.heard {
            Heard::Nothing => true,
            Heard::Failure(kind, _) => {
                !matches!(kind, SendErrorKind::Denied | SendErrorKind::TooLarge)
            }
            Heard::Head { status: 200, .. } => !self.is_whole,
            Heard::Head { status, .. } => matches!(status, 408 | 429 | 500 | 502 | 503 | 504),
        }
    }

    /// Whether the server changed a user's state for it.
    pub fn has_changed(&self) -> bool {
        self.answered.as_ref().is_some_and(|(it, _)| it.changed)
    }

    /// Whether the client may think that it was carried out.
    pub fn is_unsettled(&self) -> bool {
        match self.heard {
            Heard::Nothing => true,
            Heard::Failure(_, reached) => reached,
            Heard::Head { status, .. } => !(400..500).contains(&status),
        }
    }
}
