//! Coverage: situations that the seeds must have produced.

use std::collections::BTreeSet;

use super::{
    account::Payload,
    check_report::errors,
    expected_target::ExpectedTarget,
    history::{History, RequestRecord},
};
use crate::{ErrorCode, Outcome, Report, platform::Instant};

/// Situations that must occur, apart from faults, codes and results.
pub(super) const ALL: [&str; 35] = [
    "target: Invalid",
    "target: Unresolved(NotFound)",
    "target: Unresolved(Ambiguous)",
    "target: NotLookedUp",
    "target: InRequestedState",
    "target: ToChange",
    "target: ToChange without a look-up",
    "guard: ProtectedId",
    "guard: ProtectedEmail",
    "guard: UnexpectedEmail",
    "guard: UnknownEmail",
    "guard: max-changes",
    "report: Changed",
    "report: changed without a look-up",
    "report: Unchanged",
    "report: WouldChange",
    "report: Skipped",
    "report: Failed(NotApplied)",
    "report: Failed(PossiblyApplied)",
    "bulk: one user for several targets",
    "bulk: changed for one target, not for another",
    "bulk: five concurrent requests",
    "bulk: skipped before the first change",
    "bulk: skipped between changes",
    "bulk: the deadline between changes",
    "bulk: other parts waited after a 429",
    "bulk: other parts waited for a back-off",
    "bulk: a token expired",
    "bulk: a token was rejected",
    "bulk: a fresh token was rejected",
    "bulk: a token exchange failed",
    "list: several pages",
    "list: a user on two pages",
    "list: complete",
    "list: incomplete",
];

impl History {
    /// Returns the situations that occurred in a bulk change.
    pub(super) fn report_coverage(
        &self,
        call: usize,
        report: &Report,
        now: Instant,
    ) -> Vec<String> {
        let mut coverage = Vec::new();
        let mut to_change = Vec::new();
        for (target, reported) in self.changes_of(call).targets.iter().zip(&report.targets) {
            let expected_target = self.expected_target(call, target);
            coverage.push(match &expected_target {
                ExpectedTarget::Invalid => "target: Invalid".into(),
                ExpectedTarget::Unresolved(code) => format!("target: Unresolved({code:?})"),
                ExpectedTarget::NotLookedUp => "target: NotLookedUp".into(),
                ExpectedTarget::Guarded(_, guard) => format!("guard: {guard:?}"),
                ExpectedTarget::InRequestedState(_) => "target: InRequestedState".into(),
                ExpectedTarget::ToChange(resolved) if resolved.user.is_none() => {
                    "target: ToChange without a look-up".into()
                }
                ExpectedTarget::ToChange(_) => "target: ToChange".into(),
            });
            coverage.push(match &reported.outcome {
                Outcome::Changed if reported.previous_state.is_none() => {
                    "report: changed without a look-up".into()
                }
                Outcome::Failed(error) => format!("report: Failed({:?})", error.effect),
                outcome => format!("report: {outcome:?}"),
            });
            match expected_target {
                ExpectedTarget::ToChange(resolved) => to_change.push(resolved.id),
                ExpectedTarget::Guarded(resolved, _)
                    if self.changed_ids(call).contains(resolved.id) =>
                {
                    coverage.push("bulk: changed for one target, not for another".into());
                }
                _ => {}
            }
        }
        let distinct: BTreeSet<_> = to_change.iter().collect();
        let has = |outcome| {
            report
                .targets
                .iter()
                .any(|target| target.outcome == outcome)
        };
        let is_over = |code| errors(report).any(|error| error.code == code);
        let has_changes = !self.changed_ids(call).is_empty();
        let occurred = [
            ("guard: max-changes", report.refused.is_some()),
            (
                "bulk: one user for several targets",
                distinct.len() < to_change.len(),
            ),
            (
                "bulk: skipped before the first change",
                has(Outcome::Skipped) && !has_changes,
            ),
            (
                "bulk: skipped between changes",
                has(Outcome::Skipped) && has_changes,
            ),
            (
                "bulk: the deadline between changes",
                now == self.calls[call].deadline
                    && has(Outcome::Changed)
                    && is_over(ErrorCode::TimedOut),
            ),
        ];
        coverage.extend(occurred.into_iter().filter_map(label_if));
        coverage.extend(self.request_coverage(call));
        coverage
    }

    fn request_coverage(&self, call: usize) -> impl Iterator<Item = String> {
        let requests: Vec<_> = self.requests_of(call).collect();
        let has_token =
            |request: &RequestRecord| matches!(request.payload, Some(Payload::Token(..)));
        let mut exchanges = self.exchanges_of(call);
        let is_over = exchanges.next_back().is_some_and(|last| !has_token(last));
        let renewed = exchanges.any(has_token);
        let is_refused = requests
            .iter()
            .any(|request| request.route.is_resource() && request.received.status() == Some(401));
        // True if another part of the call sent a request after a 429, with or without a wait given by the server.
        let paused = |has_same_wait: bool| {
            requests.iter().any(|asked| {
                asked.received.status() == Some(429)
                    && asked.received.wait().is_some_and(|wait| !wait.is_zero()) == has_same_wait
                    && requests
                        .iter()
                        .any(|other| other.chain != asked.chain && Some(other.sent) > asked.closed)
            })
        };
        let occurred = [
            ("bulk: other parts waited after a 429", paused(true)),
            ("bulk: other parts waited for a back-off", paused(false)),
            ("bulk: a token expired", renewed && !is_over && !is_refused),
            ("bulk: a token was rejected", !is_over && is_refused),
            (
                "bulk: a fresh token was rejected",
                self.has_rejected_fresh_token(call),
            ),
            ("bulk: a token exchange failed", is_over),
        ];
        occurred.into_iter().filter_map(label_if)
    }

    /// Returns the situations that occurred in a call that read the list.
    pub(super) fn page_coverage(&self, call: usize) -> Vec<String> {
        let mut pages = 0;
        let mut shown = Vec::new();
        for request in self.requests_of(call) {
            if let Some(Payload::Page(page)) = &request.payload {
                pages += 1;
                shown.extend(page.users.iter().map(|user| &user.id));
            }
        }
        let ids: BTreeSet<_> = shown.iter().collect();
        let occurred = [
            ("list: several pages", pages > 1),
            ("list: a user on two pages", ids.len() < shown.len()),
        ];
        occurred.into_iter().filter_map(label_if).collect()
    }
}

fn label_if((what, occurred): (&str, bool)) -> Option<String> {
    occurred.then(|| what.to_owned())
}
