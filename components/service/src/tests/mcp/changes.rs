//! Changes: no plan, no change; and attacks on the plan.

use serde_json::{Value, json};

use super::{super::fake_plugin::*, *};
use crate::bindings::{containment::Outcome, types::ErrorCode};

const TOOL: &str = "suspend_users";

fn users() -> Value {
    json!({"users": ["A", "b@acme.example"], "max_changes": 5, "reason": "phished", "ticket": "INC-7"})
}

#[test]
fn a_plan_is_carried_out_by_id_and_address() {
    for (tool, action) in [(TOOL, "suspend"), ("reactivate_users", "reactivate")] {
        let client = Client::new();
        let dry_run = client.call(tool, json!({"users": ["a@acme.example"], "dry_run": true}));
        let text = dry_run["content"][0]["text"].as_str().unwrap();
        let plan = &dry_run["structuredContent"]["plan"];
        assert!(text.contains(plan["digest"].as_str().unwrap()), "{text}");
        assert!(
            text.starts_with("Plan, nothing was changed: 1 would-change\n"),
            "{text}"
        );
        assert_eq!(
            dry_run["structuredContent"]["outcomes"][0]["outcome"],
            "would-change"
        );
        client.calls();
        let result = client.call(
            tool,
            json!({"users": ["a@acme.example"], "plan": plan["digest"]}),
        );
        assert_eq!(result["isError"], false);
        assert_eq!(
            result["structuredContent"]["outcomes"][0]["outcome"],
            "changed"
        );
        assert_eq!(
            result["structuredContent"]["outcomes"][0]["who"],
            "a@acme.example"
        );
        // The fake plugin calls the user by the name in the request.
        assert_eq!(
            client.calls(),
            [
                format!("{action} a@acme.example"),
                format!("{action} a@acme.example")
            ]
        );
        assert_eq!(
            *client.plugin.expected_emails.borrow(),
            [Some("a@acme.example".to_owned())]
        );
        let options = client.plugin.options.borrow().clone().unwrap();
        assert_eq!((options.dry_run, options.max_changes), (false, Some(25)));
    }
}

#[test]
fn without_a_plan_nothing_is_changed() {
    let client = Client::new();
    let digest = client.plan(TOOL, &users())["plan"]
        .as_str()
        .unwrap()
        .to_owned();
    client.calls();
    let forged = [
        String::new(),
        "0".repeat(59),
        digest.to_uppercase(),
        format!(" {digest}"),
        format!("{digest}0"),
        digest[1..].to_owned(),
        digest.replace(['0', '1', '2', '3'], "4"),
        "é".repeat(37),
    ];
    assert_eq!(client.error(TOOL, users()), "plan-required");
    for plan in forged {
        let mut arguments = users();
        arguments["plan"] = plan.clone().into();
        assert_eq!(client.error(TOOL, arguments), "plan-mismatch", "{plan}");
    }
    for (index, letter) in digest.char_indices() {
        let other = if letter == 'a' { "b" } else { "a" };
        let mut changed = digest.clone();
        changed.replace_range(index..=index, other);
        let mut arguments = users();
        arguments["plan"] = changed.into();
        assert_eq!(client.error(TOOL, arguments), "plan-mismatch", "{index}");
    }
    assert!(client.calls().is_empty());
}

#[test]
fn a_plan_holds_for_its_arguments_only() {
    let client = Client::new();
    let plan = client.plan(TOOL, &users())["plan"].clone();
    client.calls();
    for (field, value) in [
        ("users", json!(["A"])),
        ("users", json!(["b@acme.example", "A"])),
        ("users", json!(["A", "c@acme.example"])),
        ("users", json!(["Ab@acme.example"])),
        ("max_changes", json!(6)),
        ("max_changes", json!(null)),
        ("reason", json!("")),
        ("reason", json!(null)),
        ("ticket", json!("INC-8")),
    ] {
        let mut arguments = users();
        arguments["plan"] = plan.clone();
        arguments[field] = value.clone();
        assert_eq!(
            client.error(TOOL, arguments),
            "plan-mismatch",
            "{field} {value}"
        );
    }
    let mut arguments = users();
    arguments["plan"] = plan;
    assert_eq!(
        client.error("reactivate_users", arguments.clone()),
        "plan-mismatch"
    );
    assert!(client.calls().is_empty());
    assert_eq!(client.call(TOOL, arguments)["isError"], false);
}

#[test]
fn a_plan_tells_an_empty_note_from_none() {
    let client = Client::new();
    for field in ["reason", "ticket"] {
        let mut arguments = users();
        arguments[field] = json!(null);
        arguments = client.plan(TOOL, &arguments);
        client.calls();
        arguments[field] = json!("");
        assert_eq!(client.error(TOOL, arguments), "plan-mismatch", "{field}");
        assert!(client.calls().is_empty());
    }
}

