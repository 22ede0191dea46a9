//! What a call for many users must not begin any more, once something has failed.

use super::{
    expected_target::ExpectedTarget,
    history::{History, RequestRecord},
    intent::Intent,
    request_chain::MAX_ATTEMPTS,
    route::Route,
};
use crate::{Selector, platform::Instant};

impl History {
    /// Nothing new of this kind is begun after a target has failed, if the call is to stop then; and nobody else is looked
    /// at by an application that may not look.
    pub fn check_new_chain(&self, call: usize, route: &Route, now: Instant) {
        let Intent::ChangeUsers(changes) = &self.calls[call].intent else {
            return;
        };
        if *route == Route::Token {
            return;
        }
        if changes.options.stop_on_error {
            for target in &changes.targets {
                let expected_target = self.expected_target(call, target);
                let has_failed = match (&expected_target, route) {
                    (ExpectedTarget::Invalid, _) => true,
                    (_, Route::List(_))
                    | (ExpectedTarget::InRequestedState(_) | ExpectedTarget::ToChange(_), _) => {
                        false
                    }
                    (_, Route::Change(..)) | (ExpectedTarget::Unresolved(_), _) => true,
                    _ => {
                        matches!(
                            (&expected_target, &target.who),
                            (ExpectedTarget::NotLookedUp, Selector::Email(_))
                        )
                    }
                };
                assert!(
                    !has_failed,
                    "goes on after a target failed: {expected_target:?}"
                );
            }
        }
        let stops = |last: &RequestRecord| {
            let is_forbidden =
                matches!(last.route, Route::User(_)) && last.heard.status() == Some(403);
            if is_forbidden {
                !self.can_get_users(call)
            } else {
                changes.options.stop_on_error
            }
        };
        self.check_stopped_after(call, route, &stops, now);
    }

    /// Nothing of this kind is begun after another that failed so. Only who was begun before may have waited since: for a
    /// token, or with the whole call.
    fn check_stopped_after(
        &self,
        call: usize,
        route: &Route,
        stops: &dyn Fn(&RequestRecord) -> bool,
        now: Instant,
    ) {
        let record = &self.calls[call];
        let places = 0..record.chains.len();
        let alike = places.filter(|&chain| {
            let last = self.last_of(call, chain);
            last.is_some_and(|last| {
                std::mem::discriminant(&last.route) == std::mem::discriminant(route)
            })
        });
        let failures = alike.clone().filter_map(|chain| {
            let last = self.last_of(call, chain).filter(|last| stops(last))?;
            Some((last.closed?, last.requests_at_close?)).filter(|_| self.has_failed(call, chain))
        });
        let Some((failed, before)) = failures.min_by_key(|(_, before)| *before) else {
            return;
        };
        let mut requests = self.requests.iter();
        let has_waited = self.current_pause(call, now).is_some()
            || requests.any(|request| {
                request.route == Route::Token
                    && self.calls[request.call].configuration == record.configuration
                    && request.closed.is_none_or(|closed| closed >= failed)
            });
        assert!(has_waited, "begun after another one failed");
        let firsts = alike.map(|chain| record.chains[chain].requests[0]);
        let begun = firsts.filter(|&first| first >= before).count() + 1;
        let most = record.intent.concurrency() - 1;
        assert!(begun <= most, "{begun} begun after another one failed");
    }

    /// Whether a strand has failed for good. After a 401 that depends on whether a token is to be had.
    fn has_failed(&self, call: usize, chain: usize) -> bool {
        let attempts = self.calls[call].chains[chain].attempts;
        self.last_of(call, chain).is_some_and(|last| {
            if last.may_be_repeated() {
                attempts == MAX_ATTEMPTS
            } else {
                last.heard.status() != Some(401) && last.payload_user().is_none()
            }
        })
    }
}
