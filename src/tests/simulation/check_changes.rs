//! Checks before each change of a bulk change.

use std::collections::BTreeSet;

use super::{
    account::Payload,
    expected_target::ExpectedTarget,
    history::History,
    intent::{Intent, normalized},
    route::Route,
};
use crate::Selector;

impl History {
    /// Checks that all look-ups precede the first change, and that users found in the list are not read again.
    pub(super) fn check_lookup(&self, call: usize, route: &Route) {
        let Intent::ChangeUsers(changes) = &self.calls[call].intent else {
            return;
        };
        assert!(
            self.changed_ids(call).is_empty(),
            "a look-up after the first change"
        );
        if let Route::User(id) = route {
            let is_shown = changes.targets.iter().any(|target| {
                matches!(&target.who, Selector::Email(_))
                    && self
                        .expected_target(call, target)
                        .resolved()
                        .is_some_and(|resolved| resolved.id == id)
            });
            assert!(!is_shown, "a get of a user who is in the list");
        }
    }

    /// Checks that a change follows from a target, after all look-ups, within the guards and `max-changes`.
    pub(super) fn check_change(&self, call: usize, id: &str) {
        let record = &self.calls[call];
        let Intent::ChangeUsers(changes) = &record.intent else {
            return;
        };
        let options = &changes.options;
        assert!(!options.dry_run, "a change in a dry run");
        let mut requests = self.requests_of(call);
        let is_open = requests.any(|request| {
            request.closed.is_none() && matches!(request.route, Route::List(_) | Route::User(_))
        });
        assert!(!is_open, "a change before all look-ups have ended");
        let mut changed_ids = self.changed_ids(call);
        changed_ids.insert(id);
        let max = options.max_changes.map_or(usize::MAX, |max| max as usize);
        assert!(changed_ids.len() <= max, "more than {max} users changed");
        self.check_protected(call, id);
        let is_due = |target| matches!(self.expected_target(call, target), ExpectedTarget::ToChange(resolved) if resolved.id == id);
        assert!(
            changes.targets.iter().any(is_due),
            "a change without a target that asks for it and satisfies the guards"
        );
    }

    /// Checks that a protected user is not changed.
    fn check_protected(&self, call: usize, id: &str) {
        let changes = self.changes_of(call);
        let shown = self
            .requests_of(call)
            .flat_map(|request| match &request.payload {
                Some(Payload::Page(page)) => page.users.as_slice(),
                Some(Payload::User(user)) => std::slice::from_ref(user),
                _ => &[],
            });
        let emails: BTreeSet<_> = shown
            .filter(|user| user.id == id)
            .map(|user| normalized(&user.email))
            .collect();
        for who in &changes.options.protect {
            let is_protected = match who {
                Selector::Id(protected) => protected == id,
                Selector::Email(protected) => emails.contains(&normalized(protected)),
            };
            assert!(!is_protected, "a change of a protected user");
        }
    }

    /// Returns the ids for which a call has sent a change.
    pub(super) fn changed_ids(&self, call: usize) -> BTreeSet<&str> {
        let requests = self.requests_of(call);
        requests
            .filter_map(|request| match &request.route {
                Route::Change(id, _) => Some(id.as_str()),
                _ => None,
            })
            .collect()
    }
}
