//! Audit lines: events of the Open Cybersecurity Schema Framework, class Account Change (3001), as version 1.8.0 has it.

use host::{Error, Outcome, UserState};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

use super::super::{
    change::Verb,
    context::Context,
    result::{is_uncertain, outcome_name},
};
use crate::{failure::code_name, output::json::state_name};

const SCHEMA: &str = "1.8.0";
/// Identity & Access Management.
const CATEGORY: u32 = 3;
/// Account Change.
const CLASS: u32 = 3001;
const INFORMATIONAL: u32 = 1;

/// The user of an event, as far as they are known.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Person {
    pub id: Option<String>,
    pub email: Option<String>,
    pub name: Option<String>,
}

/// An event: what became of one user.
pub(super) struct Event<'a> {
    pub person: &'a Person,
    pub outcome: &'a Outcome,
    /// Why it failed, or why the whole call was refused.
    pub error: Option<&'a Error>,
    pub before: Option<&'a UserState>,
    /// Whether an interrupt kept it from being sent.
    pub is_interrupted: bool,
}

/// The event as a line, with its line break.
pub(super) fn line(context: &Context, event: &Event<'_>) -> String {
    let (activity, activity_name) = match context.verb {
        Verb::Contain => (5, "Disable"),
        Verb::Restore => (2, "Enable"),
    };
    let outcome = outcome_name(event.outcome);
    let (status, status_name) = match (event.outcome, event.error) {
        (Outcome::Changed, _) => (1, "Success"),
        // An answer that settles nothing: the change may have been made.
        (_, Some(error)) if is_uncertain(error) => (0, "Unknown"),
        (_, Some(_)) => (2, "Failure"),
        (_, None) => (99, outcome),
    };
    let mut line = json!({
        "activity_id": activity,
        "activity_name": activity_name,
        "category_uid": CATEGORY,
        "class_uid": CLASS,
        "type_uid": CLASS * 100 + activity,
        "severity_id": INFORMATIONAL,
        "time": now(),
        "metadata": {
            "version": SCHEMA,
            "product": {
                "name": "op-users",
                "vendor_name": "onepassword-users",
                "version": env!("CARGO_PKG_VERSION"),
            },
            "correlation_uid": context.correlation_id,
            "tenant_uid": context.account_id,
        },
        "user": user(event.person),
        "status_id": status,
        "status": status_name,
        "unmapped": present([
            ("outcome", Some(outcome.into())),
            ("previous_state", event.before.map(state_name).map(Value::from)),
            ("effect", event.error.map(effect).map(Value::from)),
            ("interrupted", event.is_interrupted.then_some(true.into())),
            ("reason", context.reason.as_deref().map(Value::from)),
            ("ticket", context.ticket.as_deref().map(Value::from)),
        ]),
    });
    if let Some(client_id) = &context.client_id {
        line["actor"] = json!({ "app_uid": client_id });
    }
    if let Some(error) = event.error {
        line["status_code"] = code_name(error.code).into();
        line["status_detail"] = error.message.as_str().into();
    }
    format!("{line}\n")
}

/// What is known of somebody. Their user name is the e-mail address: they sign in with it.
fn user(person: &Person) -> Value {
    present([
        ("uid", person.id.as_deref().map(Value::from)),
        ("name", person.email.as_deref().map(Value::from)),
        ("email_addr", person.email.as_deref().map(Value::from)),
        ("display_name", person.name.as_deref().map(Value::from)),
    ])
}

/// An object of those fields that there are.
fn present<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    let fields = fields.into_iter();
    let present = fields.filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(present.collect::<Map<_, _>>())
}

fn effect(error: &Error) -> &'static str {
    if is_uncertain(error) {
        "possibly-applied"
    } else {
        "unchanged"
    }
}

/// Milliseconds since 1970.
fn now() -> i64 {
    let now = OffsetDateTime::now_utc().unix_timestamp_nanos() / 1_000_000;
    i64::try_from(now).unwrap_or(i64::MAX)
}
