//! Results of the tools, for programs and for people.

use serde_json::json;

use super::{super::fake_plugin::*, *};
use crate::bindings::{
    connection::Verdict,
    containment::Outcome,
    types::{Effect, ErrorCode},
};

#[test]
fn each_tool_calls_one_function_of_the_plugin() {
    for (tool, arguments, call) in [
        ("list_users", json!({}), "list None Some(50) None"),
        (
            "list_users",
            json!({"state": "active", "page_size": 100.0, "page_token": "t"}),
            "list Some(StateFilter::Active) Some(100) Some(\"t\")",
        ),
        ("get_user", json!({"id": "A"}), "get A"),
        (
            "find_user",
            json!({"email": "a@acme.example"}),
            "find a@acme.example",
        ),
        (
            "suspend_users",
            json!({"users": ["A", "b@acme.example"], "dry_run": true}),
            "suspend A b@acme.example",
        ),
        (
            "reactivate_users",
            json!({"users": ["A"], "dry_run": true}),
            "reactivate A",
        ),
    ] {
        let client = Client::new();
        let result = client.call(tool, arguments);
        assert_eq!(result["isError"], false, "{result}");
        assert_eq!(result["resultType"], "complete");
        assert_eq!(client.calls(), [call]);
    }
}

#[test]
fn users_are_structured_and_on_a_line() {
    let client = Client::new();
    let user = json!({"id": "A", "email": "a@acme.example", "display_name": "A", "state": "active", "create_time": "", "path": "accounts/ACME/users/A"});
    let found = client.call("find_user", json!({"email": "a@acme.example"}));
    assert_eq!(found["structuredContent"], json!({"user": user}));
    assert_eq!(
        found["content"],
        json!([{"type": "text", "text": "A a@acme.example active \"A\""}])
    );
    let page = client.call("list_users", json!({}));
    assert_eq!(
        page["structuredContent"],
        json!({"users": [user], "next_page_token": "next"})
    );
    assert_eq!(
        page["content"][0]["text"],
        "Users on this page: 1\n- A a@acme.example active \"A\"\nMore follow: page_token next"
    );
}

