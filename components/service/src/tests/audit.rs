//! The audit of a change, as the answer has it.

use serde_json::{Value, json};

use super::fake_plugin::*;
use crate::bindings::{
    containment::Outcome,
    types::{Effect, ErrorCode},
};

fn audit_of(plugin: &Fake, path: &str, body: &str) -> Value {
    let answer = json(&answer(plugin, &post(path, body)));
    answer
        .pointer("/report/audit")
        .unwrap_or(&answer["audit"])
        .clone()
}

#[test]
fn one_user_who_is_changed_is_audited_too() {
    for (path, activity) in [
        ("/v1/users/A:suspend", "Disable"),
        ("/v1/users/A:reactivate", "Enable"),
    ] {
        let answer = json(&answer(&Fake::default(), &request("POST", path)));
        assert_eq!(answer["id"], "A");
        let [event] = &answer["audit"].as_array().unwrap()[..] else {
            panic!("{answer}");
        };
        assert_eq!(event["activity_name"], activity);
        assert_eq!(event["status"], "Success");
        assert_eq!(event["actor"]["app_name"], "responder");
        assert_eq!(event["user"]["uid"], "A");
    }
}

#[test]
fn one_user_who_could_not_be_changed_is_audited_too() {
    let failed = Fake {
        outcomes: vec![Outcome::Failed(error(ErrorCode::LastOwner))],
        ..Fake::default()
    };
    let refused = Fake {
        outcomes: vec![Outcome::WouldChange],
        refused: Some(error(ErrorCode::PreconditionFailed)),
        ..Fake::default()
    };
    for (plugin, code) in [(failed, "last-owner"), (refused, "precondition-failed")] {
        let answer = answer(&plugin, &request("POST", "/v1/users/A:suspend"));
        assert_eq!(answer.status, 409);
        let problem = json(&answer);
        assert_eq!(problem["code"], code);
        let event = &problem["report"]["audit"][0];
        assert_eq!(
            (&event["status"], &event["status_code"]),
            (&json!("Failure"), &json!(code))
        );
    }
}

#[test]
fn an_event_has_the_shape_of_the_commands_audit_lines() {
    let body = r#"{"users":["A"],"reason":"phished","ticket":"INC-7"}"#;
    let audit = audit_of(&Fake::default(), "/v1/contain", body);
    assert_eq!(
        audit,
        json!([{
            "activity_id": 5,
            "activity_name": "Disable",
            "actor": { "app_name": "responder" },
            "category_uid": 3,
            "class_uid": 3001,
            "metadata": {
                "correlation_uid": "made-id",
                "product": {
                    "name": "onepassword-users-service",
                    "vendor_name": "onepassword-users",
                    "version": env!("CARGO_PKG_VERSION"),
                },
                "tenant_uid": "ACME",
                "version": "1.8.0",
            },
            "severity_id": 1,
            "status": "Success",
            "status_id": 1,
            "time": NOW_MS,
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
fn restoring_is_another_activity() {
    let audit = audit_of(&Fake::default(), "/v1/restore", r#"{"users":["A"]}"#);
    assert_eq!(audit[0]["activity_name"], "Enable");
    assert_eq!(audit[0]["activity_id"], 2);
    assert_eq!(audit[0]["type_uid"], 300_102);
    assert_eq!(audit[0]["unmapped"].get("reason"), None);
}

#[test]
fn each_outcome_has_its_status() {
    let uncertain = crate::bindings::types::Error {
        effect: Effect::PossiblyApplied,
        ..error(ErrorCode::TimedOut)
    };
    let plugin = Fake {
        outcomes: vec![
            Outcome::Unchanged,
            Outcome::Skipped,
            Outcome::Failed(error(ErrorCode::NotFound)),
            Outcome::Failed(uncertain),
        ],
        ..Fake::default()
    };
    let audit = audit_of(&plugin, "/v1/contain", r#"{"users":["A","B","C","D"]}"#);
    let status = |at: usize| (audit[at]["status_id"].clone(), audit[at]["status"].clone());
    assert_eq!(status(0), (json!(99), json!("unchanged")));
    assert_eq!(status(1), (json!(99), json!("skipped")));
    assert_eq!(status(2), (json!(2), json!("Failure")));
    assert_eq!(status(3), (json!(0), json!("Unknown")));
    assert_eq!(audit[2]["status_code"], "not-found");
    assert_eq!(audit[2]["status_detail"], "it went wrong");
    assert_eq!(audit[2]["unmapped"]["effect"], "not-applied");
    assert_eq!(audit[3]["unmapped"]["effect"], "possibly-applied");
}

#[test]
fn a_user_who_was_never_seen_is_who_was_named() {
    let plugin = Fake {
        outcomes: vec![Outcome::Failed(error(ErrorCode::NotFound)); 2],
        is_blind: true,
        ..Fake::default()
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
fn a_user_who_is_named_twice_is_one_event() {
    let plugin = Fake {
        outcomes: vec![Outcome::Unchanged, Outcome::Unchanged, Outcome::Changed],
        ..Fake::default()
    };
    let audit = audit_of(&plugin, "/v1/contain", r#"{"users":["B","A","B","C","A"]}"#);
    let events: Vec<_> = audit.as_array().unwrap().iter().collect();
    let of = |event: &&Value| {
        (
            event["user"]["uid"].clone(),
            event["unmapped"]["outcome"].clone(),
        )
    };
    let events: Vec<_> = events.iter().map(of).collect();
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
fn a_dry_run_is_no_event() {
    let plugin = Fake {
        outcomes: vec![Outcome::WouldChange],
        ..Fake::default()
    };
    let audit = audit_of(&plugin, "/v1/contain", r#"{"users":["A"],"dry_run":true}"#);
    assert_eq!(audit, json!([]));
    assert!(plugin.options.borrow().as_ref().unwrap().dry_run);
}

#[test]
fn a_call_that_a_guard_refuses_is_a_failure_for_everybody_it_would_have_changed() {
    let plugin = Fake {
        outcomes: vec![Outcome::WouldChange, Outcome::Unchanged],
        refused: Some(error(ErrorCode::PreconditionFailed)),
        ..Fake::default()
    };
    let audit = audit_of(&plugin, "/v1/contain", r#"{"users":["A","B"]}"#);
    assert_eq!(audit[0]["status"], "Failure");
    assert_eq!(audit[0]["status_code"], "precondition-failed");
    assert_eq!(audit[0]["unmapped"]["outcome"], "would-change");
    assert_eq!(audit[1]["status"], "unchanged");
}
