//! What must hold for tokens: which of them serve which requests.

use super::{account::Says, history::Ledger, route::Route};
use crate::platform::{Duration, Instant};

/// A token that a client heard of.
pub(super) struct Grant {
    pub value: String,
    pub configured: usize,
    pub call: usize,
    /// Until when it may be used: not longer than to the first moment for sure, and not beyond the second. None for a token
    /// whose life was not said.
    pub good_until: Option<(Instant, Instant)>,
    /// When its client knew that the server had refused or revoked it.
    pub over: Option<Instant>,
}

/// How long before its end a token is no longer used; a tenth of its life, if that is shorter.
const LEEWAY: Duration = Duration::from_secs(60);

impl Grant {
    fn authorizes(&self, authorization: &str) -> bool {
        authorization.strip_prefix("Bearer ") == Some(&self.value)
    }
}

impl Ledger {
    /// A client has got a token.
    pub fn grant(&mut self, request: usize, value: String, life: Option<Duration>) {
        let entry = &self.requests[request];
        let call = &self.calls[entry.call];
        let configured = call.configured;
        // The life counts from before the server began it.
        let (since, from) = call.strands[entry.strand].exchange_began;
        let good_until = life.map(|life| {
            let tenth = Duration::from_nanos(life.as_nanos() / 10);
            let good_for = life.less(LEEWAY.min(tenth));
            (since.after(good_for), from.after(good_for))
        });
        self.grants.push(Grant {
            value,
            configured,
            call: entry.call,
            good_until,
            over: None,
        });
        if life.is_some() {
            self.configured[configured].held = Some(self.grants.len() - 1);
        }
    }

    /// A client knows that the token of a request was refused.
    pub fn end_token(&mut self, request: usize, now: Instant) {
        let entry = &self.requests[request];
        let configured = &mut self.configured[self.calls[entry.call].configured];
        for (place, grant) in self.grants.iter_mut().enumerate() {
            if grant.authorizes(&entry.authorization) {
                grant.over.get_or_insert(now);
                if configured.held == Some(place) {
                    configured.held = None;
                }
            }
        }
    }

    /// A token serves its own account, within its life, until it is refused or revoked.
    pub fn check_token(
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
        // A part of a call takes its token, and then waits with the others.
        let paused = self.paused(call, now).map(|pause| pause.began);
        let taken = paused.unwrap_or(now);
        let is_over = grant
            .over
            .is_some_and(|over| paused.is_none_or(|paused| over < paused));
        let is_fresh = self.exchanges_of(call).any(|asked| {
            matches!(&asked.told, Some(Says::Token(value, _)) if *value == grant.value)
                && asked.closed >= Some(taken)
        });
        let is_good = match grant.good_until {
            None => grant.call == call,
            Some((_, until)) => taken < until,
        };
        assert!(
            is_repeated || is_fresh || is_good && !is_over,
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

    /// Only a token that somebody gave is revoked.
    pub fn check_revoked(&self, call: usize, token: &str) {
        let configured = self.calls[call].configured;
        let mut grants = self.grants.iter();
        let is_known = grants.any(|grant| grant.value == token && grant.configured == configured);
        assert!(is_known, "a revocation of a token that nobody gave");
    }
}
