//! Checks of the error of a call: code, effect, number of requests.

use super::{
    account::Payload,
    history::{History, Received, RequestRecord},
    intent::Intent,
    route::Route,
};
use crate::{
    Effect, Error, ErrorCode,
    platform::{Instant, SendErrorKind},
};

impl History {
    /// Checks the error of a whole call.
    pub(super) fn check_error(&self, call: usize, error: &Error, now: Instant) {
        let record = &self.calls[call];
        self.check_message(call, error);
        assert_eq!(error.requests as usize, self.count_sent(call), "requests");
        check_effect(self.requests_of(call), error);
        if let Intent::ChangeUsers(changes) = &record.intent {
            assert!(
                self.requests_of(call)
                    .all(|sent| sent.route == Route::Token),
                "an error in place of a report after an API request"
            );
            let is_invalid = error.code == ErrorCode::InvalidArgument && error.status.is_none();
            assert_eq!(is_invalid, changes.is_invalid(), "invalid arguments");
        }
        let last = self.last(call);
        self.check_code(call, last, error, now);
        self.check_last_request(call, last, error);
        // A call that waits for the token lock is woken when the lock is released.
        let was_open = last.is_some_and(|last| last.closed == Some(now));
        let configuration = &self.configurations[record.configuration];
        assert!(
            error.code != ErrorCode::TimedOut
                || was_open
                || configuration.exchanging_call.is_some()
                || configuration.last_exchange_ended == Some(now),
            "a timeout without an open request"
        );
    }

    /// Checks the error of a part of a bulk call, which may have sent no request.
    pub(super) fn check_part_error(
        &self,
        call: usize,
        chain: Option<usize>,
        error: &Error,
        now: Instant,
    ) {
        let chain = chain.map(|chain| &self.calls[call].chains[chain].requests);
        let requests = chain.into_iter().flatten();
        let mut requests = requests.map(|&request| &self.requests[request]);
        let sent = requests.clone().filter(|sent| sent.is_sent()).count();
        assert!(sent <= error.requests as usize, "requests");
        check_effect(requests.clone(), error);
        let last = requests.next_back();
        self.check_code(call, last, error, now);
        self.check_last_request(call, last, error);
    }

    /// Checks the fields that follow from operation and code alone.
    pub(super) fn check_message(&self, call: usize, error: &Error) {
        use ErrorCode as Code;
        let name = self.calls[call].operation.name();
        let begins = error.message.strip_prefix(name);
        assert!(begins.is_some_and(|rest| rest.starts_with(": ")));
        let retryable = matches!(
            error.code,
            Code::RateLimited | Code::Unavailable | Code::TimedOut | Code::ConnectionFailed
        );
        assert_eq!(error.code.is_retryable(), retryable);
        let may_lack_hint = matches!(
            error.code,
            Code::InvalidArgument
                | Code::NotConfigured
                | Code::Protected
                | Code::PreconditionFailed
        );
        assert!(
            error.hint.is_some() || may_lack_hint,
            "an error without a hint"
        );
        assert!(
            error.hint.is_none_or(|hint| !error.message.contains(hint)),
            "a message that contains the hint"
        );
        let is_ambiguous = error.code == Code::Ambiguous;
        assert_eq!(!error.candidates.is_empty(), is_ambiguous, "candidates");
    }

    /// Checks that an error agrees with the last request before it.
    fn check_last_request(&self, call: usize, last: Option<&RequestRecord>, error: &Error) {
        let Some(last) = last else {
            return;
        };
        let server_payload = last.payload.as_ref().filter(|_| last.is_from_server);
        match server_payload {
            Some(Payload::User(_) | Payload::Revoked) => {
                panic!("a failure after a successful response");
            }
            Some(Payload::Page(page)) => assert!(
                self.calls[call].intent.reads_list() && page.next_page_token.is_some()
                    || matches!(self.calls[call].intent, Intent::FindUser(_)),
                "a failure after a successful response"
            ),
            // After a 401 the exchange of a new token may fail or time out.
            Some(Payload::Refused(code)) if last.received.status() != Some(401) => {
                assert_eq!(error.code, *code, "another code than that of the response");
            }
            _ => {}
        }
        let has_same_wait = |asked: &RequestRecord| {
            asked.received.status() == error.status && asked.received.wait() == error.retry_after
        };
        if last.received.status() == error.status && !matches!(error.status, None | Some(401)) {
            // The wait may be that of another request of the same call.
            let is_paused = error.status == Some(429) && self.saw_request(call, has_same_wait);
            assert!(
                has_same_wait(last) || is_paused,
                "another wait than that of the response"
            );
        }
    }

