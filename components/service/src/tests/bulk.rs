//! Changes of several users in one request: bodies, limits and outcomes.

use super::fake_plugin::*;
use crate::bindings::{containment::Outcome, types::ErrorCode};

#[test]
fn outcomes_are_in_the_order_of_the_users() {
    let plugin = FakePlugin {
        outcomes: vec![
            Outcome::Changed,
            Outcome::Unchanged,
            Outcome::Failed(error(ErrorCode::LastOwner)),
            Outcome::Skipped,
        ],
        ..FakePlugin::default()
    };
    let body = r#"{"users":["A","b@acme.example","C","D"],"reason":"phished","ticket":"INC-7"}"#;
    let response = respond(&plugin, &post("/v1/contain", body));
    assert_eq!(response.status, 207);
    assert_eq!(*plugin.calls.borrow(), ["suspend A b@acme.example C D"]);
    let report = json(&response);
    assert_eq!(report["operation"], "contain");
    assert_eq!(report["request_id"], "generated-id");
    assert_eq!(report["requests"], 3);
    let column = |name: &str| -> Vec<_> {
        let outcomes = report["outcomes"].as_array().unwrap();
        outcomes
            .iter()
            .map(|outcome| outcome[name].clone())
            .collect()
    };
    assert_eq!(column("who"), ["A", "b@acme.example", "C", "D"]);
    assert_eq!(
        column("outcome"),
        ["changed", "unchanged", "failed", "skipped"]
    );
    assert_eq!(column("previous_state"), ["active"; 4]);
    assert_eq!(column("error")[2]["code"], "last-owner");
    assert_eq!(column("user")[0]["state"], "suspended");
}

