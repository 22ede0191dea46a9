//! What must hold for tokens: which of them serve which requests.

use super::{
    account::Payload,
    history::{History, ReceivedToken},
    route::Route,
};
use crate::platform::{Duration, Instant};

/// How long before its end a token is no longer used; a tenth of its life, if that is shorter.
const LEEWAY: Duration = Duration::from_secs(60);

impl History {
    /// A client has got a token.
    pub fn receive_token(&mut self, request: usize, value: String, lifetime: Option<Duration>) {
        let record = &self.requests[request];
        let call = &self.calls[record.call];
        let configuration = call.configuration;
        // The life counts from before the server began it.
        let (since, from) = call.chains[record.chain].series_began;
        let good_until = lifetime.map(|lifetime| {
            let tenth = Duration::from_nanos(lifetime.as_nanos() / 10);
            let good_for = lifetime.less(LEEWAY.min(tenth));
            (since.after(good_for), from.after(good_for))
        });
        self.tokens.push(ReceivedToken {
            value,
            configuration,
            call: record.call,
            good_until,
            ended_at: None,
        });
        if lifetime.is_some() {
            self.configurations[configuration].held = Some(self.tokens.len() - 1);
        }
    }

    /// A client knows that the token of a request was refused.
    pub fn end_token(&mut self, request: usize, now: Instant) {
        let record = &self.requests[request];
        let configuration = &mut self.configurations[self.calls[record.call].configuration];
        for (place, token) in self.tokens.iter_mut().enumerate() {
            if token.authorizes(&record.authorization) {
                token.ended_at.get_or_insert(now);
                if configuration.held == Some(place) {
                    configuration.held = None;
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
        let record = &self.calls[call];
        let mut tokens = self.tokens.iter();
        let token = tokens.find(|token| token.authorizes(authorization));
        let token = token.expect("a token that nobody gave");
        assert_eq!(
            token.configuration, record.configuration,
            "a token of others"
        );
        // A part of a call takes its token, and then waits with the others.
        let paused = self.current_pause(call, now).map(|pause| pause.began);
        let taken = paused.unwrap_or(now);
        let is_over = token
            .ended_at
            .is_some_and(|over| paused.is_none_or(|paused| over < paused));
        let is_fresh = self.exchanges_of(call).any(|asked| {
            matches!(&asked.payload, Some(Payload::Token(value, _)) if *value == token.value)
                && asked.closed >= Some(taken)
        });
        let is_good = match token.good_until {
            None => token.call == call,
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
    pub fn check_revoked_token(&self, call: usize, token: &str) {
        let configuration = self.calls[call].configuration;
        let mut tokens = self.tokens.iter();
        let is_known =
            tokens.any(|known| known.value == token && known.configuration == configuration);
        assert!(is_known, "a revocation of a token that nobody gave");
    }
}
