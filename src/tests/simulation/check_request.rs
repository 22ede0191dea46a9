//! What must hold whenever a request is begun.

use super::{
    history::{Heard, Ledger, RequestEntry},
    intent::Wants,
    request_chain::{About, MOST_ATTEMPTS, Strand},
    route::Route,
};
use crate::{
    Operation,
    platform::Instant,
    tests::scripted_server::{BASIC, Sent},
};

/// Requests that a call for one answer may send: one exchange of a token and one of the question, both once more after a
/// 401. A check exchanges a token, and asks two questions; a revocation asks one, and needs no token.
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
        self.check_pause(call, now);
        let strand = self.strand_of(call, &route, now);
        let authorization = sent.authorization();
        let is_repeated = self.check_attempt(call, strand, &route, authorization, now);
        match &route {
            Route::Token | Route::Revoke(_) => {
                assert_eq!(authorization.strip_prefix("Basic "), Some(BASIC));
                match &route {
                    Route::Revoke(token) => self.check_revoked(call, token),
                    _ => self.check_exchange(call, is_repeated, now),
                }
            }
            _ => self.check_token(call, &route, authorization, is_repeated, now),
        }
        match &route {
            Route::List(listing) => self.check_page(call, listing),
            Route::Change(id, _) => self.check_write(call, id),
            _ => {}
        }
        if matches!(route, Route::List(_) | Route::User(_)) {
            self.check_read(call, &route);
        }
        if self.calls[call].strands[strand].requests.is_empty() {
            self.check_begun(call, &route, now);
        }
        let paused = self.paused(call, now).map(|pause| pause.began);
        let request = self.requests.len();
        let entry = &mut self.calls[call];
        entry.open += 1;
        entry.requests.push(request);
        let open = &mut entry.strands[strand];
        if !is_repeated {
            open.attempts = 0;
            open.exchange_began = (paused.unwrap_or(now), now);
        }
        open.attempts += 1;
        open.requests.push(request);
        self.requests.push(RequestEntry {
            call,
            strand,
            route,
            authorization: authorization.to_owned(),
            sent: now,
            answered: None,
            heard: Heard::Nothing,
            is_whole: false,
            closed: None,
            closed_before: None,
            told: None,
            is_genuine: false,
        });
        request
    }

    fn check_call(&self, call: usize, route: &Route, now: Instant) {
        let entry = &self.calls[call];
        assert!(entry.ended.is_none(), "a request of a call that has ended");
        assert!(now < entry.deadline, "a request at or after the deadline");
        let most = entry.wants.concurrency();
        assert!(
            entry.open < most,
            "more than {most} requests of one call at once"
        );
        if matches!(entry.wants, Wants::Connection | Wants::One(_)) {
            let most = most_requests(entry.operation);
            let sent = entry.requests.len() + 1;
            assert!(sent <= most as usize, "{sent} requests of one call");
        }
        assert!(
            entry.wants.needs(entry.operation, route),
            "{route:?} is nothing that this call needs"
        );
    }

    /// The strand that a request belongs to, which begins with it if there is none.
    fn strand_of(&mut self, call: usize, route: &Route, now: Instant) -> usize {
        let entry = &mut self.calls[call];
        let about = About::of(&entry.wants, route);
        entry.strand(&about).unwrap_or_else(|| {
            entry.strands.push(Strand::new(about, now));
            entry.strands.len() - 1
        })
    }
}
