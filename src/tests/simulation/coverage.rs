//! What happened in calls that read whole lists and change many users: seeds that bring nothing of it about test nothing.

use std::collections::BTreeSet;

use super::{
    account::Says,
    check_report::errors,
    expected_target::Standing,
    history::{Ledger, RequestEntry},
};
use crate::{ErrorCode, Outcome, Report, platform::Instant};

/// Everything that is to happen.
pub(super) const ALL: [&str; 35] = [
    "target: Wrong",
    "target: Nobody(NotFound)",
    "target: Nobody(Ambiguous)",
    "target: Unread",
    "target: There",
    "target: Due",
    "target: due, and may not be looked at",
    "guard: ProtectedId",
    "guard: ProtectedEmail",
    "guard: OtherEmail",
    "guard: NotComparable",
    "guard: max-changes",
    "report: Changed",
    "report: changed, and nobody had looked",
    "report: Unchanged",
    "report: WouldChange",
    "report: Skipped",
    "report: Failed(NotApplied)",
    "report: Failed(PossiblyApplied)",
    "many: one user for several targets",
    "many: changed for one target, and not for another",
    "many: five requests at once",
    "many: skipped before the first change",
    "many: skipped between changes",
    "many: the deadline between changes",
    "many: others waited for a 429",
    "many: a back-off for others",
    "many: a token expired",
    "many: a token was refused",
    "many: a token that was fresh was refused",
    "many: no token any more",
    "list: several pages",
    "list: a user on two pages",
    "list: all of it",
    "list: a part of it",
];

impl Ledger {
    /// What happened in a call that ended with a report.
    pub fn tally_report(&self, call: usize, report: &Report, now: Instant) -> Vec<String> {
        let mut tally = Vec::new();
        let mut due = Vec::new();
        for (target, reported) in self.changes_of(call).targets.iter().zip(&report.targets) {
            let standing = self.standing(call, target);
            tally.push(match &standing {
                Standing::Wrong => "target: Wrong".into(),
                Standing::Nobody(code) => format!("target: Nobody({code:?})"),
                Standing::Unread => "target: Unread".into(),
                Standing::Refused(_, guard) => format!("guard: {guard:?}"),
                Standing::There(_) => "target: There".into(),
                Standing::Due(seen) if seen.user.is_none() => {
                    "target: due, and may not be looked at".into()
                }
                Standing::Due(_) => "target: Due".into(),
            });
            tally.push(match &reported.outcome {
                Outcome::Changed if reported.previous_state.is_none() => {
                    "report: changed, and nobody had looked".into()
                }
                Outcome::Failed(error) => format!("report: Failed({:?})", error.effect),
                outcome => format!("report: {outcome:?}"),
            });
            match standing {
                Standing::Due(seen) => due.push(seen.id),
                Standing::Refused(seen, _) if self.written(call).contains(seen.id) => {
                    tally.push("many: changed for one target, and not for another".into());
                }
                _ => {}
            }
        }
        let distinct: BTreeSet<_> = due.iter().collect();
        let has = |outcome| {
            report
                .targets
                .iter()
                .any(|target| target.outcome == outcome)
        };
        let is_over = |code| errors(report).any(|error| error.code == code);
        let is_written = !self.written(call).is_empty();
        let happened = [
            ("guard: max-changes", report.refused.is_some()),
            (
                "many: one user for several targets",
                distinct.len() < due.len(),
            ),
            (
                "many: skipped before the first change",
                has(Outcome::Skipped) && !is_written,
            ),
            (
                "many: skipped between changes",
                has(Outcome::Skipped) && is_written,
            ),
            (
                "many: the deadline between changes",
                now == self.calls[call].deadline
                    && has(Outcome::Changed)
                    && is_over(ErrorCode::TimedOut),
            ),
        ];
        tally.extend(happened.into_iter().filter_map(happens));
        tally.extend(self.tally_requests(call));
        tally
    }

    fn tally_requests(&self, call: usize) -> impl Iterator<Item = String> {
        let requests: Vec<_> = self.requests_of(call).collect();
        let is_told = |request: &RequestEntry| matches!(request.told, Some(Says::Token(..)));
        let mut exchanges = self.exchanges_of(call);
        let is_over = exchanges.next_back().is_some_and(|last| !is_told(last));
        let renewed = exchanges.any(is_told);
        let is_refused = requests
            .iter()
            .any(|request| request.route.is_resource() && request.heard.status() == Some(401));
        // Whether somebody else of the call went on after a 429, with a wait that the server asked for or without.
        let paused = |is_asked: bool| {
            requests.iter().any(|asked| {
                asked.heard.status() == Some(429)
                    && asked.heard.wait().is_some_and(|wait| !wait.is_zero()) == is_asked
                    && requests.iter().any(|other| {
                        other.strand != asked.strand && Some(other.sent) > asked.closed
                    })
            })
        };
        let happened = [
            ("many: others waited for a 429", paused(true)),
            ("many: a back-off for others", paused(false)),
            ("many: a token expired", renewed && !is_over && !is_refused),
            ("many: a token was refused", !is_over && is_refused),
            (
                "many: a token that was fresh was refused",
                self.has_refused_fresh_token(call),
            ),
            ("many: no token any more", is_over),
        ];
        happened.into_iter().filter_map(happens)
    }

    /// What happened in a call that read a list.
    pub fn tally_pages(&self, call: usize) -> Vec<String> {
        let mut pages = 0;
        let mut shown = Vec::new();
        for request in self.requests_of(call) {
            if let Some(Says::Page(page)) = &request.told {
                pages += 1;
                shown.extend(page.users.iter().map(|user| &user.id));
            }
        }
        let ids: BTreeSet<_> = shown.iter().collect();
        let happened = [
            ("list: several pages", pages > 1),
            ("list: a user on two pages", ids.len() < shown.len()),
        ];
        happened.into_iter().filter_map(happens).collect()
    }
}

fn happens((what, happened): (&str, bool)) -> Option<String> {
    happened.then(|| what.to_owned())
}
