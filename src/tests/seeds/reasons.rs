//! What must hold for the error of a call: its reason, its effect, its count of attempts.

use super::{
    account::Says,
    ledger::{Heard, Ledger, RequestEntry},
    route::Route,
};
use crate::{
    Effect, Error, ErrorCode,
    host::{Instant, SendErrorKind},
};

impl Ledger {
    pub fn check_error(&self, call: usize, error: &Error, now: Instant) {
        let entry = &self.calls[call];
        let name = entry.operation.name();
        let begins = error.message.strip_prefix(name);
        assert!(begins.is_some_and(|rest| rest.starts_with(": ")));
        assert_eq!(error.attempts as usize, entry.requests.len(), "attempts");
        self.check_effect(call, error);
        self.check_code(call, error, now);
        let Some(last) = self.last(call) else {
            return;
        };
        let told = last.told.as_ref().filter(|_| last.is_genuine);
        match told {
            Some(Says::Page(_) | Says::User(_) | Says::Revoked) => {
                panic!("a failure although the server told what was asked for");
            }
            // A refused token is followed by the exchange of another, which may not be had in time.
            Some(Says::Refused(code)) if last.heard.status() != Some(401) => {
                assert_eq!(error.code, *code, "the server gave another reason");
            }
            _ => {}
        }
        if let Heard::Head { status, wait, .. } = last.heard
            && error.status == Some(status)
            && status != 401
        {
            assert_eq!(error.retry_after, wait, "the server asked for another wait");
        }
    }

    fn check_effect(&self, call: usize, error: &Error) {
        let mut changes = self.requests_of(call);
        let mut changes = changes
            .by_ref()
            .filter(|request| matches!(request.route, Route::Change(..)));
        match error.effect {
            Effect::Uncertain => assert!(
                changes.any(RequestEntry::is_unsettled),
                "uncertain, although no change went out unanswered"
            ),
            Effect::Unchanged => assert!(
                !changes.any(|change| change.has_changed()),
                "unchanged, although the server made the change"
            ),
        }
    }

    /// The code is one that something explains, which this call or an exchange that it may have waited for met.
    fn check_code(&self, call: usize, error: &Error, now: Instant) {
        use ErrorCode as Code;
        let entry = &self.calls[call];
        let last = self.last(call);
        let fits = match (error.code, error.status) {
            (Code::InvalidArgument | Code::NotConfigured, None) => error.attempts == 0,
            (Code::ConnectionFailed, None) => self.met(call, |met| {
                matches!(
                    met.heard,
                    Heard::Failure(SendErrorKind::Denied | SendErrorKind::Connection, _)
                ) || met.heard.status() == Some(200)
            }),
            (Code::MalformedResponse, None) => self.met(call, |met| {
                matches!(
                    met.heard,
                    Heard::Failure(SendErrorKind::Malformed | SendErrorKind::TooLarge, _)
                ) || met.heard.status() == Some(200)
            }),
            (Code::TimedOut, None) => {
                now == entry.deadline
                    || last.is_some_and(|last| match last.heard {
                        Heard::Failure(kind, _) => kind == SendErrorKind::TimedOut,
                        Heard::Nothing => true,
                        Heard::Head { status, .. } => status == 200 && !last.is_whole,
                    })
            }
            (Code::InvalidArgument, Some(400))
            | (Code::NotConfigured | Code::NotFound, Some(404))
            | (Code::RateLimited, Some(429))
            | (Code::Unavailable, Some(408 | 500..=599))
            | (Code::MalformedResponse, Some(200..=399))
            | (Code::PermissionDenied, Some(403))
            | (Code::Unauthenticated, Some(400 | 401))
            | (Code::Other, Some(400..=499)) => true,
            (Code::LastOwner | Code::ExternallyManaged, Some(403)) => {
                last.is_some_and(|last| last.told == Some(Says::Refused(error.code)))
            }
            _ => false,
        };
        assert!(fits, "{:?} does not fit {:?}", error.code, error.status);
        // Whoever waits for the turn is woken when it is given back.
        let was_open = last.is_some_and(|last| last.closed == Some(now));
        let configured = &self.configured[entry.configured];
        assert!(
            error.code != Code::TimedOut
                || was_open
                || configured.exchanging.is_some()
                || configured.exchanged == Some(now),
            "timed out while nothing was waited for"
        );
        let is_met = |status| self.met(call, |met| met.heard.status() == Some(status));
        assert!(
            error.status.is_none_or(is_met),
            "a status that nobody answered"
        );
        let retryable = matches!(
            error.code,
            Code::RateLimited | Code::Unavailable | Code::TimedOut | Code::ConnectionFailed
        );
        assert_eq!(error.code.is_retryable(), retryable);
        if let Some(last) = last.filter(|_| error.code == Code::Unauthenticated)
            && last.route.is_resource()
        {
            let mut asked = self.requests_of(call);
            let is_renewed = asked.any(|asked| {
                asked.route == last.route && asked.authorization != last.authorization
            });
            // Or the exchange of another, by another call, was refused.
            let is_refused = self.met(call, |met| {
                met.route == Route::Token && matches!(met.heard.status(), Some(400 | 401))
            });
            assert!(is_renewed || is_refused, "a refused token was not renewed");
        }
    }

    /// Whether such a request was met by this call, or by whoever exchanged a token for it.
    fn met(&self, call: usize, such: impl Fn(&RequestEntry) -> bool) -> bool {
        let configured = self.calls[call].configured;
        self.requests.iter().any(|request| {
            let shared =
                request.route == Route::Token && self.calls[request.call].configured == configured;
            (request.call == call || shared) && such(request)
        })
    }
}
