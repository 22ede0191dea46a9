//! The requests of a command: users seen, changes sent, changes acknowledged.
//!
//! Writes each acknowledged change to the audit before the component gets the response, and can block further requests.

mod sent_change;

use std::{
    collections::{HashMap, HashSet},
    sync::{Mutex, MutexGuard, PoisonError},
};

use host::{
    ApiOperation, ErrorCode, Observer, Outcome, Report, RequestEnd, RequestRecord, Selector,
    Target, TargetReport, User, UserState,
};
use onepassword_users::{UserAction, comparable_email};

use self::sent_change::SentChange;
use super::{
    audit::AuditLog,
    change::{action_of, resulting_state},
    result::TargetResult,
};
use crate::named_user::NamedUser;

/// History of the requests of one command.
pub(super) struct RequestHistory {
    action: UserAction,
    audit: Option<AuditLog>,
    state: Mutex<HistoryState>,
}

#[derive(Default)]
struct HistoryState {
    /// Ids of the users named by id.
    ids: HashSet<String>,
    /// For each address named, the ids of the users seen with it.
    emails: HashMap<String, HashSet<String>>,
    /// Named users by id, as seen last.
    users: HashMap<String, User>,
    /// States of the named users by id, as seen first.
    previous_states: HashMap<String, UserState>,
    /// True if no further request is allowed.
    is_blocked: bool,
    audit_error: Option<String>,
    /// Number of requests sent.
    requests: u32,
    /// Ids in the requests that were blocked.
    blocked_ids: HashSet<String>,
    /// True if a request without an id was blocked: a list or a token request.
    is_shared_request_blocked: bool,
    /// Changes sent, by user id.
    changes: HashMap<String, SentChange>,
    /// True if the server answered a get with 200.
    is_get_allowed: bool,
    /// True if the server answered a get with 403.
    is_get_forbidden: bool,
}

impl RequestHistory {
    pub(super) fn new(action: UserAction, users: &[NamedUser], audit: Option<AuditLog>) -> Self {
        let mut state = HistoryState::default();
        for user in users {
            if user.is_email() {
                let email = comparable_email(&user.text);
                state.emails.entry(email).or_default();
            } else {
                state.ids.insert(user.text.clone());
            }
        }
        Self {
            action,
            audit,
            state: Mutex::new(state),
        }
    }

    /// Blocks all further requests.
    pub(super) fn block_requests(&self) {
        self.state().is_blocked = true;
    }

    /// Audit of the command, if there is one.
    pub(super) fn audit(&self) -> Option<&AuditLog> {
        self.audit.as_ref()
    }

    /// Cause if an audit line could not be written.
    pub(super) fn audit_error(&self) -> Option<String> {
        self.state().audit_error.clone()
    }

    /// Number of requests sent.
    pub(super) fn requests(&self) -> u32 {
        self.state().requests
    }

    /// Returns false if every get was refused (403): the application lacks the permission to get users.
    pub(super) fn may_get(&self) -> bool {
        let state = self.state();
        state.is_get_allowed || !state.is_get_forbidden
    }

    /// Notes the end of a request.
    pub(super) fn on_request(&self, record: &RequestRecord) {
        let RequestEnd::Status(status) = record.end else {
            return;
        };
        let mut state = self.state();
        match &record.operation {
            Some(ApiOperation::Get(_)) => {
                state.is_get_allowed |= status == 200;
                state.is_get_forbidden |= status == 403;
            }
            Some(operation) => {
                // After a status of 400 to 499 nothing was changed. After any other status except 200 it is unknown.
                if let Some(id) = operation.changed_user_id()
                    && (400..500).contains(&status)
                    && let Some(change) = state.changes.get_mut(id)
                {
                    change.record_refusal(status);
                }
            }
            None => {}
        }
    }

    /// Returns true if a target failed only because requests were blocked: its change was never sent.
    pub(super) fn is_never_sent(&self, target: &TargetResult) -> bool {
        let state = self.state();
        // The component cannot know that a denied request was never sent. This history does.
        let is_denied = target
            .error()
            .is_some_and(|error| error.code == ErrorCode::ConnectionFailed);
        let is_sent = target.id().is_some_and(|id| state.changes.contains_key(id));
        let is_blocked = target.id().is_some_and(|id| state.blocked_ids.contains(id));
        state.is_blocked && is_denied && !is_sent && (is_blocked || state.is_shared_request_blocked)
    }

