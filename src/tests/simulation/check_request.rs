//! Checks before each request.

use super::{
    history::{History, Received, RequestRecord},
    intent::Intent,
    request_chain::{MAX_ATTEMPTS, RequestChain, Subject},
    route::Route,
};
use crate::{
    Operation,
    platform::Instant,
    tests::{fixtures::BASIC, scripted_server::SentRequest},
};

/// Maximum number of requests of a call about one user: a token exchange and the operation, both repeated after a 401.
/// A check sends two operations after a token exchange of its own. A revocation needs no token.
const fn max_requests(operation: Operation) -> u32 {
    const ASKED: u32 = 2 * (MAX_ATTEMPTS + MAX_ATTEMPTS);
    match operation {
        Operation::Configure => 0,
        Operation::RevokeToken => MAX_ATTEMPTS,
        Operation::Check => MAX_ATTEMPTS + ASKED + ASKED,
        _ => ASKED,
    }
}

impl History {
    /// Checks and records a request. Returns its index.
    pub(super) fn send_request(
        &mut self,
        call: usize,
        route: Route,
        sent: &SentRequest,
        now: Instant,
    ) -> usize {
        self.check_call(call, &route, now);
        self.check_pause(call, now);
        let chain = self.chain_of(call, &route, now);
        let authorization = sent.authorization();
        let is_repeated = self.check_attempt(call, chain, &route, authorization, now);
        match &route {
            Route::Token | Route::Revoke(_) => {
                assert_eq!(authorization.strip_prefix("Basic "), Some(BASIC));
                match &route {
                    Route::Revoke(token) => self.check_revoked_token(call, token),
                    _ => self.check_token_exchange(call, is_repeated, now),
                }
            }
            _ => self.check_token(call, &route, authorization, is_repeated, now),
        }
        match &route {
            Route::List(query) => self.check_page(call, query),
            Route::Change(id, _) => self.check_change(call, id),
            _ => {}
        }
        if matches!(route, Route::List(_) | Route::User(_)) {
            self.check_lookup(call, &route);
        }
        if self.calls[call].chains[chain].requests.is_empty() {
            self.check_new_chain(call, &route, now);
        }
        let paused = self.current_pause(call, now).map(|pause| pause.began);
        let request = self.requests.len();
        let record = &mut self.calls[call];
        record.open += 1;
        record.requests.push(request);
        let open = &mut record.chains[chain];
        if !is_repeated {
            open.attempts = 0;
            open.series_began = (paused.unwrap_or(now), now);
        }
        open.attempts += 1;
        open.requests.push(request);
        self.requests.push(RequestRecord {
            call,
            chain,
            route,
            authorization: authorization.to_owned(),
            sent: now,
            response: None,
            received: Received::Nothing,
            is_complete: false,
            closed: None,
            requests_at_close: None,
            payload: None,
            is_from_server: false,
        });
        request
    }

    fn check_call(&self, call: usize, route: &Route, now: Instant) {
        let record = &self.calls[call];
        assert!(
            record.ended.is_none(),
            "a request after the end of its call"
        );
        assert!(now < record.deadline, "a request at or after the deadline");
        let max = record.intent.concurrency();
        assert!(record.open < max, "more than {max} concurrent requests");
        if matches!(record.intent, Intent::Connection | Intent::SingleRequest(_)) {
            let max = max_requests(record.operation);
            let sent = record.requests.len() + 1;
            assert!(sent <= max as usize, "{sent} requests of one call");
        }
        assert!(
            record.intent.allows(record.operation, route),
            "{route:?} is not needed for this call"
        );
    }

    /// Returns the index of the chain to which a request belongs, after creating it if necessary.
    fn chain_of(&mut self, call: usize, route: &Route, now: Instant) -> usize {
        let record = &mut self.calls[call];
        let subject = Subject::of(&record.intent, route);
        record.chain(&subject).unwrap_or_else(|| {
            record.chains.push(RequestChain::new(subject, now));
            record.chains.len() - 1
        })
    }
}
