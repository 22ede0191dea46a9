//! History of a simulation: calls, requests, settings and tokens.

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
    /// True for the state machine, which learns from the head of a response even if its call is stopped before the body.
    pub is_machine: bool,
    pub calls: Vec<CallRecord>,
    pub requests: Vec<RequestRecord>,
    pub configurations: Vec<Configuration>,
    pub tokens: Vec<ReceivedToken>,
}

/// Record of one call.
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
    pub pause: Option<PauseRecord>,
}

/// Record of one request.
pub(super) struct RequestRecord {
    pub call: usize,
    pub chain: usize,
    pub route: Route,
    pub authorization: String,
    pub sent: Instant,
    /// Response of the server and time of arrival, once the request has arrived.
    pub response: Option<(ServerResponse, Instant)>,
    pub received: Received,
    /// True if the client has received the end of the body.
    pub is_complete: bool,
    /// Time at which the client finished or dropped the request.
    pub closed: Option<Instant>,
    /// Number of recorded requests at that time.
    pub requests_at_close: Option<usize>,
    /// Content of the received response, if it fits the request.
    pub payload: Option<Payload>,
    /// True if that content is the server's own.
    pub is_from_server: bool,
}

/// Response or failure that the client has received.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Received {
    Nothing,
    Failure(SendErrorKind, bool),
    Head {
        status: u16,
        wait: Option<Duration>,
        /// True if the body has the form of the API's errors.
        is_of_api: bool,
        /// True if the body is the API's `PermissionDenied`.
        is_permission_denied: bool,
        at: Instant,
    },
}

/// One set of settings, from the call that configured it.
pub(super) struct Configuration {
    pub deadline: Duration,
    /// Call that is exchanging a token.
    pub exchanging_call: Option<usize>,
    /// End of the last exchange.
    pub last_exchange_ended: Option<Instant>,
    /// Time at which the last exchange was refused, if it was.
    pub refused: Option<Instant>,
    /// Index of the held token.
    pub held: Option<usize>,
}

/// Overlapping waits of a call after responses with status 429.
#[derive(Clone, Copy)]
pub(super) struct PauseRecord {
    /// Beginning of the first wait.
    pub began: Instant,
    /// End of the waits that the server asked for.
    pub until: Instant,
    /// Latest end of all waits, back-off included.
    pub latest: Instant,
}

/// Token that the client has received.
pub(super) struct ReceivedToken {
    pub value: String,
    pub configuration: usize,
    pub call: usize,
    /// Earliest and latest end of use by other calls.
    pub valid_until: (Instant, Instant),
    /// True if the response contained a lifetime. If not, the token also serves its own call to the end.
    pub has_lifetime: bool,
    /// Time at which the client knew that the token was rejected or revoked.
    pub ended_at: Option<Instant>,
}

impl ReceivedToken {
    pub(super) fn authorizes(&self, authorization: &str) -> bool {
        authorization.strip_prefix("Bearer ") == Some(&self.value)
    }
}

impl History {
    /// Returns the last request of a call.
    pub(super) fn last(&self, call: usize) -> Option<&RequestRecord> {
        let last = self.calls[call].requests.last();
        last.map(|&request| &self.requests[request])
    }

    /// Returns the number of requests of a call, without those that the platform refused to send.
    pub(super) fn count_sent(&self, call: usize) -> usize {
        self.requests_of(call)
            .filter(|request| request.is_sent())
            .count()
    }

    pub(super) fn requests_of(
        &self,
        call: usize,
    ) -> impl DoubleEndedIterator<Item = &RequestRecord> {
        let requests = self.calls[call].requests.iter();
        requests.map(|&request| &self.requests[request])
    }

    pub(super) fn set_received(&mut self, request: usize, received: Received) {
        self.requests[request].received = received;
    }

