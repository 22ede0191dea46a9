//! Checks of token exchanges.

use std::collections::BTreeSet;

use super::{
    account::Payload,
    call_result::CallEnd,
    history::{History, RequestRecord},
    route::Route,
};
use crate::{Operation, platform::Instant};

impl History {
    /// Records that a call has ended its token exchange, if it had one.
    pub(super) fn leave_exchange(&mut self, call: usize, now: Instant) {
        let configuration = self.calls[call].configuration;
        if self.configurations[configuration].exchanging_call != Some(call) {
            return;
        }
        let is_cancelled = self.calls[call].ended == Some(CallEnd::Cancelled);
        let last = self.exchanges_of(call).next_back();
        let is_refused = last.is_some_and(|last| last.payload.is_none() && !last.may_be_repeated());
        let configuration = &mut self.configurations[configuration];
        configuration.exchanging_call = None;
        configuration.last_exchange_ended = Some(now);
        if !is_cancelled {
            configuration.refused = is_refused.then_some(now);
        }
    }

    /// Checks that there is one exchange at a time, and none while a valid token is held.
    pub(super) fn check_token_exchange(&mut self, call: usize, is_repeated: bool, now: Instant) {
        if !is_repeated {
            self.check_exchange_needed(call, now);
        }
        let configuration = self.calls[call].configuration;
        if let Some(other) = self.configurations[configuration].exchanging_call
            && self.may_have_left_exchange(other)
        {
            self.leave_exchange(other, now);
        }
        let other = self.configurations[configuration]
            .exchanging_call
            .replace(call);
        assert!(
            other.is_none_or(|other| other == call),
            "two concurrent token exchanges"
        );
    }

    fn check_exchange_needed(&self, call: usize, now: Instant) {
        let record = &self.calls[call];
        let configuration = &self.configurations[record.configuration];
        let before = self.exchanges_of(call).next_back();
        // A check begins with an exchange even if a token is held.
        if record.operation == Operation::Check && before.is_none() {
            return;
        }
        let had_token = |last: &RequestRecord| matches!(last.payload, Some(Payload::Token(..)));
        assert!(
            before.is_none_or(had_token),
            "a token exchange after a failed one of the same call"
        );
        assert!(
            self.current_pause(call, now).is_some() || !self.has_rejected_fresh_token(call),
            "a token exchange after a fresh token was rejected"
        );
        self.check_rejected_tokens(call);
        if !record.intent.is_bulk_change() {
            let waits_since = self
                .last(call)
                .map_or(Some(record.begun), |last| last.closed);
            // A check continues with its next operation after a refused exchange.
            assert!(
                record.operation == Operation::Check
                    || configuration
                        .refused
                        .is_none_or(|refused| waits_since >= Some(refused)),
                "a token exchange after waiting for one that was refused"
            );
        }
        for (index, token) in self.tokens.iter().enumerate() {
            let is_own = !token.has_lifetime && token.call == call;
            let is_held = configuration.held == Some(index) && now < token.valid_until.0;
            let is_valid = is_own || is_held;
            assert!(
                !is_valid || token.ended_at.is_some(),
                "a token exchange while a valid token is held"
            );
        }
    }

    /// Checks that a call does not keep exchanging tokens while the server rejects each of them.
    fn check_rejected_tokens(&self, call: usize) {
        let mut refused = BTreeSet::new();
        for asked in self.requests_of(call).rev() {
            match asked.received.status() {
                Some(401) if asked.route.is_resource() => {
                    refused.insert(&asked.authorization);
                }
                Some(_) if asked.route.is_resource() => break,
                _ => {}
            }
        }
        // Concurrent requests may have been sent before the first 401 arrived.
        let max = 1 + self.calls[call].intent.concurrency();
        assert!(refused.len() <= max, "{} rejected tokens", refused.len());
    }

    /// Returns true if the server rejected a token of this call and the one exchanged in its place.
    pub(super) fn has_rejected_fresh_token(&self, call: usize) -> bool {
        let refused = self.requests_of(call).filter(|asked| {
            asked.route.is_resource()
                && asked.received.status() == Some(401)
                && asked.closed.is_some()
        });
        let refused: Vec<_> = refused.collect();
        let is_renewed = |one: &&RequestRecord| {
            refused
                .iter()
                .any(|other| other.route == one.route && other.authorization != one.authorization)
        };
        refused.iter().any(is_renewed)
    }

    /// Returns true if a bulk change may have ended its exchange for lack of time while other parts of it go on.
    fn may_have_left_exchange(&self, call: usize) -> bool {
        let last = self.exchanges_of(call).next_back();
        self.calls[call].intent.is_bulk_change()
            && last.is_some_and(|last| last.closed.is_some() && self.is_exhausted(call, last.chain))
    }

    /// Returns the token requests of a call.
    pub(super) fn exchanges_of(
        &self,
        call: usize,
    ) -> impl DoubleEndedIterator<Item = &RequestRecord> {
        let requests = self.requests_of(call);
        requests.filter(|request| request.route == Route::Token)
    }
}
