//! Checks that a bulk change begins nothing new after a failure that stops it.

use super::{
    expected_target::ExpectedTarget,
    history::{History, RequestRecord},
    intent::Intent,
    request_chain::MAX_ATTEMPTS,
    route::Route,
};
use crate::{Selector, platform::Instant};

impl History {
    /// Checks that no new chain begins after a failed target if `stop-on-error` is set, and no new look-up without the
    /// permission to get users.
    pub(super) fn check_new_chain(&self, call: usize, route: &Route, now: Instant) {
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
                    "a new request after a failed target: {expected_target:?}"
                );
            }
        }
        let stops = |last: &RequestRecord| {
            let is_forbidden = matches!(last.route, Route::User(_))
                && last.is_complete
                && last.received.is_forbidden();
            if is_forbidden {
                !self.can_get_users(call)
            } else {
                changes.options.stop_on_error
            }
        };
        self.check_stopped_after(call, route, &stops, now);
    }

    /// Checks that no chain of this kind begins after one that failed. A chain that was begun before may send its first
    /// request later: it may have waited for a token or in a pause.
    fn check_stopped_after(
        &self,
        call: usize,
        route: &Route,
        stops: &dyn Fn(&RequestRecord) -> bool,
        now: Instant,
    ) {
        let record = &self.calls[call];
        let chains = 0..record.chains.len();
        let alike = chains.filter(|&chain| {
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
        assert!(has_waited, "a new chain after a failed one");
        let firsts = alike.map(|chain| record.chains[chain].requests[0]);
        let begun = firsts.filter(|&first| first >= before).count() + 1;
        let max = record.intent.concurrency() - 1;
        assert!(begun <= max, "{begun} new chains after a failed one");
    }

    /// Returns true if a chain has failed. False after a 401, which a new token may resolve.
    fn has_failed(&self, call: usize, chain: usize) -> bool {
        let attempts = self.calls[call].chains[chain].attempts;
        self.last_of(call, chain).is_some_and(|last| {
            if last.may_be_repeated() {
                attempts == MAX_ATTEMPTS
            } else {
                last.received.status() != Some(401) && last.payload_user().is_none()
            }
        })
    }
}