#[test]
fn a_plan_holds_for_its_caller_only() {
    let keys = format!(
        "a:contain:{},b:contain:{}",
        digest("contain-key"),
        digest("other-key")
    );
    // Also of two keys of one name, while one is replaced.
    for keys in [keys.clone(), keys.replace("b:", "a:")] {
        let mut client = Client {
            service: service_with(&[("OP_SERVICE_KEYS", &keys)]),
            ..Client::new()
        };
        let arguments = client.plan(TOOL, &users());
        client.calls();
        client.key = "other-key";
        assert_eq!(client.error(TOOL, arguments.clone()), "plan-mismatch");
        assert!(client.calls().is_empty());
        client.key = "contain-key";
        assert_eq!(client.call(TOOL, arguments)["isError"], false);
    }
}

#[test]
fn a_plan_is_carried_out_once() {
    let client = Client::new();
    let arguments = client.plan(TOOL, &users());
    assert_eq!(client.call(TOOL, arguments.clone())["isError"], false);
    client.calls();
    assert_eq!(client.error(TOOL, arguments), "plan-used");
    assert!(client.calls().is_empty());
}

#[test]
fn each_plan_is_another_one() {
    let client = Client::new();
    let dry_run = json!({"name": TOOL, "arguments": {"users": ["A"], "dry_run": true}});
    let request = client.request("tools/call", dry_run);
    let digest = |id| {
        let response = client.service.respond(&client.plugin, &request, id);
        json(&response)["result"]["structuredContent"]["plan"]["digest"].clone()
    };
    let [first, second] = ["one", "two"].map(digest);
    assert_ne!(first, second);
    for plan in [first, second] {
        let result = client.call(TOOL, json!({"users": ["A"], "plan": plan}));
        assert_eq!(result["isError"], false, "{result}");
    }
}

#[test]
fn a_plan_grows_too_old() {
    let mut client = Client::new();
    let arguments = client.plan(TOOL, &users());
    client.calls();
    client.now_ms = NOW_MS + 600_001;
    assert_eq!(client.error(TOOL, arguments.clone()), "plan-expired");
    // A clock that was set back does not make it younger.
    client.now_ms = NOW_MS - 60_001;
    assert_eq!(client.error(TOOL, arguments).as_str(), "plan-expired");
    assert!(client.calls().is_empty());
    // Another instance may have a clock that is a little behind.
    for now_ms in [NOW_MS + 600_000, NOW_MS - 60_000] {
        let mut client = Client::new();
        let arguments = client.plan(TOOL, &users());
        client.now_ms = now_ms;
        assert_eq!(client.call(TOOL, arguments)["isError"], false);
    }
}

#[test]
fn a_plan_that_no_longer_fits_is_refused() {
    let changes: [fn(&mut FakePlugin); 4] = [
        |plugin| plugin.outcomes = vec![Outcome::Unchanged],
        |plugin| plugin.outcomes = vec![Outcome::Failed(error(ErrorCode::Protected))],
        |plugin| plugin.name = Some(("A", "other@acme.example")),
        |plugin| plugin.refused = Some(error(ErrorCode::PreconditionFailed)),
    ];
    for change in changes {
        let mut client = Client::new();
        let arguments = client.plan(TOOL, &users());
        client.calls();
        change(&mut client.plugin);
        assert_eq!(client.error(TOOL, arguments), "plan-outdated");
        assert!(client.plugin.options.borrow().as_ref().unwrap().dry_run);
        assert_eq!(client.calls().len(), 1);
    }
}

#[test]
fn a_plan_without_changes_has_no_digest() {
    let refused = Some(error(ErrorCode::PreconditionFailed));
    for (outcomes, refused, is_error) in [
        (vec![Outcome::Unchanged], None, false),
        (
            vec![Outcome::Failed(error(ErrorCode::NotFound))],
            None,
            true,
        ),
        (vec![], refused, true),
    ] {
        let client = Client {
            plugin: FakePlugin {
                outcomes,
                refused,
                ..FakePlugin::default()
            },
            ..Client::new()
        };
        let result = client.call(TOOL, json!({"users": ["A"], "dry_run": true}));
        assert_eq!(result["isError"], is_error, "{result}");
        assert_eq!(result["structuredContent"].get("plan"), None);
    }
}

#[test]
fn only_users_who_would_be_changed_are_changed() {
    let client = Client {
        plugin: FakePlugin {
            outcomes: vec![
                Outcome::Unchanged,
                Outcome::WouldChange,
                Outcome::Failed(error(ErrorCode::NotFound)),
            ],
            change_outcomes: Some(vec![Outcome::Changed]),
            ..FakePlugin::default()
        },
        ..Client::new()
    };
    let arguments = client.plan(TOOL, &json!({"users": ["A", "B", "C"]}));
    client.calls();
    let result = client.call(TOOL, arguments);
    assert_eq!(client.calls(), ["suspend A B C", "suspend B"]);
    let outcomes = result["structuredContent"]["outcomes"].as_array().unwrap();
    let words: Vec<_> = outcomes
        .iter()
        .map(|outcome| outcome["outcome"].as_str().unwrap())
        .collect();
    assert_eq!(words, ["unchanged", "changed", "failed"]);
    assert_eq!(result["isError"], true);
}

