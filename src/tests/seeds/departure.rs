//! What must hold whenever a request is begun.

use super::{
    account::Says,
    ledger::{Heard, Ledger, RequestEntry},
    route::Route,
};
use crate::{
    Operation,
    host::{Duration, Instant},
    tests::server::{BASIC, Sent},
};

/// Requests sent at most for one exchange with the server.
const MOST_ATTEMPTS: u32 = 5;
/// What a wait must leave of a call for the attempt after it.
const SHORTEST_ATTEMPT: Duration = Duration::from_millis(100);
/// The longest first wait, which doubles, and the longest of all.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(8));

/// Requests that a call may send: one exchange of a token and one of the question, both once more after a 401. A check
/// exchanges a token, and asks two questions; a revocation asks one, and needs no token.
const fn most_requests(operation: Operation) -> u32 {
    const ASKED: u32 = 2 * (MOST_ATTEMPTS + MOST_ATTEMPTS);
    match operation {
        Operation::Configure => 0,
        Operation::RevokeToken => MOST_ATTEMPTS,
        Operation::Check => MOST_ATTEMPTS + ASKED + ASKED,
        _ => ASKED,
    }
}

impl Ledger {
    /// Writes down a request that a call begins, if it may.
    pub fn depart(&mut self, call: usize, route: Route, sent: &Sent, now: Instant) -> usize {
        self.check_call(call, &route, now);
        self.notice_refusal(call);
        let authorization = sent.authorization();
        let is_repeated = self.check_attempt(call, &route, authorization, now);
        if route.is_resource() {
            self.check_token(call, &route, authorization, is_repeated, now);
            self.leave_exchange(call, now);
        } else {
            assert_eq!(authorization.strip_prefix("Basic "), Some(BASIC));
            self.check_exchange(call, &route, is_repeated, now);
        }
        let request = self.requests.len();
        let entry = &mut self.calls[call];
        if !is_repeated {
            entry.attempts = 0;
            entry.exchange_began = now;
        }
        entry.attempts += 1;
        entry.open += 1;
        entry.requests.push(request);
        self.requests.push(RequestEntry {
            call,
            route,
            authorization: authorization.to_owned(),
            answered: None,
            heard: Heard::Nothing,
            is_whole: false,
            closed: None,
            told: None,
            is_genuine: false,
        });
        request
    }

    fn check_call(&self, call: usize, route: &Route, now: Instant) {
        let entry = &self.calls[call];
        assert!(entry.ended.is_none(), "a request of a call that has ended");
        assert!(now < entry.deadline, "a request at or after the deadline");
        assert_eq!(entry.open, 0, "two requests of one call at once");
        let most = most_requests(entry.operation);
        let sent = entry.requests.len() + 1;
        assert!(sent <= most as usize, "{sent} requests of one call");
        let fits = match (entry.operation, route) {
            (Operation::Check, Route::Token | Route::List(_) | Route::User(_))
            | (Operation::RevokeToken, Route::Revoke(_)) => true,
            (Operation::Check | Operation::RevokeToken, _) => false,
            (_, Route::Token) => true,
            _ => entry.wants.as_ref() == Some(route),
        };
        assert!(fits, "{route:?} is nothing that this call needs");
    }

    /// Whether the request is the one before once more; then it must be one that may be repeated.
    fn check_attempt(&self, call: usize, route: &Route, authorization: &str, now: Instant) -> bool {
        let Some(last) = self.last(call) else {
            return false;
        };
        let is_same = last.route == *route && last.authorization == authorization;
        let is_exchanged = matches!(last.told, Some(Says::Token(..)));
        if !is_same || is_exchanged || self.checks_on(call, now) {
            self.check_perseverance(call, now);
            return false;
        }
        assert!(last.may_be_repeated(), "sent again after {:?}", last.heard);
        let attempt = self.calls[call].attempts + 1;
        assert!(attempt <= MOST_ATTEMPTS, "attempt {attempt}");
        if let Heard::Head { at, wait, .. } = last.heard {
            let asked = at.after(wait.unwrap_or_default());
            assert!(now >= asked, "sooner than the server asked");
        }
        let latest = last
            .closed
            .map(|closed| closed.after(self.longest_wait(call)));
        assert!(Some(now) <= latest, "later than it had to be");
        let left = now.until(self.calls[call].deadline);
        assert!(left > SHORTEST_ATTEMPT, "no time for an answer");
        true
    }

