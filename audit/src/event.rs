//! The event as JSON, with its fields in the order of their names.

use serde::Serialize;

use crate::{
    change::{Activity, Change},
    timestamp::Timestamp,
};

/// Category Identity & Access Management.
const CATEGORY: u32 = 3;
/// Class Account Change.
const CLASS: u32 = 3001;
const SEVERITY_INFORMATIONAL: u32 = 1;
const SCHEMA_VERSION: &str = "1.8.0";
/// Profile whose attributes, `time_dt` among them, are times in RFC 3339.
const PROFILES: [&str; 1] = ["datetime"];
const VENDOR: &str = "onepassword-users";

/// An audit event, to be serialized.
#[derive(Debug, Serialize)]
pub struct Event<'a> {
    activity_id: u32,
    activity_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<ActorObject<'a>>,
    category_uid: u32,
    class_uid: u32,
    metadata: Metadata<'a>,
    severity_id: u32,
    status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_code: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status_detail: Option<&'a str>,
    status_id: u32,
    time: u64,
    time_dt: Timestamp,
    type_uid: u32,
    unmapped: Unmapped<'a>,
    user: UserObject<'a>,
}

#[derive(Debug, Serialize)]
struct ActorObject<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    app_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    app_uid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<Operator<'a>>,
}

/// User object of the person.
#[derive(Debug, Serialize)]
struct Operator<'a> {
    name: &'a str,
}

#[derive(Debug, Serialize)]
struct Metadata<'a> {
    correlation_uid: &'a str,
    product: Product<'a>,
    profiles: [&'a str; 1],
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_uid: Option<&'a str>,
    version: &'a str,
}

#[derive(Debug, Serialize)]
struct Product<'a> {
    name: &'a str,
    vendor_name: &'a str,
    version: &'a str,
}

/// User object of OCSF. The user name is the e-mail address.
#[derive(Debug, Serialize)]
struct UserObject<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    display_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email_addr: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    uid: Option<&'a str>,
}

/// Facts that OCSF has no fields for.
#[derive(Debug, Serialize)]
struct Unmapped<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    effect: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interrupted: Option<bool>,
    outcome: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_state: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket: Option<&'a str>,
}

impl<'a> From<&Change<'a>> for Event<'a> {
    fn from(change: &Change<'a>) -> Self {
        let (activity_id, activity_name) = match change.activity {
            Activity::Disable => (5, "Disable"),
            Activity::Enable => (2, "Enable"),
        };
        let (status_id, status) = match change.error {
            _ if change.is_changed => (1, "Success"),
            Some(error) if error.is_possibly_applied => (0, "Unknown"),
            Some(_) => (2, "Failure"),
            // 99 is "Other": the status is a word of the source.
            None => (99, change.outcome),
        };
        let actor = change.actor;
        let is_known = [actor.app_name, actor.app_id, actor.operator]
            .iter()
            .any(Option::is_some);
        Self {
            activity_id,
            activity_name,
            actor: is_known.then_some(ActorObject {
                app_name: actor.app_name,
                app_uid: actor.app_id,
                user: actor.operator.map(|name| Operator { name }),
            }),
            category_uid: CATEGORY,
            class_uid: CLASS,
            metadata: Metadata {
                correlation_uid: change.correlation_id,
                product: Product {
                    name: change.product,
                    vendor_name: VENDOR,
                    version: env!("CARGO_PKG_VERSION"),
                },
                profiles: PROFILES,
                tenant_uid: change.account_id,
                version: SCHEMA_VERSION,
            },
            severity_id: SEVERITY_INFORMATIONAL,
            status,
            status_code: change.error.map(|error| error.code),
            status_detail: change.error.map(|error| error.message),
            status_id,
            time: change.time_ms,
            time_dt: Timestamp(change.time_ms),
            type_uid: CLASS.saturating_mul(100).saturating_add(activity_id),
            unmapped: Unmapped {
                effect: change.error.map(|error| error.effect),
                interrupted: change.is_interrupted.then_some(true),
                outcome: change.outcome,
                previous_state: change.previous_state,
                reason: change.reason,
                request_id: change.caller_request_id,
                ticket: change.ticket,
            },
            user: UserObject {
                display_name: change.user.name,
                email_addr: change.user.email,
                name: change.user.email,
                uid: change.user.id,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;

    use std::string::ToString;

    use serde_json::{Value, json};

    use super::*;
    use crate::change::{Actor, Error, User};

    const CHANGE: Change<'_> = Change {
        activity: Activity::Enable,
        product: "tester",
        actor: Actor {
            app_name: None,
            app_id: None,
            operator: None,
        },
        correlation_id: "call-1",
        caller_request_id: None,
        account_id: None,
        time_ms: 7,
        user: User {
            id: Some("U1"),
            email: None,
            name: None,
        },
        outcome: "skipped",
        is_changed: false,
        error: None,
        previous_state: None,
        is_interrupted: false,
        reason: None,
        ticket: None,
    };

    fn event(change: &Change<'_>) -> Value {
        serde_json::to_value(Event::from(change)).unwrap()
    }

    #[test]
    fn unknown_facts_are_left_out() {
        assert_eq!(
            event(&CHANGE),
            json!({
                "activity_id": 2,
                "activity_name": "Enable",
                "category_uid": 3,
                "class_uid": 3001,
                "metadata": {
                    "correlation_uid": "call-1",
                    "product": {
                        "name": "tester",
                        "vendor_name": "onepassword-users",
                        "version": env!("CARGO_PKG_VERSION"),
                    },
                    "profiles": ["datetime"],
                    "version": "1.8.0",
                },
                "severity_id": 1,
                "status": "skipped",
                "status_id": 99,
                "time": 7,
                "time_dt": "1970-01-01T00:00:00.007Z",
                "type_uid": 300_102,
                "unmapped": { "outcome": "skipped" },
                "user": { "uid": "U1" },
            })
        );
    }

    #[test]
    fn status_follows_outcome_and_effect() {
        let error = |is_possibly_applied| {
            Some(Error {
                code: "unavailable",
                message: "suspend-user: the server failed",
                effect: "an effect",
                is_possibly_applied,
            })
        };
        for (is_changed, error, status) in [
            (true, None, json!([1, "Success", null])),
            (false, error(true), json!([0, "Unknown", "unavailable"])),
            (false, error(false), json!([2, "Failure", "unavailable"])),
        ] {
            let event = event(&Change {
                is_changed,
                error,
                ..CHANGE
            });
            let seen = json!([event["status_id"], event["status"], event["status_code"]]);
            assert_eq!(seen, status);
        }
    }

    #[test]
    fn an_actor_is_an_application_and_a_person() {
        let event = event(&Change {
            actor: Actor {
                app_id: Some("client-1"),
                operator: Some("wendy@desk-7"),
                ..Actor::default()
            },
            ..CHANGE
        });
        assert_eq!(
            event["actor"],
            json!({ "app_uid": "client-1", "user": { "name": "wendy@desk-7" } })
        );
    }

    #[test]
    fn fields_are_in_the_order_of_their_names() {
        let text = serde_json::to_string(&Event::from(&Change {
            actor: Actor {
                app_name: Some("soar"),
                app_id: Some("client-1"),
                operator: Some("wendy@desk-7"),
            },
            is_interrupted: true,
            reason: Some("phished"),
            ..CHANGE
        }))
        .unwrap();
        let value: Value = serde_json::from_str(&text).unwrap();
        // A map of serde_json is sorted.
        assert_eq!(text, value.to_string());
    }
}
