//! The requests and outcomes of a command, as its client tells them.
//!
//! Writes the outcome of each change to the audit, before the client sends anything else.

use std::{
    collections::HashMap,
    ops::ControlFlow,
    sync::{Mutex, MutexGuard, PoisonError},
};

use host::{
    ApiOperation, Effect, Error, ErrorCode, Outcome, Report, RequestEnd, RequestRecord, Selector,
    Target, TargetReport,
};
use onepassword_users::UserAction;

use super::audit::AuditLog;

/// History of the requests and outcomes of one command.
pub(super) struct RequestHistory {
    action: UserAction,
    audit: Option<AuditLog>,
    state: Mutex<HistoryState>,
}

#[derive(Default)]
struct HistoryState {
    /// Outcomes of the current call, by index of their target.
    settled: HashMap<usize, TargetReport>,
    /// True if the current call sent a change.
    is_change_sent: bool,
    audit_error: Option<String>,
    /// Number of requests sent.
    requests: u32,
    /// True if the server answered a get with 200.
    is_get_allowed: bool,
    /// True if the server answered a get with 403.
    is_get_forbidden: bool,
}

impl RequestHistory {
    pub(super) fn new(action: UserAction, audit: Option<AuditLog>) -> Self {
        Self {
            action,
            audit,
            state: Mutex::default(),
        }
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

    /// Forgets the outcomes of the call before.
    pub(super) fn begin_call(&self) {
        let mut state = self.state();
        state.settled.clear();
        state.is_change_sent = false;
    }

    /// Notes that a request is about to be sent.
    pub(super) fn on_send(&self, operation: Option<&ApiOperation>) {
        let mut state = self.state();
        state.requests += 1;
        state.is_change_sent |= operation.is_some_and(|it| it.changed_user_id().is_some());
    }

    /// Notes the end of a request.
    pub(super) fn on_request(&self, record: &RequestRecord) {
        if let (Some(ApiOperation::Get(_)), RequestEnd::Status(status)) =
            (&record.operation, &record.end)
        {
            let mut state = self.state();
            state.is_get_allowed |= *status == 200;
            state.is_get_forbidden |= *status == 403;
        }
    }

    /// Notes the outcome of a target, and writes and syncs the audit's line of a change that was, or may have been, made. Other
    /// outcomes are written at the end of the command. Breaks if the line could not be written.
    pub(super) fn on_settled(
        &self,
        index: usize,
        target: &Target,
        report: &TargetReport,
    ) -> ControlFlow<()> {
        self.state().settled.insert(index, report.clone());
        let is_change = match &report.outcome {
            Outcome::Changed => true,
            Outcome::Failed(error) => error.effect == Effect::PossiblyApplied,
            Outcome::Unchanged | Outcome::WouldChange | Outcome::Skipped => false,
        };
        let id = match (&report.user, &target.who) {
            (Some(user), _) => Some(&user.id),
            (None, Selector::Id(id)) => Some(id),
            (None, Selector::Email(_)) => None,
        };
        if let (true, Some(audit), Some(id)) = (is_change, &self.audit, id)
            && let Err(error) = audit.write_change(id, report)
        {
            let mut state = self.state();
            state.audit_error.get_or_insert_with(|| error.to_string());
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    }

    /// Report of the current call if it did not end: the outcomes that are known. Without a change that was sent, the other
    /// targets are skipped.
    pub(super) fn report(&self, targets: usize) -> Report {
        let state = self.state();
        let unknown = if state.is_change_sent {
            Outcome::Failed(self.unknown_outcome(state.requests))
        } else {
            Outcome::Skipped
        };
        let target = |index| {
            let settled = state.settled.get(&index).cloned();
            settled.unwrap_or_else(|| TargetReport {
                outcome: unknown.clone(),
                user: None,
                previous_state: None,
            })
        };
        Report {
            targets: (0..targets).map(target).collect(),
            refused: None,
            requests: state.requests,
            warnings: Vec::new(),
        }
    }

    fn unknown_outcome(&self, requests: u32) -> Error {
        let operation = self.action.bulk_operation().name();
        Error {
            code: ErrorCode::Other,
            message: format!(
                "{operation}: the command ended before the outcome was known; the change may have been made"
            ),
            hint: None,
            effect: Effect::PossiblyApplied,
            retryable: false,
            retry_after_ms: None,
            status: None,
            api_code: None,
            api_message: None,
            candidates: Vec::new(),
            requests,
        }
    }

    fn state(&self) -> MutexGuard<'_, HistoryState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