    /// What may be tried again is given up only after the last attempt, or when there may be no time for another.
    pub fn check_perseverance(&self, call: usize, now: Instant) {
        let attempts = self.calls[call].attempts;
        assert!(
            self.last(call).is_none() || self.is_exhausted(call, now),
            "given up after {attempts} attempts, with time for another"
        );
    }

    /// Whether a check asks its next question, and for a token once more, because none was to be had for the one before: at
    /// once, where another attempt would have waited.
    fn checks_on(&self, call: usize, now: Instant) -> bool {
        let entry = &self.calls[call];
        let last = self.last(call);
        entry.operation == Operation::Check
            && self.had_token(call)
            && last.is_some_and(|last| last.route == Route::Token && last.closed == Some(now))
            && self.is_exhausted(call, now)
    }

    fn had_token(&self, call: usize) -> bool {
        let mut requests = self.requests_of(call);
        requests.any(|request| matches!(request.told, Some(Says::Token(..))))
    }

    /// Whether the last request may be the last of its exchange.
    fn is_exhausted(&self, call: usize, now: Instant) -> bool {
        let entry = &self.calls[call];
        let last = self.last(call).filter(|last| last.may_be_repeated());
        if last.is_none() || entry.attempts == MOST_ATTEMPTS {
            return true;
        }
        let wait = self.longest_wait(call);
        wait.plus(SHORTEST_ATTEMPT) >= now.until(entry.deadline)
    }

    /// How long a call may wait before its next attempt: as long as the server asked, or for the longest back-off.
    fn longest_wait(&self, call: usize) -> Duration {
        let asked = self.last(call).and_then(|last| match last.heard {
            Heard::Head { wait, .. } => wait,
            _ => None,
        });
        let (first, longest) = BACKOFF;
        let doublings = self.calls[call].attempts - 1;
        asked.unwrap_or(first.times(1 << doublings).min(longest))
    }

    /// A token serves its own account, within its life, until it is refused or revoked.
    fn check_token(
        &self,
        call: usize,
        route: &Route,
        authorization: &str,
        is_repeated: bool,
        now: Instant,
    ) {
        let entry = &self.calls[call];
        let mut grants = self.grants.iter();
        let grant = grants.find(|grant| grant.authorizes(authorization));
        let grant = grant.expect("a token that nobody gave");
        assert_eq!(grant.configured, entry.configured, "a token of others");
        let is_fresh = self.last(call).is_some_and(
            |last| matches!(&last.told, Some(Says::Token(value, _)) if *value == grant.value),
        );
        let is_own = grant.good_until.is_none() && grant.call == call && !grant.is_over;
        assert!(
            is_repeated || is_fresh || is_own || grant.is_good(now),
            "a token that is no longer good, or not for this call"
        );
        let asked = self.requests_of(call).filter(|asked| asked.route == *route);
        let mut others = asked.filter(|asked| asked.authorization != authorization);
        if let Some(other) = others.next_back() {
            assert_eq!(other.heard.status(), Some(401), "a token renewed unasked");
            let all_alike = others.all(|third| third.authorization == other.authorization);
            assert!(all_alike, "a third token for one question");
        }
    }

    /// One exchange at a time, and none while there is a good token.
    fn check_exchange(&mut self, call: usize, route: &Route, is_repeated: bool, now: Instant) {
        let entry = &self.calls[call];
        if let Route::Revoke(token) = route {
            let mut grants = self.grants.iter();
            let is_known =
                grants.any(|grant| grant.value == *token && grant.configured == entry.configured);
            assert!(is_known, "a revocation of a token that nobody gave");
            return;
        }
        // A check begins with an exchange, whatever is held.
        let checks = entry.operation == Operation::Check && !self.had_token(call);
        let waits_since = self
            .last(call)
            .map_or(Some(entry.begun), |last| last.closed);
        let configured = &mut self.configured[entry.configured];
        if !is_repeated && !checks {
            let refused = configured.refused;
            // A check that was refused goes on to its next question.
            assert!(
                entry.operation == Operation::Check
                    || refused.is_none_or(|refused| waits_since >= Some(refused)),
                "an exchange after one was refused that the call had waited for"
            );
            let held = configured.held.map(|held| &self.grants[held]);
            let is_good = held.is_some_and(|held| held.is_good(now));
            assert!(!is_good, "an exchange although a good token is held");
        }
        let other = configured.exchanging.replace(call);
        assert!(
            other.is_none_or(|other| other == call),
            "two exchanges at once"
        );
    }
}