    /// Checks that code and status are explained by a request of this call, or by a token exchange that it may have
    /// waited for.
    fn check_code(&self, call: usize, last: Option<&RequestRecord>, error: &Error, now: Instant) {
        use ErrorCode as Code;
        let record = &self.calls[call];
        let fits = match (error.code, error.status) {
            (Code::InvalidArgument | Code::NotConfigured, None) => error.requests == 0,
            (Code::ConnectionFailed, None) => self.saw_request(call, |request| {
                matches!(
                    request.received,
                    Received::Failure(SendErrorKind::Denied | SendErrorKind::Connection, _)
                ) || request.received.status() == Some(200)
            }),
            (Code::MalformedResponse, None) => self.saw_request(call, |request| {
                matches!(
                    request.received,
                    Received::Failure(SendErrorKind::Malformed | SendErrorKind::TooLarge, _)
                ) || request.received.status() == Some(200)
            }),
            (Code::TimedOut, None) => {
                now == record.deadline
                    || last.is_some_and(RequestRecord::has_timed_out)
                    || record.intent.is_bulk_change()
                        && (now >= self.lookup_deadline(call)
                            || self.exchanges_of(call).any(RequestRecord::has_timed_out))
            }
            // `check_not_found` checks that the whole list was read.
            (Code::NotFound | Code::Ambiguous, None) => {
                matches!(record.intent, Intent::FindUser(_))
            }
            (Code::InvalidArgument, Some(400))
            | (Code::NotConfigured, Some(404 | 410))
            | (Code::NotFound, Some(404))
            | (Code::RateLimited, Some(429))
            | (Code::Unavailable, Some(408 | 500..=599))
            | (Code::MalformedResponse, Some(200..=399))
            | (Code::PermissionDenied, Some(403))
            | (Code::Unauthenticated, Some(400..=499))
            | (Code::Other, Some(400..=499)) => true,
            (Code::LastOwner | Code::ExternallyManaged, Some(403)) => {
                last.is_some_and(|last| last.payload == Some(Payload::Refused(error.code)))
            }
            _ => false,
        };
        assert!(fits, "{:?} does not fit {:?}", error.code, error.status);
        let was_received =
            |status| self.saw_request(call, |request| request.received.status() == Some(status));
        assert!(
            error.status.is_none_or(was_received),
            "a status of no response"
        );
        if let Some(last) = last.filter(|_| error.code == Code::Unauthenticated)
            && last.route.is_resource()
        {
            let mut asked = self.requests_of(call);
            let is_renewed = asked.any(|asked| {
                asked.route == last.route && asked.authorization != last.authorization
            }) || record.intent.is_bulk_change()
                && self.has_rejected_fresh_token(call);
            // The token exchange of another call may have been refused instead.
            let is_refused = self.saw_request(call, |request| {
                request.route == Route::Token
                    && matches!(request.received.status(), Some(400..=499))
            });
            assert!(is_renewed || is_refused, "a rejected token was not renewed");
        }
    }

    /// Returns true if this call, or a token exchange with the same settings, has a request that satisfies the
    /// predicate.
    pub(super) fn saw_request(
        &self,
        call: usize,
        predicate: impl Fn(&RequestRecord) -> bool,
    ) -> bool {
        let configuration = self.calls[call].configuration;
        self.requests.iter().any(|request| {
            let shared = request.route == Route::Token
                && self.calls[request.call].configuration == configuration;
            (request.call == call || shared) && predicate(request)
        })
    }
}

fn check_effect<'a>(mut requests: impl Iterator<Item = &'a RequestRecord>, error: &Error) {
    let is_change = |request: &RequestRecord| matches!(request.route, Route::Change(..));
    match error.effect {
        Effect::PossiblyApplied => assert!(
            requests.any(|request| is_change(request) && request.may_have_changed()),
            "possibly-applied without an unresolved change"
        ),
        Effect::NotApplied => assert!(
            !requests.any(|request| is_change(request) && request.has_changed_user()),
            "not-applied although the server made the change"
        ),
    }
}
