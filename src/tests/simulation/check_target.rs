//! What must hold for the report on one target.

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
    /// What is reported is what is known of the target, and what became of it.
    pub fn check_target(
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
            // Who was not looked at, because another target failed, was not compared either.
            ExpectedTarget::Guarded(seen, _) => {
                has_failed(ErrorCode::PreconditionFailed)
                    || seen.user.is_none()
                        && (is_skipped || self.has_failed_look_up(call, target, reported, now))
            }
            ExpectedTarget::InRequestedState(_) => reported.outcome == Outcome::Unchanged,
            // A get that was forbidden fails nobody.
            ExpectedTarget::ToChange(seen)
                if seen.user.is_none() && self.was_forbidden(call, reported) =>
            {
                false
            }
            ExpectedTarget::ToChange(seen) => {
                is_skipped && !self.changed_ids(call).contains(seen.id)
                    || self.is_carried_out(call, target, *seen, report, reported, now)
            }
        };
        assert!(fits, "{expected_target:?} was reported as {reported:?}");
        if let Outcome::Failed(error) = &reported.outcome {
            self.check_message(call, error);
            assert!(error.requests <= report.requests, "attempts");
            if let ExpectedTarget::Unresolved(_) = expected_target
                && let Selector::Email(email) = &target.who
            {
                self.check_not_found(call, email, error);
            }
        }
        let seen = expected_target.seen();
        let user = seen.and_then(|seen| seen.user);
        let before = user.map(|user| &user.state);
        assert_eq!(reported.previous_state.as_ref(), before, "before");
        // Who was changed for another target is shown as they are now.
        let changed = seen.and_then(|seen| self.changed(call, seen.id));
        assert_eq!(reported.user.as_ref(), changed.or(user), "user");
    }

    /// The user as the server told that they were changed by this call.
    fn changed(&self, call: usize, id: &str) -> Option<&User> {
        let chain = self.calls[call].chain(&Subject::Change(id.to_owned()))?;
        let last = self
            .last_of(call, chain)
            .filter(|last| last.is_from_server)?;
        last.payload_user()
    }

    /// Whether a look-up failed so, for a reason that its requests explain.
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

    /// Whether a target failed because its user may not be looked at, for all that its requests show.
    fn was_forbidden(&self, call: usize, reported: &TargetReport) -> bool {
        let Outcome::Failed(error) = &reported.outcome else {
            return false;
        };
        let mut others = self.requests_of(call);
        error.status == Some(403)
            && !self.saw_request(call, |met| {
                met.route == Route::Token && met.heard.status() == Some(403)
            })
            && !others.any(|other| {
                matches!(other.route, Route::Change(..)) && other.heard.status() == Some(403)
            })
    }

    /// Whether a change was made, not made, or is possibly_applied, as its requests say.
    fn is_carried_out(
        &self,
        call: usize,
        target: &Target,
        seen: ResolvedUser<'_>,
        report: &Report,
        reported: &TargetReport,
        now: Instant,
    ) -> bool {
        if self.changes_of(call).options.dry_run || report.refused.is_some() {
            return reported.outcome == Outcome::WouldChange
                || seen.user.is_none() && self.has_failed_look_up(call, target, reported, now);
        }
        match &reported.outcome {
            Outcome::Changed => self.changed(call, seen.id).is_some_and(|user| {
                user.id == seen.id && user.state == self.changes_of(call).state
            }),
            Outcome::Failed(error) => {
                let subject = Subject::Change(seen.id.to_owned());
                self.check_part_error(call, self.calls[call].chain(&subject), error, now);
                true
            }
            _ => false,
        }
    }
}
