//! A dry run that a person said yes to: exactly what it showed is then done.

use std::collections::{HashMap, HashSet};

use host::{Outcome, Report, Selector, Target};

use super::result::Ended;

/// The targets of the second call: those who would be changed, by id, each once, with the e-mail address that was shown.
pub(super) fn targets(plan: &Ended, expects_email: bool) -> Vec<Target> {
    let mut seen = HashSet::new();
    let mut targets = Vec::new();
    for one in &plan.targets {
        let Some(id) = one.id() else { continue };
        if one.report.outcome != Outcome::WouldChange || !seen.insert(id) {
            continue;
        }
        let shown = one.user().map(|user| user.email.as_str());
        let expected = shown.filter(|email| expects_email && is_comparable(email));
        targets.push(Target {
            who: Selector::Id(id.to_owned()),
            expect_email: expected.map(str::to_owned),
        });
    }
    targets
}

/// Whether a user's address can be expected of them: not every server has one for everybody.
fn is_comparable(email: &str) -> bool {
    email.contains('@') && email.len() <= 1024 && !email.contains(char::is_control)
}

/// The plan, with what became of those who were to be changed.
pub(super) fn carried_out(mut plan: Ended, targets: &[Target], report: Report) -> Ended {
    let ids = targets.iter().map(|target| match &target.who {
        Selector::Id(who) | Selector::Email(who) => who.as_str(),
    });
    let reports: HashMap<_, _> = ids.zip(report.targets).collect();
    for one in &mut plan.targets {
        if one.report.outcome != Outcome::WouldChange {
            continue;
        }
        let Some(report) = one.id().and_then(|id| reports.get(id)) else {
            continue;
        };
        one.report.outcome = report.outcome.clone();
        if report.user.is_some() {
            one.report.user.clone_from(&report.user);
        }
        if report.previous_state.is_some() {
            one.report.previous_state.clone_from(&report.previous_state);
        }
    }
    plan.refused = report.refused;
    plan.is_dry_run = false;
    plan
}