    /// Report of a call that was ended early, as far as the requests show its outcomes.
    pub(super) fn report(&self, targets: &[Target]) -> Report {
        let state = self.state();
        let targets = targets.iter().map(|target| self.target(&state, target));
        Report {
            targets: targets.collect(),
            refused: None,
            requests: state.requests,
            warnings: Vec::new(),
        }
    }

    fn target(&self, state: &HistoryState, target: &Target) -> TargetReport {
        let id = match &target.who {
            Selector::Id(id) => Some(id.as_str()),
            Selector::Email(email) => state.find(&comparable_email(email)),
        };
        let change = id.and_then(|id| state.changes.get(id));
        TargetReport {
            outcome: change.map_or(Outcome::Skipped, |change| change.outcome(self.action)),
            user: id.and_then(|id| state.users.get(id)).cloned(),
            previous_state: id.and_then(|id| state.previous_states.get(id)).cloned(),
        }
    }

    fn state(&self) -> MutexGuard<'_, HistoryState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl HistoryState {
    /// Id of the only user seen with an address.
    fn find(&self, email: &str) -> Option<&str> {
        let mut ids = self.emails.get(email)?.iter();
        let first = ids.next();
        first.filter(|_| ids.next().is_none()).map(String::as_str)
    }

    /// Updates a user who is a target or already stored.
    fn see(&mut self, user: User) {
        let ids = self.emails.get_mut(&comparable_email(&user.email));
        let is_named = ids.is_some() || self.ids.contains(&user.id);
        if let Some(ids) = ids {
            ids.insert(user.id.clone());
        }
        if is_named || self.users.contains_key(&user.id) {
            let previous_state = self.previous_states.entry(user.id.clone());
            previous_state.or_insert_with(|| user.state.clone());
            self.users.insert(user.id.clone(), user);
        }
    }
}

impl Observer for RequestHistory {
    fn allows(&self, operation: Option<&ApiOperation>) -> bool {
        let mut state = self.state();
        if !state.is_blocked {
            state.requests += 1;
            if let Some(id) = operation.and_then(ApiOperation::changed_user_id) {
                state
                    .changes
                    .entry(id.to_owned())
                    .or_default()
                    .record_request();
            }
            return true;
        }
        match operation {
            Some(
                ApiOperation::Get(id) | ApiOperation::Suspend(id) | ApiOperation::Reactivate(id),
            ) => {
                state.blocked_ids.insert(id.clone());
            }
            Some(ApiOperation::List) | None => state.is_shared_request_blocked = true,
        }
        false
    }

    fn users_seen(&self, users: Vec<User>) {
        let mut state = self.state();
        for user in users {
            state.see(user);
        }
    }

    fn change_acknowledged(&self, change: &ApiOperation, user: Option<User>) {
        let Some(id) = change.changed_user_id() else {
            return;
        };
        let new_state = action_of(change).map(resulting_state);
        let user = user.filter(|user| user.id == id && Some(&user.state) == new_state.as_ref());
        let (outcome, user, previous_state) = {
            let mut state = self.state();
            let change = state.changes.entry(id.to_owned()).or_default();
            // A proxy can answer 200 as well.
            change.record_ok(user.is_some());
            let outcome = change.outcome(self.action);
            if let Some(user) = user {
                state.users.insert(id.to_owned(), user);
            }
            let user = state.users.get(id).cloned();
            (outcome, user, state.previous_states.get(id).cloned())
        };
        let written = match &self.audit {
            Some(audit) => {
                audit.write_acknowledged(id, outcome, user.as_ref(), previous_state.as_ref())
            }
            None => Ok(()),
        };
        if let Err(error) = written {
            let mut state = self.state();
            state.is_blocked = true;
            state.audit_error.get_or_insert_with(|| error.to_string());
        }
    }
}