#[test]
fn limits_and_guards_of_the_service_hold() {
    let client = Client {
        service: service_with(&[
            ("OP_SERVICE_MAX_CHANGES", "3"),
            ("OP_SERVICE_PROTECT", "ceo@acme.example"),
        ]),
        ..Client::new()
    };
    let arguments = client.plan(TOOL, &users());
    client.call(TOOL, arguments);
    let options = client.plugin.options.borrow().clone().unwrap();
    assert_eq!(options.max_changes, Some(3));
    assert_eq!(options.protect.len(), 1);
}

/// Parameters that answer the question of a result.
fn answer(question: &Value, answer: Value) -> Value {
    json!({"inputResponses": {"approval": answer}, "requestState": question["requestState"]})
}

#[test]
fn a_person_who_can_be_asked_is_asked_as_well() {
    for capabilities in [
        json!({"elicitation": {}}),
        json!({"elicitation": {"form": {}, "url": {}}}),
    ] {
        let client = Client {
            capabilities,
            ..Client::new()
        };
        let arguments = client.plan(TOOL, &users());
        client.calls();
        let question = client.call(TOOL, arguments.clone());
        assert_eq!(question["resultType"], "input_required");
        let form = &question["inputRequests"]["approval"];
        assert_eq!(form["method"], "elicitation/create");
        assert_eq!(
            form["params"]["requestedSchema"]["required"],
            json!(["approve"])
        );
        let message = form["params"]["message"].as_str().unwrap();
        for part in ["Suspend", "b@acme.example", "phished", "INC-7"] {
            assert!(message.contains(part), "{message}");
        }
        assert_eq!(client.calls(), ["suspend A b@acme.example"]);
        // Asked again without an answer, or with one that is none.
        for unanswered in [
            json!({}),
            json!({"action": "accept"}),
            json!({"action": "accept", "content": {"approve": "yes"}}),
        ] {
            let again = client.call_with(TOOL, arguments.clone(), answer(&question, unanswered));
            assert_eq!(again["resultType"], "input_required");
        }
        client.calls();
        let accepted = json!({"action": "accept", "content": {"approve": true}});
        let result = client.call_with(TOOL, arguments.clone(), answer(&question, accepted.clone()));
        assert_eq!(result["isError"], false, "{result}");
        assert_eq!(client.calls().len(), 2);
        let again = client.call_with(TOOL, arguments, answer(&question, accepted));
        assert_eq!(error_code(&again), "plan-used");
    }
    let client = Client {
        capabilities: json!({"elicitation": {"url": {}}}),
        ..Client::new()
    };
    let arguments = client.plan(TOOL, &users());
    assert_eq!(client.call(TOOL, arguments)["resultType"], "complete");
}

#[test]
fn an_approval_does_not_replace_a_plan() {
    let client = Client {
        capabilities: json!({"elicitation": {}}),
        ..Client::new()
    };
    let accepted = json!({"approval": {"action": "accept", "content": {"approve": true}}});
    let result = client.call_with(TOOL, users(), json!({"inputResponses": accepted}));
    assert_eq!(error_code(&result), "plan-required");
    // An answer without the question, or to another one.
    let arguments = client.plan(TOOL, &users());
    let result = client.call_with(TOOL, arguments.clone(), json!({"inputResponses": accepted}));
    assert_eq!(result["resultType"], "input_required");
    let other = client.plan(TOOL, &json!({"users": ["A"]}));
    let question = client.call(TOOL, other);
    client.calls();
    for state in [question["requestState"].clone(), json!("0"), json!("")] {
        let params = json!({"name": TOOL, "arguments": arguments, "inputResponses": accepted, "requestState": state});
        let response = client.ask("tools/call", params);
        assert_eq!(response["error"]["code"], -32602, "{response}");
    }
    assert!(client.calls().is_empty());
}

#[test]
fn a_plan_that_was_declined_is_void() {
    for declined in [
        json!({"action": "decline"}),
        json!({"action": "cancel"}),
        json!({"action": "accept", "content": {"approve": false}}),
    ] {
        let mut client = Client {
            capabilities: json!({"elicitation": {}}),
            ..Client::new()
        };
        let arguments = client.plan(TOOL, &users());
        let question = client.call(TOOL, arguments.clone());
        client.calls();
        let result = client.call_with(TOOL, arguments.clone(), answer(&question, declined));
        assert_eq!(error_code(&result), "declined");
        // Not even by a client that says it cannot ask.
        client.capabilities = json!({});
        assert_eq!(client.error(TOOL, arguments), "plan-used");
        assert!(client.calls().is_empty());
    }
}
