//! What a call for many users must not begin any more, once something has failed.

use super::{
    expected_target::Standing,
    history::{Ledger, RequestEntry},
    intent::Wants,
    request_chain::MOST_ATTEMPTS,
    route::Route,
};
use crate::{Selector, platform::Instant};

impl Ledger {
    /// Nothing new of this kind is begun after a target has failed, if the call is to stop then; and nobody else is looked
    /// at by an application that may not look.
    pub fn check_begun(&self, call: usize, route: &Route, now: Instant) {
        let Wants::Changes(changes) = &self.calls[call].wants else {
            return;
        };
        if *route == Route::Token {
            return;
        }
        if changes.options.stop_on_error {
            for target in &changes.targets {
                let standing = self.standing(call, target);
                let has_failed = match (&standing, route) {
                    (Standing::Wrong, _) => true,
                    (_, Route::List(_)) | (Standing::There(_) | Standing::Due(_), _) => false,
                    (_, Route::Change(..)) | (Standing::Nobody(_), _) => true,
                    _ => {
                        matches!(
                            (&standing, &target.who),
                            (Standing::Unread, Selector::Email(_))
                        )
                    }
                };
                assert!(!has_failed, "goes on after a target failed: {standing:?}");
            }
        }
        let stops = |last: &RequestEntry| {
            let is_forbidden =
                matches!(last.route, Route::User(_)) && last.heard.status() == Some(403);
            if is_forbidden {
                !self.may_look(call)
            } else {
                changes.options.stop_on_error
            }
        };
        self.check_stopped_at(call, route, &stops, now);
    }

    /// Nothing of this kind is begun after another that failed so. Only who was begun before may have waited since: for a
    /// token, or with the whole call.
    fn check_stopped_at(
        &self,
        call: usize,
        route: &Route,
        stops: &dyn Fn(&RequestEntry) -> bool,
        now: Instant,
    ) {
        let entry = &self.calls[call];
        let places = 0..entry.strands.len();
        let alike = places.filter(|&strand| {
            let last = self.last_of(call, strand);
            last.is_some_and(|last| {
                std::mem::discriminant(&last.route) == std::mem::discriminant(route)
            })
        });
        let failures = alike.clone().filter_map(|strand| {
            let last = self.last_of(call, strand).filter(|last| stops(last))?;
            Some((last.closed?, last.closed_before?)).filter(|_| self.has_failed(call, strand))
        });
        let Some((failed, before)) = failures.min_by_key(|(_, before)| *before) else {
            return;
        };
        let mut requests = self.requests.iter();
        let has_waited = self.paused(call, now).is_some()
            || requests.any(|request| {
                request.route == Route::Token
                    && self.calls[request.call].configured == entry.configured
                    && request.closed.is_none_or(|closed| closed >= failed)
            });
        assert!(has_waited, "begun after another one failed");
        let firsts = alike.map(|strand| entry.strands[strand].requests[0]);
        let begun = firsts.filter(|&first| first >= before).count() + 1;
        let most = entry.wants.concurrency() - 1;
        assert!(begun <= most, "{begun} begun after another one failed");
    }

    /// Whether a strand has failed for good. After a 401 that depends on whether a token is to be had.
    fn has_failed(&self, call: usize, strand: usize) -> bool {
        let attempts = self.calls[call].strands[strand].attempts;
        self.last_of(call, strand).is_some_and(|last| {
            if last.may_be_repeated() {
                attempts == MOST_ATTEMPTS
            } else {
                last.heard.status() != Some(401) && last.told_user().is_none()
            }
        })
    }
}
