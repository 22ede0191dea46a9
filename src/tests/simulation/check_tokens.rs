//! Checks of the token that a request carries.

use super::{
    account::Payload,
    history::{History, ReceivedToken},
    route::Route,
};
use crate::platform::{Duration, Instant};

/// Minimum time for which a token is used.
const MIN_USE: Duration = Duration::from_secs(5);
/// Time before expiry during which a token is not used. A tenth of the lifetime if that is shorter.
const LEEWAY: Duration = Duration::from_secs(60);

impl History {
    /// Records a token that the client has received.
    pub(super) fn receive_token(
        &mut self,
        request: usize,
        value: String,
        lifetime: Option<Duration>,
    ) {
        let record = &self.requests[request];
        let call = &self.calls[record.call];
        let configuration = call.configuration;
        // The lifetime counts from the token request, which is before the server issued the token.
        let (since, from) = call.chains[record.chain].series_began;
        let known = lifetime.unwrap_or_default();
        let tenth = Duration::from_nanos(known.as_nanos() / 10);
        let valid_for = known.less(LEEWAY.min(tenth)).max(MIN_USE);
        self.tokens.push(ReceivedToken {
            value,
            configuration,
            call: record.call,
            valid_until: (since.after(valid_for), from.after(valid_for)),
            has_lifetime: lifetime.is_some(),
            ended_at: None,
        });
        self.configurations[configuration].held = Some(self.tokens.len() - 1);
    }

    /// Records that the client knows of a 401 for the token of a request.
    pub(super) fn end_token(&mut self, request: usize, now: Instant) {
        let record = &self.requests[request];
        let configuration = &mut self.configurations[self.calls[record.call].configuration];
        for (index, token) in self.tokens.iter_mut().enumerate() {
            if token.authorizes(&record.authorization) {
                token.ended_at.get_or_insert(now);
                if configuration.held == Some(index) {
                    configuration.held = None;
                }
            }
        }
    }

    /// Checks that a request carries a token of its own settings that is neither expired, rejected nor revoked.
    pub(super) fn check_token(
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
        let token = token.expect("an unknown token");
        assert_eq!(
            token.configuration, record.configuration,
            "a token of other settings"
        );
        // A request takes its token before it waits in a pause.
        let paused = self.current_pause(call, now).map(|pause| pause.began);
        let taken = paused.unwrap_or(now);
        let is_over = token
            .ended_at
            .is_some_and(|over| paused.is_none_or(|paused| over < paused));
        let is_fresh = self.exchanges_of(call).any(|asked| {
            matches!(&asked.payload, Some(Payload::Token(value, _)) if *value == token.value)
                && asked.closed >= Some(taken)
        });
        let is_own = !token.has_lifetime && token.call == call;
        let is_valid = is_own || taken < token.valid_until.1;
        assert!(
            is_repeated || is_fresh || is_valid && !is_over,
            "a token that is no longer valid for this call"
        );
        let asked = self.requests_of(call).filter(|asked| asked.route == *route);
        let mut others = asked.filter(|asked| asked.authorization != authorization);
        if let Some(other) = others.next_back() {
            assert_eq!(
                other.received.status(),
                Some(401),
                "a new token without a 401"
            );
            let all_alike = others.all(|third| third.authorization == other.authorization);
            assert!(all_alike, "a third token for one operation");
        }
    }

    /// Checks that a revoked token was received with the same settings.
    pub(super) fn check_revoked_token(&self, call: usize, token: &str) {
        let configuration = self.calls[call].configuration;
        let mut tokens = self.tokens.iter();
        let is_known =
            tokens.any(|known| known.value == token && known.configuration == configuration);
        assert!(is_known, "a revocation of an unknown token");
    }
}
