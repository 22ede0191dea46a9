//! Audit events: Account Change (class 3001) of the Open Cybersecurity Schema Framework 1.8.0.

use host::{Effect, Error, Outcome, UserState};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use crate::bulk::change::{ChangeDescription, UserAction};

const SCHEMA_VERSION: &str = "1.8.0";
/// Category Identity & Access Management.
const CATEGORY: u32 = 3;
/// Class Account Change.
const CLASS: u32 = 3001;
const SEVERITY_INFORMATIONAL: u32 = 1;

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
    pub(super) fn line(&self, change: &ChangeDescription) -> String {
        // OCSF 1.8.0, `activity_id` of Account Change.
        let (activity, activity_name) = match change.action {
            UserAction::Suspend => (5, "Disable"),
            UserAction::Reactivate => (2, "Enable"),
        };
        let outcome = self.outcome.name();
        let (status, status_name) = match (self.outcome, self.error) {
            (Outcome::Changed, _) => (1, "Success"),
            (_, Some(error)) if error.effect == Effect::PossiblyApplied => (0, "Unknown"),
            (_, Some(_)) => (2, "Failure"),
            // Other: the status is the outcome's own name.
            (_, None) => (99, outcome),
        };
        let previous_state = self.previous_state.map(|state| state.name());
        let effect = self.error.map(|error| error.effect.name());
        let mut line = json!({
            "activity_id": activity,
            "activity_name": activity_name,
            "category_uid": CATEGORY,
            "class_uid": CLASS,
            "type_uid": CLASS * 100 + activity,
            "severity_id": SEVERITY_INFORMATIONAL,
            "time": now_ms(),
            "metadata": {
                "version": SCHEMA_VERSION,
                "product": {
                    "name": "op-users",
                    "vendor_name": "onepassword-users",
                    "version": env!("CARGO_PKG_VERSION"),
                },
                "correlation_uid": change.correlation_id,
                "tenant_uid": change.account_id,
            },
            "user": user_object(self.user),
            "status_id": status,
            "status": status_name,
            "unmapped": object_of([
                ("outcome", Some(outcome.into())),
                ("previous_state", previous_state.map(Value::from)),
                ("effect", effect.map(Value::from)),
                ("interrupted", self.is_interrupted.then_some(true.into())),
                ("reason", change.reason.as_deref().map(Value::from)),
                ("ticket", change.ticket.as_deref().map(Value::from)),
            ]),
        });
        if let Some(client_id) = &change.client_id {
            line["actor"] = json!({ "app_uid": client_id });
        }
        if let Some(error) = self.error {
            line["status_code"] = error.code.name().into();
            line["status_detail"] = error.message.as_str().into();
        }
        format!("{line}\n")
    }
}

/// User object of OCSF. The user name is the e-mail address, which users sign in with.
fn user_object(user: &EventUser) -> Value {
    object_of([
        ("uid", user.id.as_deref().map(Value::from)),
        ("name", user.email.as_deref().map(Value::from)),
        ("email_addr", user.email.as_deref().map(Value::from)),
        ("display_name", user.name.as_deref().map(Value::from)),
    ])
}

/// An object of the fields that have a value.
fn object_of<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    let fields = fields.into_iter();
    let present = fields.filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(present.collect::<Map<_, _>>())
}

/// Present time in milliseconds since 1970.
fn now_ms() -> i64 {
    let now = OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000;
    i64::try_from(now).unwrap_or(i64::MAX)
}
