//! What every call sent and heard, as the simulation saw it.

use super::{
    account::{Payload, ServerResponse},
    call_result::CallEnd,
    intent::Intent,
    request_chain::{MAX_ATTEMPTS, RequestChain, Subject},
    route::Route,
};
use crate::{
    Operation, User,
    platform::{Duration, Instant, SendErrorKind},
};

#[derive(Default)]
pub(super) struct History {
    pub calls: Vec<CallRecord>,
    pub requests: Vec<RequestRecord>,
    pub configurations: Vec<Configuration>,
    pub tokens: Vec<ReceivedToken>,
}

/// One call.
pub(super) struct CallRecord {
    pub caller: usize,
    pub operation: Operation,
    pub intent: Intent,
    pub configuration: usize,
    pub begun: Instant,
    pub deadline: Instant,
    pub ended: Option<CallEnd>,
    pub requests: Vec<usize>,
    pub chains: Vec<RequestChain>,
    pub open: usize,
    pub pause: Option<Pause>,
}

/// One request.
pub(super) struct RequestRecord {
    pub call: usize,
    pub chain: usize,
    pub route: Route,
    pub authorization: String,
    pub sent: Instant,
    /// What the server did, once it arrived there, and when that was.
    pub response: Option<(ServerResponse, Instant)>,
    pub heard: Received,
    /// Whether the client has heard the end of the answer.
    pub is_complete: bool,
    /// When the client was done with it.
    pub closed: Option<Instant>,
    /// How many requests there were then.
    pub requests_at_close: Option<usize>,
    /// What the answer told the client, if it was one to the question.
    pub payload: Option<Payload>,
    /// Whether it was the server who told it.
    pub is_from_server: bool,
}

/// What the client has heard of a request.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Received {
    Nothing,
    Failure(SendErrorKind, bool),
    ResponseHead {
        status: u16,
        wait: Option<Duration>,
        at: Instant,
    },
}

/// One set of settings, from the moment it was configured.
pub(super) struct Configuration {
    pub deadline: Duration,
    /// The call that exchanges a token.
    pub exchanging_call: Option<usize>,
    /// When the last one ended that did.
    pub last_exchange_ended: Option<Instant>,
    /// When that was refused for good, if it was.
    pub refused: Option<Instant>,
    /// The token that is held, as a place among the grants.
    pub held: Option<usize>,
}

/// The waits that a call was asked for, as far as they overlap.
#[derive(Clone, Copy)]
pub(super) struct Pause {
    /// When the first of them began.
    pub began: Instant,
    /// When they are over, as the server said.
    pub until: Instant,
    /// When they are over at the latest, where the server did not say.
    pub latest: Instant,
}

/// A token that a client heard of.
pub(super) struct ReceivedToken {
    pub value: String,
    pub configuration: usize,
    pub call: usize,
    /// Until when it may be used: not longer than to the first moment for sure, and not beyond the second. None for a token
    /// whose life was not said.
    pub good_until: Option<(Instant, Instant)>,
    /// When its client knew that the server had refused or revoked it.
    pub ended_at: Option<Instant>,
}

impl ReceivedToken {
    pub fn authorizes(&self, authorization: &str) -> bool {
        authorization.strip_prefix("Bearer ") == Some(&self.value)
    }
}

impl History {
    /// The last request of a call.
    pub fn last(&self, call: usize) -> Option<&RequestRecord> {
        let last = self.calls[call].requests.last();
        last.map(|&request| &self.requests[request])
    }

    pub fn requests_of(&self, call: usize) -> impl DoubleEndedIterator<Item = &RequestRecord> {
        let requests = self.calls[call].requests.iter();
        requests.map(|&request| &self.requests[request])
    }

    pub fn hear(&mut self, request: usize, heard: Received) {
        self.requests[request].heard = heard;
    }

    /// The client has heard the end of an answer, which told it this, if anything.
    pub fn receive_end(&mut self, request: usize, content: Option<(Payload, bool)>) {
        let record = &mut self.requests[request];
        record.is_complete = true;
        let Some((told, is_from_server)) = content else {
            return;
        };
        record.payload = Some(told.clone());
        record.is_from_server = is_from_server;
        if let Payload::Token(value, lifetime) = told {
            self.receive_token(request, value, lifetime);
        }
    }

    /// The client is done with a request: it acts on what it has heard, unless its call was given up.
    pub fn close(&mut self, request: usize, is_cancelled: bool, now: Instant) {
        let before = self.requests.len();
        let record = &mut self.requests[request];
        record.closed = Some(now);
        record.requests_at_close = Some(before);
        let call = record.call;
        self.calls[call].open -= 1;
        if is_cancelled {
            return;
        }
        let record = &self.requests[request];
        match record.heard.status() {
            Some(401) if record.route.is_resource() => self.end_token(request, now),
            Some(429) => self.record_pause(request, now),
            _ => {}
        }
        let record = &self.requests[request];
        let attempts = self.calls[call].chains[record.chain].attempts;
        if record.route == Route::Token && (!record.may_be_repeated() || attempts == MAX_ATTEMPTS) {
            self.leave_exchange(call, now);
        }
    }
}

impl CallRecord {
    /// The place of the strand that is about this, if it has begun.
    pub fn chain(&self, subject: &Subject) -> Option<usize> {
        let mut chains = self.chains.iter();
        chains.position(|chain| chain.subject == *subject)
    }
}

impl Received {
    pub const fn status(self) -> Option<u16> {
        match self {
            Self::ResponseHead { status, .. } => Some(status),
            _ => None,
        }
    }

    /// How long the server asked to wait.
    pub const fn wait(self) -> Option<Duration> {
        match self {
            Self::ResponseHead { wait, .. } => wait,
            _ => None,
        }
    }

    /// When the wait is over that the server asked for.
    pub fn not_before(self) -> Option<Instant> {
        match self {
            Self::ResponseHead { wait, at, .. } => wait.map(|wait| at.after(wait)),
            _ => None,
        }
    }
}

impl RequestRecord {
    /// Whether it may be sent again, by what was heard of it.
    pub fn may_be_repeated(&self) -> bool {
        match self.heard {
            Received::Nothing => true,
            Received::Failure(kind, _) => {
                !matches!(kind, SendErrorKind::Denied | SendErrorKind::TooLarge)
            }
            Received::ResponseHead { status: 200, .. } => !self.is_complete,
            Received::ResponseHead { status, .. } => {
                matches!(status, 408 | 429 | 500 | 502 | 503 | 504)
            }
        }
    }

    /// Whether nothing was heard of it in time, or not all of it.
    pub fn has_timed_out(&self) -> bool {
        match self.heard {
            Received::Failure(kind, _) => kind == SendErrorKind::TimedOut,
            Received::Nothing => true,
            Received::ResponseHead { status, .. } => status == 200 && !self.is_complete,
        }
    }

    /// The user that it told the client of.
    pub fn payload_user(&self) -> Option<&User> {
        match &self.payload {
            Some(Payload::User(user)) => Some(user),
            _ => None,
        }
    }

    /// Whether the server changed a user's state for it.
    pub fn has_changed(&self) -> bool {
        self.response.as_ref().is_some_and(|(it, _)| it.changed)
    }

    /// Whether the client may think that it was carried out.
    pub fn may_have_changed(&self) -> bool {
        match self.heard {
            Received::Nothing => true,
            Received::Failure(_, possibly_received) => possibly_received,
            Received::ResponseHead { status, .. } => !(400..500).contains(&status),
        }
    }
}
