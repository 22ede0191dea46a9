//! Audit events in the responses to changes.

use serde_json::{Value, json};

use super::fake_plugin::*;
use crate::bindings::{
    containment::Outcome,
    types::{Effect, ErrorCode},
};

fn audit_of(plugin: &FakePlugin, path: &str, body: &str) -> Value {
    let response = json(&respond(plugin, &post(path, body)));
    response
        .pointer("/report/audit")
        .unwrap_or(&response["audit"])
        .clone()
}

#[test]
fn a_change_of_one_user_is_audited() {
    for (path, activity) in [
        ("/v1/users/A:suspend", "Disable"),
        ("/v1/users/A:reactivate", "Enable"),
    ] {
        let response = json(&respond(&FakePlugin::default(), &request("POST", path)));
        assert_eq!(response["id"], "A");
        let [event] = &response["audit"].as_array().unwrap()[..] else {
            panic!("{response}");
        };
        assert_eq!(event["activity_name"], activity);
        assert_eq!(event["status"], "Success");
        assert_eq!(event["actor"]["app_name"], "responder");
        assert_eq!(event["user"]["uid"], "A");
    }
}

#[test]
fn a_failed_change_of_one_user_is_audited() {
    let failed = FakePlugin {
        outcomes: vec![Outcome::Failed(error(ErrorCode::LastOwner))],
        ..FakePlugin::default()
    };
    let refused = FakePlugin {
        outcomes: vec![Outcome::WouldChange],
        refused: Some(error(ErrorCode::PreconditionFailed)),
        ..FakePlugin::default()
    };
    for (plugin, code) in [(failed, "last-owner"), (refused, "precondition-failed")] {
        let response = respond(&plugin, &request("POST", "/v1/users/A:suspend"));
        assert_eq!(response.status, 409);
        let problem = json(&response);
        assert_eq!(problem["code"], code);
        let event = &problem["report"]["audit"][0];
        assert_eq!(
            (&event["status"], &event["status_code"]),
            (&json!("Failure"), &json!(code))
        );
    }
}

#[test]
fn an_event_has_the_form_of_ocsf_account_change() {
    let body = r#"{"users":["A"],"reason":"phished","ticket":"INC-7"}"#;
    let audit = audit_of(&FakePlugin::default(), "/v1/contain", body);
    assert_eq!(
        audit,
        json!([{
            "activity_id": 5,
            "activity_name": "Disable",
            "actor": { "app_name": "responder" },
            "category_uid": 3,
            "class_uid": 3001,
            "metadata": {
                "correlation_uid": "generated-id",
                "product": {
                    "name": "onepassword-users-service",
                    "vendor_name": "onepassword-users",
                    "version": env!("CARGO_PKG_VERSION"),
                },
                "profiles": ["datetime"],
                "tenant_uid": "ACME",
                "version": "1.8.0",
            },
            "severity_id": 1,
            "status": "Success",
            "status_id": 1,
            "time": NOW_MS,
            "time_dt": "2026-11-23T12:00:00.000Z",
            "type_uid": 300_105,
            "unmapped": {
                "outcome": "changed",
                "reason": "phished",
                "previous_state": "active",
                "ticket": "INC-7",
            },
            "user": {
                "display_name": "A",
                "email_addr": "a@acme.example",
                "name": "a@acme.example",
                "uid": "A",
            },
        }])
    );
}

