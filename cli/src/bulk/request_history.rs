//! What a call has seen on the wire: who was shown, which changes went out, which of them the server acknowledged. It writes
//! each of those down before the component hears of it, and closes the wire when that is wanted.

mod sent_change;

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use host::{
    Effect, ErrorCode, Observer, Operation, Outcome, Report, RequestEnd, RequestRecord, Selector,
    Target, TargetReport, User, UserState,
};

use self::sent_change::Sent;
use super::{
    audit::Audit,
    change::Verb,
    input::{Who, folded},
    result::One,
};

/// The wire of one command, as far as it matters who was changed.
pub(super) struct Ledger {
    verb: Verb,
    audit: Option<Audit>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    /// Whom anybody wants to know about.
    ids: HashSet<String>,
    /// The ids of those who were shown with an address.
    emails: HashMap<String, HashSet<String>>,
    /// As they were shown last, by id.
    users: HashMap<String, User>,
    /// The state in which they were shown first.
    before: HashMap<String, UserState>,
    is_closed: bool,
    audit_error: Option<String>,
    /// Requests that went out.
    requests: u32,
    /// The users of requests that were kept from going out.
    denied: HashSet<String>,
    /// Whether a request was kept from going out that is no single user's.
    is_common_denied: bool,
    /// The changes that went out, by user.
    changes: HashMap<String, Sent>,
    /// Whether a user was got, and whether it was forbidden.
    is_got: bool,
    is_get_forbidden: bool,
}

impl Ledger {
    pub fn new(verb: Verb, named: &[Who], audit: Option<Audit>) -> Self {
        let mut seen = Seen::default();
        for who in named {
            if who.is_email() {
                seen.emails.entry(folded(&who.text)).or_default();
            } else {
                seen.ids.insert(who.text.clone());
            }
        }
        Self {
            verb,
            audit,
            seen: Mutex::new(seen),
        }
    }

    /// Lets no further request go out.
    pub fn close(&self) {
        self.seen().is_closed = true;
    }

    pub fn audit(&self) -> Option<&Audit> {
        self.audit.as_ref()
    }

    /// Why an audit line could not be written.
    pub fn audit_error(&self) -> Option<String> {
        self.seen().audit_error.clone()
    }

    /// Requests that went out.
    pub fn requests(&self) -> u32 {
        self.seen().requests
    }

    /// Whether the application may get users, as far as anybody knows: no get was ever answered but by a refusal.
    pub fn may_get(&self) -> bool {
        let seen = self.seen();
        seen.is_got || !seen.is_get_forbidden
    }

    /// Hears how a request ended.
    pub fn ended(&self, record: &RequestRecord) {
        let RequestEnd::Status(status) = record.end else {
            return;
        };
        let mut seen = self.seen();
        match &record.operation {
            Some(Operation::Get(_)) => {
                seen.is_got |= status == 200;
                seen.is_get_forbidden |= status == 403;
            }
            Some(operation) => {
                // A refusal does nothing; of anything else that is no 200, nobody knows.
                if let Some(id) = operation.changed_user_id()
                    && (400..500).contains(&status)
                    && let Some(change) = seen.changes.get_mut(id)
                {
                    change.refuse(status);
                }
            }
            None => {}
        }
    }

    /// Whether a target failed for the closed wire alone: its change was never sent.
    pub fn was_never_sent(&self, one: &One) -> bool {
        let seen = self.seen();
        let is_for_the_wire = one.error().is_some_and(|error| {
            error.code == ErrorCode::ConnectionFailed && error.effect == Effect::NotApplied
        });
        let is_sent = one.id().is_some_and(|id| seen.changes.contains_key(id));
        let is_denied = one.id().is_some_and(|id| seen.denied.contains(id));
        seen.is_closed && is_for_the_wire && !is_sent && (is_denied || seen.is_common_denied)
    }

    /// What is known of a call that was given up.
    pub fn report(&self, targets: &[Target]) -> Report {
        let seen = self.seen();
        let targets = targets.iter().map(|target| self.one(&seen, target));
        Report {
            targets: targets.collect(),
            refused: None,
            requests: seen.requests,
        }
    }

    fn one(&self, seen: &Seen, target: &Target) -> TargetReport {
        let id = match &target.who {
            Selector::Id(id) => Some(id.as_str()),
            Selector::Email(email) => seen.find(&folded(email)),
        };
        let change = id.and_then(|id| seen.changes.get(id));
        TargetReport {
            outcome: change.map_or(Outcome::Skipped, |change| change.outcome(self.verb)),
            user: id.and_then(|id| seen.users.get(id)).cloned(),
            previous_state: id.and_then(|id| seen.before.get(id)).cloned(),
        }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seen {
    /// The only user that was shown with an address.
    fn find(&self, email: &str) -> Option<&str> {
        let mut ids = self.emails.get(email)?.iter();
        let first = ids.next();
        first.filter(|_| ids.next().is_none()).map(String::as_str)
    }

    fn show(&mut self, user: User) {
        let ids = self.emails.get_mut(&folded(&user.email));
        let is_wanted = ids.is_some() || self.ids.contains(&user.id);
        if let Some(ids) = ids {
            ids.insert(user.id.clone());
        }
        if is_wanted || self.users.contains_key(&user.id) {
            let before = self.before.entry(user.id.clone());
            before.or_insert_with(|| user.state.clone());
            self.users.insert(user.id.clone(), user);
        }
    }
}

impl Observer for Ledger {
    fn allows(&self, operation: Option<&Operation>) -> bool {
        let mut seen = self.seen();
        if !seen.is_closed {
            seen.requests += 1;
            if let Some(id) = operation.and_then(Operation::changed_user_id) {
                seen.changes.entry(id.to_owned()).or_default().send();
            }
            return true;
        }
        match operation {
            Some(Operation::Get(id) | Operation::Suspend(id) | Operation::Reactivate(id)) => {
                seen.denied.insert(id.clone());
            }
            Some(Operation::List) | None => seen.is_common_denied = true,
        }
        false
    }

    fn users_seen(&self, users: Vec<User>) {
        let mut seen = self.seen();
        for user in users {
            seen.show(user);
        }
    }

    fn change_acknowledged(&self, change: &Operation, user: Option<User>) {
        let Some(id) = change.changed_user_id() else {
            return;
        };
        let state = Verb::of(change).map(Verb::state);
        let user = user.filter(|user| user.id == id && Some(&user.state) == state.as_ref());
        let (outcome, user, before) = {
            let mut seen = self.seen();
            let change = seen.changes.entry(id.to_owned()).or_default();
            // Any proxy can say 200.
            change.answer(user.is_some());
            let outcome = change.outcome(self.verb);
            if let Some(user) = user {
                seen.users.insert(id.to_owned(), user);
            }
            let user = seen.users.get(id).cloned();
            (outcome, user, seen.before.get(id).cloned())
        };
        let written = match &self.audit {
            Some(audit) => audit.answered(id, outcome, user.as_ref(), before.as_ref()),
            None => Ok(()),
        };
        if let Err(error) = written {
            let mut seen = self.seen();
            seen.is_closed = true;
            seen.audit_error.get_or_insert_with(|| error.to_string());
        }
    }
}
