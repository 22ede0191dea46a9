//! What must hold for the report of a call that changes many users.

use std::collections::BTreeSet;

use super::{
    account::Payload,
    call_result::CallEnd,
    expected_target::ExpectedTarget,
    history::{History, RequestRecord},
    intent::is_wrong_target,
    request_chain::Subject,
};
use crate::{Effect, Error, ErrorCode, Outcome, Report, TargetReport, platform::Instant};

impl History {
    /// Each target has one report, in the order of the targets, that says what is known of it.
    pub fn check_report(&mut self, call: usize, report: &Report, now: Instant) {
        let sent = self.calls[call].requests.len();
        assert_eq!(report.requests as usize, sent, "attempts");
        let changes = self.changes_of(call);
        assert!(!changes.is_wrong(), "a call that is wrong was made");
        assert_eq!(report.targets.len(), changes.targets.len(), "reports");
        self.check_token_obtained(call, now);
        for (target, reported) in changes.targets.iter().zip(&report.targets) {
            let expected_target = self.expected_target(call, target);
            self.check_target(call, target, &expected_target, report, reported, now);
        }
        self.check_stopped(call, report);
        self.check_max_changes(call, report);
        self.end_chains(call, report);
    }

    /// A report says that something was tried: where no token was to be had, the whole call fails.
    fn check_token_obtained(&self, call: usize, now: Instant) {
        let changes = self.changes_of(call);
        let mut requests = self.requests_of(call);
        if changes.targets.iter().all(is_wrong_target) {
            assert!(requests.next().is_none(), "a request for nobody");
            return;
        }
        let stops = changes.options.stop_on_error && changes.targets.iter().any(is_wrong_target);
        let had_token = |request: &RequestRecord| {
            request.route.is_resource() || matches!(request.payload, Some(Payload::Token(..)))
        };
        assert!(
            stops || requests.any(had_token) || now == self.calls[call].deadline,
            "a report although there was no token"
        );
    }

    /// Something is skipped only when something failed; all that was to be changed is, when that failed before the first
    /// change.
    fn check_stopped(&self, call: usize, report: &Report) {
        let is_failed = |reported: &TargetReport| matches!(reported.outcome, Outcome::Failed(_));
        let is_skipped = |reported: &TargetReport| reported.outcome == Outcome::Skipped;
        if report.targets.iter().any(is_skipped) {
            assert!(report.targets.iter().any(is_failed), "skipped for nothing");
        }
        let changes = self.changes_of(call);
        let mut expected_targets = changes
            .targets
            .iter()
            .map(|target| self.expected_target(call, target));
        let goes_on = |expected_target| {
            matches!(
                expected_target,
                ExpectedTarget::InRequestedState(_) | ExpectedTarget::ToChange(_)
            )
        };
        if changes.options.stop_on_error && !expected_targets.all(goes_on) {
            let would = |reported: &TargetReport| reported.outcome == Outcome::WouldChange;
            assert!(
                !report.targets.iter().any(would),
                "would go on after a failure"
            );
        }
    }

    /// A call is refused as a whole when it would change more users than it may, and only then.
    fn check_max_changes(&self, call: usize, report: &Report) {
        let changes = self.changes_of(call);
        let due = changes.targets.iter().zip(&report.targets);
        let planned: BTreeSet<_> = due
            .filter_map(
                |(target, reported)| match self.expected_target(call, target) {
                    ExpectedTarget::ToChange(seen) => match reported.outcome {
                        Outcome::Changed | Outcome::WouldChange => Some(seen.id),
                        Outcome::Failed(_) => seen.user.map(|_| seen.id),
                        _ => None,
                    },
                    _ => None,
                },
            )
            .collect();
        let most = changes.options.max_changes;
        let most = most.map_or(usize::MAX, |most| most as usize);
        assert_eq!(
            report.refused.is_some(),
            planned.len() > most,
            "refused, or not"
        );
        if let Some(error) = &report.refused {
            assert_eq!(error.code, ErrorCode::PreconditionFailed);
            assert_eq!(error.effect, Effect::NotApplied);
            self.check_message(call, error);
            assert!(self.changed_ids(call).is_empty(), "refused, and changed");
        }
    }

    /// Writes down what was told of each change: one that may still arrive must not belie it.
    fn end_chains(&mut self, call: usize, report: &Report) {
        let mut ended = Vec::new();
        for (target, reported) in self.changes_of(call).targets.iter().zip(&report.targets) {
            if let ExpectedTarget::ToChange(seen) = self.expected_target(call, target)
                && let Some(chain) = self.calls[call].chain(&Subject::Change(seen.id.to_owned()))
            {
                ended.push((
                    chain,
                    match &reported.outcome {
                        Outcome::Failed(error) => CallEnd::Failed(error.effect),
                        _ => CallEnd::Succeeded,
                    },
                ));
            }
        }
        let chains = &mut self.calls[call].chains;
        for (chain, ended) in ended {
            chains[chain].ended = Some(ended);
        }
        let mut changes = chains.iter().filter(|chain| chain.is_change());
        assert!(
            changes.all(|change| change.ended.is_some()),
            "a change that nobody reports"
        );
    }
}

/// The errors of a report.
pub(super) fn errors(report: &Report) -> impl Iterator<Item = &Error> {
    let failed = report
        .targets
        .iter()
        .filter_map(|reported| match &reported.outcome {
            Outcome::Failed(error) => Some(error),
            _ => None,
        });
    failed.chain(&report.refused)
}