#[test]
fn restore_reactivates_users() {
    let plugin = FakePlugin::default();
    let response = respond(&plugin, &post("/v1/restore", r#"{"users":["A"]}"#));
    assert_eq!(json(&response)["operation"], "restore");
    assert_eq!(*plugin.calls.borrow(), ["reactivate A"]);
}

#[test]
fn a_caller_can_lower_the_limit_but_not_raise_it() {
    for (member, expected) in [
        ("", 5),
        (r#","max_changes":3"#, 3),
        (r#","max_changes":99"#, 5),
        (r#","max_changes":4.0"#, 4),
        (r#","max_changes":0.2e1"#, 2),
        (r#","max_changes":-0.0"#, 0),
        (r#","max_changes":null"#, 5),
    ] {
        let plugin = FakePlugin::default();
        let service = service_with(&[("OP_SERVICE_MAX_CHANGES", "5")]);
        let body = format!(r#"{{"users":["A"]{member}}}"#);
        service.respond(&plugin, &post("/v1/contain", &body), "id");
        let options = plugin.options.borrow().clone().unwrap();
        assert_eq!(options.max_changes, Some(expected));
    }
}

#[test]
fn a_refused_call_is_a_409_with_the_outcomes() {
    let plugin = FakePlugin {
        outcomes: vec![Outcome::WouldChange],
        refused: Some(error(ErrorCode::PreconditionFailed)),
        ..FakePlugin::default()
    };
    let response = respond(&plugin, &post("/v1/contain", r#"{"users":["A"]}"#));
    assert_eq!(response.status, 409);
    let problem = json(&response);
    assert_eq!(problem["code"], "precondition-failed");
    assert_eq!(problem["effect"], "not-applied");
    assert_eq!(problem["report"]["outcomes"][0]["outcome"], "would-change");
}

#[test]
fn warnings_are_part_of_every_answer_to_a_change() {
    let plugin = |refused| FakePlugin {
        warnings: vec!["no look-up of 1 user".into()],
        refused,
        ..FakePlugin::default()
    };
    let warnings = serde_json::json!(["no look-up of 1 user"]);
    let contain = post("/v1/contain", r#"{"users":["A"]}"#);
    let report = json(&respond(&plugin(None), &contain));
    assert_eq!(report["warnings"], warnings);
    let user = json(&respond(&plugin(None), &post("/v1/users/A:suspend", "")));
    assert_eq!(user["warnings"], warnings);
    let refused = plugin(Some(error(ErrorCode::PreconditionFailed)));
    let problem = json(&respond(&refused, &contain));
    assert_eq!(problem["report"]["warnings"], warnings);
}

#[test]
fn an_invalid_body_is_a_400_with_the_cause() {
    for (body, part) in [
        ("", "must be an object"),
        ("[]", "must be an object"),
        (r#"[["A"],false,null,null,null]"#, "must be an object"),
        ("{", "EOF"),
        ("{}", "missing field `users`"),
        (r#"{"users":[]}"#, "1 to 1000 users"),
        (r#"{"users":["A",""]}"#, "1 to 256 characters"),
        (r#"{"users":["\ud800"]}"#, "hex escape"),
        (r#"{"users":["A"],"max_changes":5.5}"#, "a whole number"),
        (
            r#"{"users":["A"],"max_changes":4294967296}"#,
            "a whole number",
        ),
        (
            r#"{"users":["A"],"max_changes":4294967296.0}"#,
            "a whole number",
        ),
        (r#"{"users":["A"],"max_changes":1e999}"#, "out of range"),
        (r#"{"users":["A"],"max_changes":"5"}"#, "a whole number"),
        (
            r#"{"users":["A"],"dry-run":true}"#,
            "unknown field `dry-run`",
        ),
        (r#"{"users":["A"],"users":["B"]}"#, "duplicate field"),
        (r#"{"users":"A"}"#, "invalid type"),
        (r#"{"users":["A"],"max_changes":-1}"#, "a whole number"),
        (r#"{"users":["A"]} x"#, "trailing characters"),
    ] {
        let plugin = FakePlugin::default();
        let response = respond(&plugin, &post("/v1/contain", body));
        assert_eq!(response.status, 400, "{body}");
        let problem = json(&response);
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(part), "{detail}");
        assert!(plugin.calls.borrow().is_empty());
    }
}

#[test]
fn reason_and_ticket_are_limited_to_256_characters() {
    for name in ["reason", "ticket"] {
        for (length, status) in [(256, 200), (257, 400)] {
            let note = "é".repeat(length);
            let body = format!(r#"{{"users":["A"],"{name}":"{note}"}}"#);
            let response = respond(&FakePlugin::default(), &post("/v1/contain", &body));
            assert_eq!(response.status, status);
        }
    }
}

#[test]
fn a_request_is_limited_to_1000_users() {
    for (count, status) in [(1000, 200), (1001, 400)] {
        let users = vec!["A"; count];
        let body = serde_json::json!({ "users": users }).to_string();
        let response = respond(&FakePlugin::default(), &post("/v1/contain", &body));
        assert_eq!(response.status, status);
    }
}

#[test]
fn the_content_type_must_be_json() {
    for (content_type, status) in [
        (None, 415),
        (Some("text/plain"), 415),
        (Some("application/json; charset=latin1"), 415),
        (Some("application/jsonx"), 415),
        (Some("Application/JSON; charset=\"UTF-8\""), 200),
    ] {
        let mut request = post("/v1/contain", r#"{"users":["A"]}"#);
        request.headers.retain(|(name, _)| name != "content-type");
        if let Some(content_type) = content_type {
            request
                .headers
                .push(("content-type".into(), content_type.into()));
        }
        assert_eq!(respond(&FakePlugin::default(), &request).status, status);
    }
}

#[test]
fn a_failed_call_is_a_problem() {
    let plugin = FakePlugin {
        error: Some(error(ErrorCode::Unauthenticated)),
        ..FakePlugin::default()
    };
    let response = respond(&plugin, &post("/v1/contain", r#"{"users":["A"]}"#));
    assert_eq!(response.status, 502);
    let problem = json(&response);
    assert_eq!(problem["code"], "unauthenticated");
    assert_eq!(problem["report"]["summary"]["failed"], 1);
}

#[test]
fn a_number_is_taken_as_the_text_of_a_note() {
    for number in [
        "4711",
        "-1",
        "4711.0",
        "1e3",
        "123456789012345678901234567890",
    ] {
        for name in ["ticket", "reason"] {
            let body = format!(r#"{{"users":["A"],"{name}":{number}}}"#);
            let report = json(&respond(
                &FakePlugin::default(),
                &post("/v1/contain", &body),
            ));
            assert_eq!(report[name], number);
            assert_eq!(report["audit"][0]["unmapped"][name], number);
        }
    }
    for value in ["true", "[]", "{}", "0x1"] {
        let body = format!(r#"{{"users":["A"],"ticket":{value}}}"#);
        let response = respond(&FakePlugin::default(), &post("/v1/contain", &body));
        assert_eq!(response.status, 400, "{value}");
    }
}

#[test]
fn a_byte_order_mark_before_a_body_is_skipped() {
    let body = "\u{feff}{\"users\":[\"A\"]}";
    let plugin = FakePlugin::default();
    assert_eq!(respond(&plugin, &post("/v1/contain", body)).status, 200);
    let twice = format!("\u{feff}{body}");
    assert_eq!(respond(&plugin, &post("/v1/contain", &twice)).status, 400);
}