    /// Records the end of a body, with its content if it fits the request.
    pub(super) fn receive_end(&mut self, request: usize, content: Option<(Payload, bool)>) {
        let record = &mut self.requests[request];
        record.is_complete = true;
        let Some((payload, is_from_server)) = content else {
            return;
        };
        record.payload = Some(payload.clone());
        record.is_from_server = is_from_server;
        if let Payload::Token(value, lifetime) = payload {
            self.receive_token(request, value, lifetime);
        }
    }

    /// Records that the client has finished a request, and the consequences unless the call was cancelled.
    pub(super) fn close(&mut self, request: usize, is_cancelled: bool, now: Instant) {
        let before = self.requests.len();
        let record = &mut self.requests[request];
        record.closed = Some(now);
        record.requests_at_close = Some(before);
        let call = record.call;
        self.calls[call].open -= 1;
        if is_cancelled {
            let record = &self.requests[request];
            let is_rejected = record.received.status() == Some(401) && record.route.is_resource();
            if is_rejected && self.is_machine {
                self.end_token(request, now);
            }
            return;
        }
        let record = &self.requests[request];
        match record.received.status() {
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
    /// Returns the index of the chain with this subject, if it exists.
    pub(super) fn chain(&self, subject: &Subject) -> Option<usize> {
        let mut chains = self.chains.iter();
        chains.position(|chain| chain.subject == *subject)
    }
}

impl Received {
    pub(super) const fn status(self) -> Option<u16> {
        match self {
            Self::Head { status, .. } => Some(status),
            _ => None,
        }
    }

    /// Returns true if the response shows that the application lacks a permission.
    pub(super) const fn is_forbidden(self) -> bool {
        matches!(
            self,
            Self::Head {
                status: 403,
                is_permission_denied: true,
                ..
            }
        )
    }

    /// Returns the wait that the server asked for.
    pub(super) const fn wait(self) -> Option<Duration> {
        match self {
            Self::Head { wait, .. } => wait,
            _ => None,
        }
    }

    /// Returns the end of the wait that the server asked for.
    pub(super) fn not_before(self) -> Option<Instant> {
        match self {
            Self::Head { wait, at, .. } => wait.map(|wait| at.after(wait)),
            _ => None,
        }
    }
}

impl RequestRecord {
    /// Returns false if the platform refused to send the request.
    pub(super) fn is_sent(&self) -> bool {
        !matches!(
            self.received,
            Received::Failure(SendErrorKind::Denied, false)
        )
    }

    /// Returns true if the client may retry the request.
    pub(super) fn may_be_repeated(&self) -> bool {
        match self.received {
            Received::Nothing => true,
            Received::Failure(kind, _) => {
                !matches!(kind, SendErrorKind::Denied | SendErrorKind::TooLarge)
            }
            Received::Head { status: 200, .. } => !self.is_complete,
            Received::Head { status, .. } => {
                matches!(status, 408 | 429 | 500 | 502 | 503 | 504)
            }
        }
    }

    /// Returns true if the response was missing or incomplete.
    pub(super) fn has_timed_out(&self) -> bool {
        match self.received {
            Received::Failure(kind, _) => kind == SendErrorKind::TimedOut,
            Received::Nothing => true,
            Received::Head { status, .. } => status == 200 && !self.is_complete,
        }
    }

    /// Returns the user in the received response.
    pub(super) fn payload_user(&self) -> Option<&User> {
        match &self.payload {
            Some(Payload::User(user)) => Some(user),
            _ => None,
        }
    }

    /// Returns true if the request changed the state of a user.
    pub(super) fn has_changed_user(&self) -> bool {
        self.response.as_ref().is_some_and(|(it, _)| it.is_changed)
    }

    /// Returns true if the client cannot rule out that the request was carried out.
    pub(super) fn may_have_changed(&self) -> bool {
        match self.received {
            Received::Nothing => true,
            Received::Failure(_, is_possibly_received) => is_possibly_received,
            // A proxy that answers in the API's place may have passed the request on.
            Received::Head {
                status, is_of_api, ..
            } => {
                let is_told = is_of_api && self.is_complete && (400..500).contains(&status);
                status != 401 && !is_told
            }
        }
    }
}
