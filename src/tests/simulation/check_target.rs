//! Checks of the report of one target.

use super::{
    expected_target::{ExpectedTarget, ResolvedUser},
    history::History,
    request_chain::Subject,
    route::Route,
};
use crate::{
    Effect, ErrorCode, Outcome, Report, Selector, Target, TargetReport, User, platform::Instant,
};

impl History {
    /// Checks that a report agrees with the expected target and with the requests for it.
    pub(super) fn check_target(
        &self,
        call: usize,
        target: &Target,
        expected_target: &ExpectedTarget<'_>,
        report: &Report,
        reported: &TargetReport,
        now: Instant,
    ) {
        let stops = self.changes_of(call).options.stop_on_error;
        let has_failed = |code| {
            matches!(&reported.outcome, Outcome::Failed(error)
                if error.code == code && error.status.is_none())
        };
        let is_skipped = stops && reported.outcome == Outcome::Skipped;
        let fits = match expected_target {
            ExpectedTarget::Invalid => has_failed(ErrorCode::InvalidArgument),
            ExpectedTarget::Unresolved(code) => has_failed(*code),
            ExpectedTarget::NotLookedUp => {
                is_skipped || self.has_failed_look_up(call, target, reported, now)
            }
            // Guards are not checked for a user who was not looked up.
            ExpectedTarget::Guarded(resolved, guard) => {
                has_failed(guard.error_code())
                    || resolved.user.is_none()
                        && (is_skipped || self.has_failed_look_up(call, target, reported, now))
            }
            ExpectedTarget::InRequestedState(_) => reported.outcome == Outcome::Unchanged,
            // A forbidden get does not fail the target.
            ExpectedTarget::ToChange(resolved)
                if resolved.user.is_none() && self.was_forbidden(call, reported) =>
            {
                false
            }
            ExpectedTarget::ToChange(resolved) => {
                is_skipped && !self.changed_ids(call).contains(resolved.id)
                    || self.is_carried_out(call, target, *resolved, report, reported, now)
            }
        };
        assert!(fits, "{expected_target:?} was reported as {reported:?}");
        if let Outcome::Failed(error) = &reported.outcome {
            self.check_message(call, error);
            assert!(error.requests <= report.requests, "requests");
            if let ExpectedTarget::Unresolved(_) = expected_target
                && let Selector::Email(email) = &target.who
            {
                self.check_not_found(call, email, error);
            }
        }
        let resolved = expected_target.resolved();
        let user = resolved.and_then(|resolved| resolved.user);
        let before = user.map(|user| &user.state);
        assert_eq!(reported.previous_state.as_ref(), before, "previous state");
        // A user who was changed for another target is reported in the new state.
        let changed = resolved.and_then(|resolved| self.changed(call, resolved.id));
        assert_eq!(reported.user.as_ref(), changed.or(user), "user");
    }

    /// Returns the user in the response to a change of this call.
    fn changed(&self, call: usize, id: &str) -> Option<&User> {
        let chain = self.calls[call].chain(&Subject::Change(id.to_owned()))?;
        let last = self
            .last_of(call, chain)
            .filter(|last| last.is_from_server)?;
        last.payload_user()
    }

    /// Returns true if the target failed during look-up. Checks that the requests explain the error.
    fn has_failed_look_up(
        &self,
        call: usize,
        target: &Target,
        reported: &TargetReport,
        now: Instant,
    ) -> bool {
        let Outcome::Failed(error) = &reported.outcome else {
            return false;
        };
        let subject = match &target.who {
            Selector::Id(id) => Subject::User(id.clone()),
            Selector::Email(_) => Subject::List,
        };
        self.check_part_error(call, self.calls[call].chain(&subject), error, now);
        error.effect == Effect::NotApplied
    }

    /// Returns true if the target failed with a 403 that can only be that of a get.
    fn was_forbidden(&self, call: usize, reported: &TargetReport) -> bool {
        let Outcome::Failed(error) = &reported.outcome else {
            return false;
        };
        let mut others = self.requests_of(call);
        error.status == Some(403)
            && !self.saw_request(call, |request| {
                request.route == Route::Token && request.received.status() == Some(403)
            })
            && !others.any(|other| {
                matches!(other.route, Route::Change(..)) && other.received.status() == Some(403)
            })
    }

    /// Returns true if the outcome of a change agrees with its requests.
    fn is_carried_out(
        &self,
        call: usize,
        target: &Target,
        resolved: ResolvedUser<'_>,
        report: &Report,
        reported: &TargetReport,
        now: Instant,
    ) -> bool {
        if self.changes_of(call).options.dry_run || report.refused.is_some() {
            return reported.outcome == Outcome::WouldChange
                || resolved.user.is_none() && self.has_failed_look_up(call, target, reported, now);
        }
        match &reported.outcome {
            Outcome::Changed => self.changed(call, resolved.id).is_some_and(|user| {
                user.id == resolved.id && user.state == self.changes_of(call).state
            }),
            Outcome::Failed(error) => {
                let subject = Subject::Change(resolved.id.to_owned());
                self.check_part_error(call, self.calls[call].chain(&subject), error, now);
                true
            }
            _ => false,
        }
    }
}
