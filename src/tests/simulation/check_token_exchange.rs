//! What must hold for the exchange of a token.

use std::collections::BTreeSet;

use super::{
    account::Says,
    history::{Ended, Ledger, RequestEntry},
    route::Route,
};
use crate::{
    Operation,
    platform::{Duration, Instant},
};

/// One set of settings, from the moment it was configured.
pub(super) struct Configured {
    pub deadline: Duration,
    /// The call that exchanges a token.
    pub exchanging: Option<usize>,
    /// When the last one ended that did.
    pub exchanged: Option<Instant>,
    /// When that was refused for good, if it was.
    pub refused: Option<Instant>,
    /// The token that is held, as a place among the grants.
    pub held: Option<usize>,
}

impl Ledger {
    /// A call exchanges no token any more, if it did.
    pub fn leave_exchange(&mut self, call: usize, now: Instant) {
        let configured = self.calls[call].configured;
        if self.configured[configured].exchanging != Some(call) {
            return;
        }
        let is_given_up = self.calls[call].ended == Some(Ended::GivenUp);
        let last = self.exchanges_of(call).next_back();
        let is_refused = last.is_some_and(|last| last.told.is_none() && !last.may_be_repeated());
        let configured = &mut self.configured[configured];
        configured.exchanging = None;
        configured.exchanged = Some(now);
        if !is_given_up {
            configured.refused = is_refused.then_some(now);
        }
    }

    /// One exchange at a time, and none while there is a good token.
    pub fn check_exchange(&mut self, call: usize, is_repeated: bool, now: Instant) {
        if !is_repeated {
            self.check_need_of_exchange(call, now);
        }
        let configured = self.calls[call].configured;
        if let Some(other) = self.configured[configured].exchanging
            && self.may_have_left_exchange(other)
        {
            self.leave_exchange(other, now);
        }
        let other = self.configured[configured].exchanging.replace(call);
        assert!(
            other.is_none_or(|other| other == call),
            "two exchanges at once"
        );
    }

    fn check_need_of_exchange(&self, call: usize, now: Instant) {
        let entry = &self.calls[call];
        let configured = &self.configured[entry.configured];
        let before = self.exchanges_of(call).next_back();
        // A check begins with an exchange, whatever is held.
        if entry.operation == Operation::Check && before.is_none() {
            return;
        }
        let had_token = |last: &RequestEntry| matches!(last.told, Some(Says::Token(..)));
        assert!(
            before.is_none_or(had_token),
            "another exchange after one that failed"
        );
        assert!(
            self.paused(call, now).is_some() || !self.has_refused_fresh_token(call),
            "another exchange after a fresh token was refused"
        );
        self.check_refused_in_a_row(call);
        if !entry.wants.is_for_many() {
            let waits_since = self
                .last(call)
                .map_or(Some(entry.begun), |last| last.closed);
            // A check that was refused goes on to its next question.
            assert!(
                entry.operation == Operation::Check
                    || configured
                        .refused
                        .is_none_or(|refused| waits_since >= Some(refused)),
                "an exchange after one was refused that the call had waited for"
            );
        }
        for (place, grant) in self.grants.iter().enumerate() {
            let is_good = match grant.good_until {
                None => grant.call == call,
                Some((until, _)) => configured.held == Some(place) && now < until,
            };
            assert!(
                !is_good || grant.over.is_some(),
                "an exchange although a good token is held"
            );
        }
    }

    /// However many users a call is about, it does not try one token after the other while all of them are refused.
    fn check_refused_in_a_row(&self, call: usize) {
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
        let most = 1 + self.calls[call].wants.concurrency();
        assert!(refused.len() <= most, "{} refused tokens", refused.len());
    }

    /// Whether the server refused a token of this call, and the one that was exchanged in its place.
    pub fn has_refused_fresh_token(&self, call: usize) -> bool {
        let refused = self.requests_of(call).filter(|asked| {
            asked.route.is_resource() && asked.heard.status() == Some(401) && asked.closed.is_some()
        });
        let refused: Vec<_> = refused.collect();
        let is_renewed = |one: &&RequestEntry| {
            refused
                .iter()
                .any(|other| other.route == one.route && other.authorization != one.authorization)
        };
        refused.iter().any(is_renewed)
    }

    /// Whether a call for many users may exchange no token any more, for want of time: the others of it go on.
    fn may_have_left_exchange(&self, call: usize) -> bool {
        let last = self.exchanges_of(call).next_back();
        self.calls[call].wants.is_for_many()
            && last
                .is_some_and(|last| last.closed.is_some() && self.is_exhausted(call, last.strand))
    }

    /// The requests of a call that asked for a token.
    pub fn exchanges_of(&self, call: usize) -> impl DoubleEndedIterator<Item = &RequestEntry> {
        let requests = self.requests_of(call);
        requests.filter(|request| request.route == Route::Token)
    }
}
