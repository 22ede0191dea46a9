//! Checks of the report of a bulk change.

use std::collections::BTreeSet;

use super::{
    account::Payload,
    call_result::CallEnd,
    expected_target::ExpectedTarget,
    history::{History, RequestRecord},
    intent::is_invalid_target,
    request_chain::Subject,
};
use crate::{Effect, Error, ErrorCode, Outcome, Report, TargetReport, platform::Instant};

impl History {
    /// Checks that there is one report per target, in order, and that each agrees with the requests.
    pub(super) fn check_report(&mut self, call: usize, report: &Report, now: Instant) {
        let sent = self.count_sent(call);
        assert_eq!(report.requests as usize, sent, "requests");
        let changes = self.changes_of(call);
        assert!(!changes.is_invalid(), "a report for invalid arguments");
        assert_eq!(
            report.targets.len(),
            changes.targets.len(),
            "number of reports"
        );
        self.check_token_obtained(call, now);
        for (target, reported) in changes.targets.iter().zip(&report.targets) {
            let expected_target = self.expected_target(call, target);
            self.check_target(call, target, &expected_target, report, reported, now);
        }
        self.check_stopped(call, report);
        self.check_max_changes(call, report);
        self.end_chains(call, report);
    }

    /// Checks that the call had a token. Without one it must fail as a whole.
    fn check_token_obtained(&self, call: usize, now: Instant) {
        let changes = self.changes_of(call);
        let mut requests = self.requests_of(call);
        if changes.targets.iter().all(is_invalid_target) {
            assert!(
                requests.next().is_none(),
                "a request without a valid target"
            );
            return;
        }
        let stops = changes.options.stop_on_error && changes.targets.iter().any(is_invalid_target);
        let had_token = |request: &RequestRecord| {
            request.route.is_resource() || matches!(request.payload, Some(Payload::Token(..)))
        };
        assert!(
            stops || requests.any(had_token) || now == self.calls[call].deadline,
            "a report without a token"
        );
    }

    /// Checks that targets are skipped only after a failure, and that no change follows a failed look-up or guard.
    fn check_stopped(&self, call: usize, report: &Report) {
        let is_failed = |reported: &TargetReport| matches!(reported.outcome, Outcome::Failed(_));
        let is_skipped = |reported: &TargetReport| reported.outcome == Outcome::Skipped;
        if report.targets.iter().any(is_skipped) {
            assert!(
                report.targets.iter().any(is_failed),
                "skipped without a failed target"
            );
        }
        let changes = self.changes_of(call);
        let mut expected_targets = changes
            .targets
            .iter()
            .map(|target| self.expected_target(call, target));
        let may_continue = |expected_target| {
            matches!(
                expected_target,
                ExpectedTarget::InRequestedState(_) | ExpectedTarget::ToChange(_)
            )
        };
        if changes.options.stop_on_error && !expected_targets.all(may_continue) {
            let would = |reported: &TargetReport| reported.outcome == Outcome::WouldChange;
            assert!(
                !report.targets.iter().any(would),
                "would-change after a failure"
            );
        }
    }

    /// Checks that a call is refused as a whole if and only if it would exceed `max-changes`.
    fn check_max_changes(&self, call: usize, report: &Report) {
        let changes = self.changes_of(call);
        let to_change = changes.targets.iter().zip(&report.targets);
        let planned: BTreeSet<_> = to_change
            .filter_map(
                |(target, reported)| match self.expected_target(call, target) {
                    ExpectedTarget::ToChange(resolved) => match reported.outcome {
                        Outcome::Changed | Outcome::WouldChange => Some(resolved.id),
                        Outcome::Failed(_) => resolved.user.map(|_| resolved.id),
                        _ => None,
                    },
                    _ => None,
                },
            )
            .collect();
        let max = changes.options.max_changes;
        let max = max.map_or(usize::MAX, |max| max as usize);
        assert_eq!(report.refused.is_some(), planned.len() > max, "refused");
        if let Some(error) = &report.refused {
            assert_eq!(error.code, ErrorCode::PreconditionFailed);
            assert_eq!(error.effect, Effect::NotApplied);
            self.check_message(call, error);
            assert!(
                self.changed_ids(call).is_empty(),
                "a refused call has made changes"
            );
        }
    }

    /// Records the reported end of each change. A request that arrives later must not contradict it.
    fn end_chains(&mut self, call: usize, report: &Report) {
        let mut ended = Vec::new();
        for (target, reported) in self.changes_of(call).targets.iter().zip(&report.targets) {
            if let ExpectedTarget::ToChange(resolved) = self.expected_target(call, target)
                && let Some(chain) =
                    self.calls[call].chain(&Subject::Change(resolved.id.to_owned()))
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
            "a change without a report"
        );
    }
}

/// Returns the errors of a report.
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
