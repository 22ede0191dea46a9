//! The second call of a confirmed change: exactly the users that the dry run showed.

use std::collections::{HashMap, HashSet};

use host::{ErrorCode, Outcome, Report, Selector, Target};

use super::result::BulkResult;
use crate::expected_email::is_comparable;

/// Targets of the second call: the users who would be changed, by id, each once. If `has_expected_email`, with the e-mail address
/// that was shown.
pub(super) fn targets(plan: &BulkResult, has_expected_email: bool) -> Vec<Target> {
    let mut seen = HashSet::new();
    let mut targets = Vec::new();
    for target in &plan.targets {
        let Some(id) = target.id() else { continue };
        if target.report.outcome != Outcome::WouldChange || !seen.insert(id) {
            continue;
        }
        let email = target.user().map(|user| user.email.as_str());
        let expected = email.filter(|email| has_expected_email && is_comparable(email));
        targets.push(Target {
            who: Selector::Id(id.to_owned()),
            expect_email: expected.map(str::to_owned),
        });
    }
    targets
}

/// Warnings about the users who would be changed by id alone, because the address that is shown cannot be compared.
pub(super) fn unguarded(plan: &BulkResult) -> Vec<String> {
    let mut ids = Vec::new();
    let mut seen = HashSet::new();
    for target in &plan.targets {
        let Some(user) = target.user() else { continue };
        let is_changed = target.report.outcome == Outcome::WouldChange;
        let is_unguarded = !user.email.is_empty() && !is_comparable(&user.email);
        if is_changed && is_unguarded && seen.insert(user.id.as_str()) {
            ids.push(user.id.clone());
        }
    }
    let warning = |id| {
        format!(
            "the e-mail address of {id} cannot be compared again; the user is changed by id alone"
        )
    };
    ids.into_iter().map(warning).collect()
}

/// Returns true if no expected address could be compared because the server refuses to show users, and nothing else failed.
pub(super) fn is_address_unreadable(targets: &[Target], report: &Report) -> bool {
    let mut guarded = targets
        .iter()
        .zip(&report.targets)
        .filter(|(target, _)| target.expect_email.is_some())
        .peekable();
    guarded.peek().is_some()
        && guarded.all(|(_, report)| {
            // With another address, the report has the user who was read.
            report.user.is_none()
                && matches!(&report.outcome, Outcome::Failed(error)
                    if error.code == ErrorCode::PreconditionFailed)
        })
}

/// The plan with the outcomes of the second call.
pub(super) fn with_outcomes(
    mut plan: BulkResult,
    targets: &[Target],
    report: Report,
) -> BulkResult {
    let ids = targets.iter().map(|target| match &target.who {
        Selector::Id(text) | Selector::Email(text) => text.as_str(),
    });
    let expected = targets.iter().map(|target| &target.expect_email);
    let reports: HashMap<_, _> = ids.zip(expected.zip(report.targets)).collect();
    for target in &mut plan.targets {
        if target.report.outcome != Outcome::WouldChange {
            continue;
        }
        let Some((expected, report)) = target.id().and_then(|id| reports.get(id)) else {
            continue;
        };
        target.report.outcome = report.outcome.clone();
        if expected.is_some() {
            target.named.expect_email.clone_from(expected);
        }
        if report.user.is_some() {
            target.report.user.clone_from(&report.user);
        }
        if report.previous_state.is_some() {
            target
                .report
                .previous_state
                .clone_from(&report.previous_state);
        }
    }
    plan.refused = report.refused;
    for warning in report.warnings {
        if !plan.warnings.contains(&warning) {
            plan.warnings.push(warning);
        }
    }
    plan.is_dry_run = false;
    plan
}
