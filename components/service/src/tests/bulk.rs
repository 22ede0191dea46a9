//! Many users in one request.

use super::fake_plugin::*;
use crate::bindings::{containment::Outcome, types::ErrorCode};

#[test]
fn each_user_has_an_outcome_in_order() {
    let plugin = Fake {
        outcomes: vec![
            Outcome::Changed,
            Outcome::Unchanged,
            Outcome::Failed(error(ErrorCode::LastOwner)),
            Outcome::Skipped,
        ],
        ..Fake::default()
    };
    let body = r#"{"users":["A","b@acme.example","C","D"],"reason":"phished","ticket":"INC-7"}"#;
    let answer = answer(&plugin, &post("/v1/contain", body));
    assert_eq!(answer.status, 200);
    assert_eq!(*plugin.calls.borrow(), ["suspend A b@acme.example C D"]);
    let report = json(&answer);
    assert_eq!(report["operation"], "contain");
    assert_eq!(report["request_id"], "made-id");
    assert_eq!(report["requests"], 3);
    let of = |name: &str| -> Vec<_> {
        let outcomes = report["outcomes"].as_array().unwrap();
        outcomes
            .iter()
            .map(|outcome| outcome[name].clone())
            .collect()
    };
    assert_eq!(of("who"), ["A", "b@acme.example", "C", "D"]);
    assert_eq!(of("outcome"), ["changed", "unchanged", "failed", "skipped"]);
    assert_eq!(of("previous_state"), ["active"; 4]);
    assert_eq!(of("error")[2]["code"], "last-owner");
    assert_eq!(of("user")[0]["state"], "suspended");
}

#[test]
fn restoring_is_the_opposite() {
    let plugin = Fake::default();
    let answer = answer(&plugin, &post("/v1/restore", r#"{"users":["A"]}"#));
    assert_eq!(json(&answer)["operation"], "restore");
    assert_eq!(*plugin.calls.borrow(), ["reactivate A"]);
}

#[test]
fn a_caller_may_lower_the_limit_and_not_raise_it() {
    for (asked, allowed) in [
        ("", 5),
        (r#","max_changes":3"#, 3),
        (r#","max_changes":99"#, 5),
        (r#","max_changes":4.0"#, 4),
        (r#","max_changes":0.2e1"#, 2),
        (r#","max_changes":-0.0"#, 0),
        (r#","max_changes":null"#, 5),
    ] {
        let plugin = Fake::default();
        let service = service_with(&[("OP_SERVICE_MAX_CHANGES", "5")]);
        let body = format!(r#"{{"users":["A"]{asked}}}"#);
        service.answer(&plugin, &post("/v1/contain", &body), "id");
        let options = plugin.options.borrow().clone().unwrap();
        assert_eq!(options.max_changes, Some(allowed));
    }
}

#[test]
fn a_call_that_a_guard_refuses_is_a_conflict_and_still_tells_who() {
    let plugin = Fake {
        outcomes: vec![Outcome::WouldChange],
        refused: Some(error(ErrorCode::PreconditionFailed)),
        ..Fake::default()
    };
    let answer = answer(&plugin, &post("/v1/contain", r#"{"users":["A"]}"#));
    assert_eq!(answer.status, 409);
    let problem = json(&answer);
    assert_eq!(problem["code"], "precondition-failed");
    assert_eq!(problem["effect"], "not-applied");
    assert_eq!(problem["report"]["outcomes"][0]["outcome"], "would-change");
}

#[test]
fn a_body_that_is_not_what_it_should_be_is_refused_in_words() {
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
        let plugin = Fake::default();
        let answer = answer(&plugin, &post("/v1/contain", body));
        assert_eq!(answer.status, 400, "{body}");
        let problem = json(&answer);
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(part), "{detail}");
        assert!(plugin.calls.borrow().is_empty());
    }
}

#[test]
fn reason_and_ticket_have_256_characters_at_most() {
    for name in ["reason", "ticket"] {
        for (length, status) in [(256, 200), (257, 400)] {
            let note = "é".repeat(length);
            let body = format!(r#"{{"users":["A"],"{name}":"{note}"}}"#);
            let answer = answer(&Fake::default(), &post("/v1/contain", &body));
            assert_eq!(answer.status, status);
        }
    }
}

#[test]
fn a_thousand_users_are_taken_and_no_more() {
    for (number, status) in [(1000, 200), (1001, 400)] {
        let users = vec!["A"; number];
        let body = serde_json::json!({ "users": users }).to_string();
        let answer = answer(&Fake::default(), &post("/v1/contain", &body));
        assert_eq!(answer.status, status);
    }
}

#[test]
fn a_body_must_say_that_it_is_json() {
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
        assert_eq!(answer(&Fake::default(), &request).status, status);
    }
}

#[test]
fn a_call_that_fails_as_a_whole_is_a_problem() {
    let plugin = Fake {
        error: Some(error(ErrorCode::Unauthenticated)),
        ..Fake::default()
    };
    let answer = answer(&plugin, &post("/v1/contain", r#"{"users":["A"]}"#));
    assert_eq!(answer.status, 502);
    assert_eq!(json(&answer)["code"], "unauthenticated");
}
