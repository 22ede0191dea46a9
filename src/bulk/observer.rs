//! Tells the platform the result of each target as soon as it is known.

use alloc::vec::Vec;
use core::cell::Cell;

use super::{
    memory_budget::MemoryBudget,
    target_outcome::{TargetEntry, target_report},
    types::{Outcome, SettledTarget, TargetReport},
    user_table::{UserIndex, UserTable},
    worker_pool::UserResult,
};
use crate::platform::Platform;

/// Tells the results of one call's targets, each once. Does nothing for a platform that does not observe them.
pub(super) struct TargetObserver<'a, P> {
    platform: &'a P,
    budget: MemoryBudget,
    /// True for each target that was told.
    is_told: Vec<Cell<bool>>,
}

/// Targets that name a user, each with the user, sorted by user.
pub(super) struct TargetsByUser(Vec<(UserIndex, usize)>);

impl<'a, P: Platform> TargetObserver<'a, P> {
    /// An observer of this many targets, none of which was told.
    pub(super) fn new(platform: &'a P, budget: MemoryBudget, targets: usize) -> Self {
        let is_told = if P::OBSERVES_TARGETS {
            (0..targets).map(|_| Cell::new(false)).collect()
        } else {
            Vec::new()
        };
        Self {
            platform,
            budget,
            is_told,
        }
    }

    /// Tells the targets that are settled, unless they were told before.
    pub(super) fn tell_settled(&self, targets: &[TargetEntry], users: &UserTable) {
        self.tell_if(targets, users, |target| target.state.is_settled(users));
    }

    /// Tells all targets that were not told before.
    pub(super) fn tell_rest(&self, targets: &[TargetEntry], users: &UserTable) {
        self.tell_if(targets, users, |_| true);
    }

    fn tell_if(
        &self,
        targets: &[TargetEntry],
        users: &UserTable,
        is_settled: impl Fn(&TargetEntry) -> bool,
    ) {
        if !P::OBSERVES_TARGETS {
            return;
        }
        for ((index, target), is_told) in targets.iter().enumerate().zip(&self.is_told) {
            if !is_told.get() && is_settled(target) {
                let report = target.clone().into_report(users, self.budget);
                self.tell(index, is_told, &report);
            }
        }
    }

    /// Targets of a call by their users, for [`tell_user`](Self::tell_user).
    pub(super) fn targets_by_user(targets: &[TargetEntry]) -> TargetsByUser {
        let mut found = Vec::new();
        if P::OBSERVES_TARGETS {
            let users = targets.iter().map(|target| target.state.changed_user());
            found.extend(
                users
                    .enumerate()
                    .filter_map(|(index, user)| Some((user?, index))),
            );
            found.sort_unstable();
        }
        TargetsByUser(found)
    }

    /// Tells the targets that name a user for whom a request has settled them, before the table of users is updated.
    pub(super) fn tell_user(
        &self,
        targets: &TargetsByUser,
        users: &UserTable,
        index: UserIndex,
        result: &UserResult,
        is_change: bool,
    ) {
        if !P::OBSERVES_TARGETS {
            return;
        }
        let (outcome, user) = match result {
            UserResult::Error(error) => (Outcome::Failed(error.clone()), None),
            UserResult::User(user) if is_change => (Outcome::Changed, user.as_ref()),
            UserResult::User(_) | UserResult::Forbidden | UserResult::Stopped => return,
        };
        let entry = users.get(index);
        let user = user.or_else(|| entry?.user.as_ref());
        let first = targets.0.partition_point(|(user, _)| *user < index);
        for (_, target) in targets
            .0
            .iter()
            .skip(first)
            .take_while(|(user, _)| *user == index)
        {
            if let Some(is_told) = self.is_told.get(*target) {
                let report = target_report(outcome.clone(), user, entry, self.budget);
                self.tell(*target, is_told, &report);
            }
        }
    }

    fn tell(&self, index: usize, is_told: &Cell<bool>, report: &TargetReport) {
        is_told.set(true);
        self.platform.settled(SettledTarget { index, report });
    }
}
