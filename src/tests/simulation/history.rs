//! What every call sent and heard, as the simulation saw it.

use super::{
    account::{Answered, Says},
    check_pause::Pause,
    check_token_exchange::Configured,
    check_tokens::Grant,
    intent::Wants,
    request_chain::{MOST_ATTEMPTS, Strand},
    route::Route,
};
use crate::{
    Effect, Operation, User,
    platform::{Duration, Instant, SendErrorKind},
};

#[derive(Default)]
pub(super) struct Ledger {
    pub calls: Vec<CallEntry>,
    pub requests: Vec<RequestEntry>,
    pub configured: Vec<Configured>,
    pub grants: Vec<Grant>,
}

/// One call.
pub(super) struct CallEntry {
    pub task: usize,
    pub operation: Operation,
    pub wants: Wants,
    pub configured: usize,
    pub begun: Instant,
    pub deadline: Instant,
    pub ended: Option<Ended>,
    pub requests: Vec<usize>,
    pub strands: Vec<Strand>,
    pub open: usize,
    pub pause: Option<Pause>,
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
    pub strand: usize,
    pub route: Route,
    pub authorization: String,
    pub sent: Instant,
    /// What the server did, once it arrived there, and when that was.
    pub answered: Option<(Answered, Instant)>,
    pub heard: Heard,
    /// Whether the client has heard the end of the answer.
    pub is_whole: bool,
    /// When the client was done with it.
    pub closed: Option<Instant>,
    /// How many requests there were then.
    pub closed_before: Option<usize>,
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
        self.requests[request].heard = heard;
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
        if let Says::Token(value, life) = told {
            self.grant(request, value, life);
        }
    }

    /// The client is done with a request: it acts on what it has heard, unless its call was given up.
    pub fn close(&mut self, request: usize, is_given_up: bool, now: Instant) {
        let before = self.requests.len();
        let entry = &mut self.requests[request];
        entry.closed = Some(now);
        entry.closed_before = Some(before);
        let call = entry.call;
        self.calls[call].open -= 1;
        if is_given_up {
            return;
        }
        let entry = &self.requests[request];
        match entry.heard.status() {
            Some(401) if entry.route.is_resource() => self.end_token(request, now),
            Some(429) => self.ask_to_pause(request, now),
            _ => {}
        }
        let entry = &self.requests[request];
        let attempts = self.calls[call].strands[entry.strand].attempts;
        if entry.route == Route::Token && (!entry.may_be_repeated() || attempts == MOST_ATTEMPTS) {
            self.leave_exchange(call, now);
        }
    }
}

impl Heard {
    pub const fn status(self) -> Option<u16> {
        match self {
            Self::Head { status, .. } => Some(status),
            _ => None,
        }
    }

    /// How long the server asked to wait.
    pub const fn wait(self) -> Option<Duration> {
        match self {
            Self::Head { wait, .. } => wait,
            _ => None,
        }
    }

    /// When the wait is over that the server asked for.
    pub fn not_before(self) -> Option<Instant> {
        match self {
            Self::Head { wait, at, .. } => wait.map(|wait| at.after(wait)),
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

    /// Whether nothing was heard of it in time, or not all of it.
    pub fn has_timed_out(&self) -> bool {
        match self.heard {
            Heard::Failure(kind, _) => kind == SendErrorKind::TimedOut,
            Heard::Nothing => true,
            Heard::Head { status, .. } => status == 200 && !self.is_whole,
        }
    }

    /// The user that it told the client of.
    pub fn told_user(&self) -> Option<&User> {
        match &self.told {
            Some(Says::User(user)) => Some(user),
            _ => None,
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
            Heard::Failure(_, possibly_received) => possibly_received,
            Heard::Head { status, .. } => !(400..500).contains(&status),
        }
    }
}