#[test]
fn reactivation_is_the_activity_enable() {
    let audit = audit_of(&FakePlugin::default(), "/v1/restore", r#"{"users":["A"]}"#);
    assert_eq!(audit[0]["activity_name"], "Enable");
    assert_eq!(audit[0]["activity_id"], 2);
    assert_eq!(audit[0]["type_uid"], 300_102);
    assert_eq!(audit[0]["unmapped"].get("reason"), None);
}

#[test]
fn each_outcome_maps_to_an_ocsf_status() {
    let possibly_applied = crate::bindings::types::Error {
        effect: Effect::PossiblyApplied,
        ..error(ErrorCode::TimedOut)
    };
    let plugin = FakePlugin {
        outcomes: vec![
            Outcome::Unchanged,
            Outcome::Skipped,
            Outcome::Failed(error(ErrorCode::NotFound)),
            Outcome::Failed(possibly_applied),
        ],
        ..FakePlugin::default()
    };
    let audit = audit_of(&plugin, "/v1/contain", r#"{"users":["A","B","C","D"]}"#);
    let status = |index: usize| {
        let event = &audit[index];
        (event["status_id"].clone(), event["status"].clone())
    };
    assert_eq!(status(0), (json!(99), json!("unchanged")));
    assert_eq!(status(1), (json!(99), json!("skipped")));
    assert_eq!(status(2), (json!(2), json!("Failure")));
    assert_eq!(status(3), (json!(0), json!("Unknown")));
    assert_eq!(audit[2]["status_code"], "not-found");
    assert_eq!(audit[2]["status_detail"], "operation failed");
    assert_eq!(audit[2]["unmapped"]["effect"], "not-applied");
    assert_eq!(audit[3]["unmapped"]["effect"], "possibly-applied");
}

#[test]
fn an_unread_user_is_identified_as_in_the_request() {
    let plugin = FakePlugin {
        outcomes: vec![Outcome::Failed(error(ErrorCode::NotFound)); 2],
        is_without_users: true,
        ..FakePlugin::default()
    };
    let audit = audit_of(
        &plugin,
        "/v1/contain",
        r#"{"users":["A","b@acme.example"]}"#,
    );
    assert_eq!(audit[0]["user"], json!({ "uid": "A" }));
    assert_eq!(
        audit[1]["user"],
        json!({ "email_addr": "b@acme.example", "name": "b@acme.example" })
    );
    assert_eq!(audit[0]["metadata"].get("tenant_uid"), None);
}

#[test]
fn a_user_named_twice_has_one_event() {
    let plugin = FakePlugin {
        outcomes: vec![Outcome::Unchanged, Outcome::Unchanged, Outcome::Changed],
        ..FakePlugin::default()
    };
    let audit = audit_of(&plugin, "/v1/contain", r#"{"users":["B","A","B","C","A"]}"#);
    let events: Vec<_> = audit.as_array().unwrap().iter().collect();
    let uid_and_outcome = |event: &&Value| {
        (
            event["user"]["uid"].clone(),
            event["unmapped"]["outcome"].clone(),
        )
    };
    let events: Vec<_> = events.iter().map(uid_and_outcome).collect();
    assert_eq!(
        events,
        [
            (json!("B"), json!("changed")),
            (json!("C"), json!("changed")),
            (json!("A"), json!("changed")),
        ]
    );
}

#[test]
fn a_dry_run_has_no_events() {
    let plugin = FakePlugin {
        outcomes: vec![Outcome::WouldChange],
        ..FakePlugin::default()
    };
    let audit = audit_of(&plugin, "/v1/contain", r#"{"users":["A"],"dry_run":true}"#);
    assert_eq!(audit, json!([]));
    assert!(plugin.options.borrow().as_ref().unwrap().dry_run);
}

#[test]
fn a_refused_call_is_a_failure_of_each_user_to_be_changed() {
    let plugin = FakePlugin {
        outcomes: vec![Outcome::WouldChange, Outcome::Unchanged],
        refused: Some(error(ErrorCode::PreconditionFailed)),
        ..FakePlugin::default()
    };
    let audit = audit_of(&plugin, "/v1/contain", r#"{"users":["A","B"]}"#);
    assert_eq!(audit[0]["status"], "Failure");
    assert_eq!(audit[0]["status_code"], "precondition-failed");
    assert_eq!(audit[0]["unmapped"]["outcome"], "would-change");
    assert_eq!(audit[1]["status"], "unchanged");
}

#[test]
fn a_chosen_request_id_stands_beside_the_correlation_id() {
    let mut request = post("/v1/contain", r#"{"users":["A"]}"#);
    let header = ("x-request-id".to_owned(), "chosen".to_owned());
    request.headers.push(header);
    let report = json(&respond(&FakePlugin::default(), &request));
    assert_eq!(report["request_id"], "chosen");
    let event = &report["audit"][0];
    assert_eq!(event["metadata"]["correlation_uid"], "generated-id");
    assert_eq!(event["unmapped"]["request_id"], "chosen");
}