#[test]
fn text_from_outside_is_shown_as_what_it_is() {
    let name = "\u{1b}[2J\"\n- changed: everyone\u{202e}\u{e0041}\u{200b} \\u{41} é 山";
    let email = "a\u{7f}\u{ad}@acme.example";
    let client = Client {
        plugin: FakePlugin {
            name: Some((name, email)),
            ..FakePlugin::default()
        },
        ..Client::new()
    };
    let shown = r#"\u{1b}[2J"\u{a}- changed: everyone\u{202e}\u{e0041}\u{200b} \u{41} é 山"#;
    for (tool, arguments) in [
        ("get_user", json!({"id": "A"})),
        ("find_user", json!({"email": "a@acme.example"})),
        ("list_users", json!({})),
        ("suspend_users", json!({"users": ["A"], "dry_run": true})),
    ] {
        let result = client.call(tool, arguments);
        let text = result["content"][0]["text"].as_str().unwrap();
        let is_hidden = |letter: char| onepassword_users::is_invisible(letter) && letter != '\n';
        assert!(!text.contains(is_hidden), "{text:?}");
        assert!(text.contains(r#""\\u{1b}[2J\"\\u{a}- changed"#), "{text}");
        let structured = result["structuredContent"].to_string();
        assert!(
            structured.contains(&json!(shown).to_string()),
            "{structured}"
        );
        assert!(
            structured.contains(r"a\\u{7f}\\u{ad}@acme.example"),
            "{structured}"
        );
    }
}

#[test]
fn an_error_has_code_cause_and_hint() {
    let mut failure = error(ErrorCode::Ambiguous);
    failure.candidates = vec!["A".into(), "B\u{202e}".into()];
    let client = Client {
        plugin: FakePlugin {
            error: Some(failure),
            ..FakePlugin::default()
        },
        ..Client::new()
    };
    let result = client.call("find_user", json!({"email": "a@acme.example"}));
    assert_eq!(result["isError"], true);
    let error = &result["structuredContent"]["error"];
    assert_eq!(error["code"], "ambiguous");
    assert_eq!(error["message"], "operation failed");
    assert_eq!(error["hint"], "try again");
    assert_eq!(error["candidates"], json!(["A", r"B\u{202e}"]));
    assert_eq!(
        result["content"][0]["text"],
        r"ambiguous: operation failed. Candidates: A, B\u{202e}. Hint: try again"
    );
}

#[test]
fn a_failed_check_is_an_error_with_its_findings() {
    let client = Client {
        plugin: FakePlugin {
            findings: vec![("settings", Verdict::Passed), ("token", Verdict::Failed)],
            ..FakePlugin::default()
        },
        ..Client::new()
    };
    let result = client.call("check_connection", json!({}));
    assert_eq!(result["isError"], true);
    let findings = result["structuredContent"]["findings"].as_array().unwrap();
    assert_eq!(findings.len(), 3);
    assert_eq!(findings[1]["verdict"], "failed");
    let text = result["content"][0]["text"].as_str().unwrap();
    assert!(
        text.contains("- token: failed: detail of token\n- protect: "),
        "{text}"
    );
}

#[test]
fn a_change_that_may_have_been_made_is_told_so() {
    let mut failure = error(ErrorCode::TimedOut);
    failure.effect = Effect::PossiblyApplied;
    let mut client = Client::new();
    let arguments = client.plan("suspend_users", &json!({"users": ["A", "B"]}));
    // Between the dry run and the change.
    client.plugin.outcomes = vec![Outcome::WouldChange; 2];
    let change = client.request(
        "tools/call",
        json!({"name": "suspend_users", "arguments": arguments}),
    );
    client.plugin.change_outcomes = Some(vec![Outcome::Changed, Outcome::Failed(failure)]);
    let result = json(&client.send(&change))["result"].clone();
    assert_eq!(result["isError"], true);
    let report = &result["structuredContent"];
    assert_eq!(report["summary"]["changed"], 1);
    assert_eq!(report["summary"]["maybe_changed"], 1);
    assert_eq!(report["outcomes"][1]["error"]["effect"], "possibly-applied");
    let text = result["content"][0]["text"].as_str().unwrap();
    assert!(text.contains("The change may have been made"), "{text}");
}

#[test]
fn every_call_is_a_line_for_the_operator() {
    let log = FakeLog::default();
    let client = Client {
        service: service_with_log(&[], log.clone()),
        ..Client::new()
    };
    client.call("get_user", json!({"id": "SECRET-ID"}));
    let lines = log.take();
    assert_eq!(lines.len(), 1);
    let line = &lines[0];
    for (field, value) in [
        ("event", "tool"),
        ("caller", "responder"),
        ("client", "test 1"),
        ("tool", "get_user"),
        ("status", "ok"),
        ("correlation_uid", "generated-id"),
    ] {
        assert_eq!(line[field], value, "{line}");
    }
    assert!(!line.to_string().contains("SECRET-ID"));
    client.error("suspend_users", json!({"users": ["A"]}));
    assert_eq!(log.take()[0]["code"], "plan-required");
    let arguments = client.plan("suspend_users", &json!({"users": ["A"], "ticket": "INC-7"}));
    assert_eq!(log.take()[0]["dry_run"], true);
    client.call("suspend_users", arguments);
    let [event, line] = &log.take()[..] else {
        panic!("an event and a line");
    };
    assert_eq!(event["class_uid"], 3001);
    assert_eq!(event["actor"]["app_name"], "responder");
    assert_eq!(event["unmapped"]["ticket"], "INC-7");
    assert_eq!(line["summary"]["changed"], 1);
    assert_eq!(line["dry_run"], false);
    let reader = Client {
        key: "read-key",
        ..client
    };
    let params = json!({"name": "suspend_users", "arguments": {}});
    reader.send(&reader.request("tools/call", params));
    let line = &log.take()[0];
    assert_eq!(
        (&line["status"], &line["code"]),
        (&json!(403), &json!("forbidden"))
    );
    assert_eq!(
        (&line["caller"], &line["route"]),
        (&json!("reader"), &json!("/mcp"))
    );
}

#[test]
fn an_event_that_cannot_be_written_is_in_the_result() {
    let log = FakeLog::default();
    let client = Client {
        service: service_with_log(&[], log.clone()),
        ..Client::new()
    };
    let arguments = client.plan("suspend_users", &json!({"users": ["A"]}));
    log.is_full.set(true);
    assert_eq!(
        client.error("suspend_users", arguments.clone()),
        "audit-unavailable"
    );
    // Nothing was tried: the plan still holds.
    log.is_full.set(false);
    log.is_failing.set(true);
    let result = client.call("suspend_users", arguments);
    let report = &result["structuredContent"];
    assert_eq!(report["audit"][0]["class_uid"], 3001, "{report}");
    assert!(
        report["warnings"][0]
            .as_str()
            .unwrap()
            .contains("could not write the audit")
    );
}
