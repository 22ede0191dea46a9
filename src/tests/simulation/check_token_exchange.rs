//! What must hold for the exchange of a token.

use std::collections::BTreeSet;

use super::{
    account::Payload,
    call_result::CallEnd,
    history::{History, RequestRecord},
    route::Route,
};
use crate::{Operation, platform::Instant};

impl History {
    /// A call exchanges no token any more, if it did.
    pub fn leave_exchange(&mut self, call: usize, now: Instant) {
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

    /// One exchange at a time, and none while there is a good token.
    pub fn check_token_exchange(&mut self, call: usize, is_repeated: bool, now: Instant) {
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
            "two exchanges at once"
        );
    }

    fn check_exchange_needed(&self, call: usize, now: Instant) {
        let record = &self.calls[call];
        let configuration = &self.configurations[record.configuration];
        let before = self.exchanges_of(call).next_back();
        // A check begins with an exchange, whatever is held.
        if record.operation == Operation::Check && before.is_none() {
            return;
        }
        let had_token = |last: &RequestRecord| matches!(last.payload, Some(Payload::Token(..)));
        assert!(
            before.is_none_or(had_token),
            "another exchange after one that failed"
        );
        assert!(
            self.current_pause(call, now).is_some() || !self.has_refused_fresh_token(call),
            "another exchange after a fresh token was refused"
        );
        self.check_rejected_tokens(call);
        if !record.intent.is_bulk_change() {
            let waits_since = self
                .last(call)
                .map_or(Some(record.begun), |last| last.closed);
            // A check that was refused goes on to its next question.
            assert!(
                record.operation == Operation::Check
                    || configuration
                        .refused
                        .is_none_or(|refused| waits_since >= Some(refused)),
                "an exchange after one was refused that the call had waited for"
            );
        }
        for (place, token) in self.tokens.iter().enumerate() {
            let is_good = match token.good_until {
                None => token.call == call,
                Some((until, _)) => configuration.held == Some(place) && now < until,
            };
            assert!(
                !is_good || token.ended_at.is_some(),
                "an exchange although a good token is held"
            );
        }
    }

    /// However many users a call is about, it does not try one token after the other while all of them are refused.
    fn check_rejected_tokens(&self, call: usize) {
        let mut refused = BTreeSet::new();
        for asked in self.requests_of(call).rev() {
            match asked.heard.status() {
                Some(401) if asked.route.is_resource() => {
                    refused.insert(&asked.authorization);
                }
                Some(_) if asked.route.is_resource() => break,
                _ => {}
            }
        }
        // Others may have begun with a token before somebody knew that it is refused as the one before was.
        let most = 1 + self.calls[call].intent.concurrency();
        assert!(refused.len() <= most, "{} refused tokens", refused.len());
    }

    /// Whether the server refused a token of this call, and the one that was exchanged in its place.
    pub fn has_refused_fresh_token(&self, call: usize) -> bool {
        let refused = self.requests_of(call).filter(|asked| {
            asked.route.is_resource() && asked.heard.status() == Some(401) && asked.closed.is_some()
        });
        let refused: Vec<_> = refused.collect();
        let is_renewed = |one: &&RequestRecord| {
            refused
                .iter()
                .any(|other| other.route == one.route && other.authorization != one.authorization)
        };
        refused.iter().any(is_renewed)
    }

    /// Whether a call for many users may exchange no token any more, for want of time: the others of it go on.
    fn may_have_left_exchange(&self, call: usize) -> bool {
        let last = self.exchanges_of(call).next_back();
        self.calls[call].intent.is_bulk_change()
            && last.is_some_and(|last| last.closed.is_some() && self.is_exhausted(call, last.chain))
    }

    /// The requests of a call that asked for a token.
    pub fn exchanges_of(&self, call: usize) -> impl DoubleEndedIterator<Item = &RequestRecord> {
        let requests = self.requests_of(call);
        requests.filter(|request| request.route == Route::Token)
    }
}
