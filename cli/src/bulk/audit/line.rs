//! Lines of the audit: the form is that of the crate `onepassword-users-audit`.

use host::{Effect, Error, Outcome, UserState};
use onepassword_users::UserAction;
use onepassword_users_audit::{Activity, Actor, Change, Error as AuditError, Event, User};
use time::OffsetDateTime;

use crate::{bulk::change::ChangeDescription, output::json::escape_hidden};

/// User of an event, as far as known.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct EventUser {
    pub(super) id: Option<String>,
    pub(super) email: Option<String>,
    pub(super) name: Option<String>,
}

/// Outcome of a change for one user.
pub(super) struct AuditEvent<'a> {
    pub(super) user: &'a EventUser,
    pub(super) outcome: &'a Outcome,
    /// Error of the failed target, or of the refused call.
    pub(super) error: Option<&'a Error>,
    pub(super) previous_state: Option<&'a UserState>,
    /// True if the change was not sent because of an interrupt.
    pub(super) is_interrupted: bool,
}

impl AuditEvent<'_> {
    /// The event as one line of JSON, with its line break.
    pub(super) fn line(&self, change: &ChangeDescription) -> serde_json::Result<String> {
        let event = Event::from(&Change {
            activity: match change.action {
                UserAction::Suspend => Activity::Disable,
                UserAction::Reactivate => Activity::Enable,
            },
            product: "op-users",
            actor: Actor {
                app_id: change.client_id.as_deref(),
                operator: Some(&change.operator),
                ..Actor::default()
            },
            correlation_id: &change.correlation_id,
            caller_request_id: None,
            account_id: Some(&change.account_id),
            time_ms: now_ms(),
            user: User {
                id: self.user.id.as_deref(),
                email: self.user.email.as_deref(),
                name: self.user.name.as_deref(),
            },
            outcome: self.outcome.name(),
            is_changed: matches!(self.outcome, Outcome::Changed),
            error: self.error.map(|error| AuditError {
                code: error.code.name(),
                message: &error.message,
                effect: error.effect.name(),
                is_possibly_applied: error.effect == Effect::PossiblyApplied,
            }),
            previous_state: self.previous_state.map(|state| state.name()),
            is_interrupted: self.is_interrupted,
            reason: change.reason.as_deref(),
            ticket: change.ticket.as_deref(),
        });
        serde_json::to_string(&event).map(|line| escape_hidden(&line) + "\n")
    }
}

/// Present time in milliseconds since 1970.
fn now_ms() -> u64 {
    let now = OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000;
    u64::try_from(now).unwrap_or_default()
}
