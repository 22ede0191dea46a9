//! The runner fails, with a clear message, for every way in which an adapter can go wrong.

use std::{fs, process::Command};

use serde_json::{Value, json};
use tempfile::TempDir;

/// Output of a run.
struct Run {
    is_success: bool,
    text: String,
}

/// Runs a small adapter, written in Python, over cases of its own.
///
/// `play` is the body of a function that gets the name of a case and the answer to its start, and returns what to report.
fn run(cases: &[(&str, Value)], host: &str, play: &str, more: &[&str]) -> Run {
    let folder = TempDir::new().unwrap();
    let case_folder = folder.path().join("cases");
    fs::create_dir(&case_folder).unwrap();
    for (name, case) in cases {
        fs::write(case_folder.join(name), case.to_string()).unwrap();
    }
    let adapter = include_str!("adapter.py").replace("PLAY", &play.replace('\n', "\n    "));
    let file = folder.path().join("adapter.py");
    fs::write(&file, adapter).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_conformance"))
        .args(["run", "--host", host, "--cases-in"])
        .arg(&case_folder)
        .args(more)
        .args(["--", "python3"])
        .arg(&file)
        .output()
        .unwrap();
    Run {
        is_success: output.status.success(),
        text: [output.stdout, output.stderr]
            .map(|bytes| String::from_utf8(bytes).unwrap())
            .concat(),
    }
}

/// A case in which the token is revoked that was never exchanged: no request is sent.
fn nothing_to_revoke() -> Value {
    json!({
        "about": "Nothing is sent.",
        "server": [],
        "steps": [{"calls": [{"operation": {"revoke-token": {}}, "result": {"revoked": {}}}]}],
    })
}

/// A case in which one request is sent.
fn one_request() -> Value {
    json!({
        "about": "A token is exchanged.",
        "server": [{"issue": "first"}],
        "steps": [{"calls": [{"operation": {"check": {}}, "result": {"findings": []}}]}],
    })
}

/// A bulk change of two targets.
fn two_targets() -> Value {
    let targets = json!([{"outcome": "skipped"}, {"outcome": "skipped"}]);
    json!({
        "about": "Two targets are skipped.",
        "server": [],
        "steps": [{"calls": [{
            "operation": {"suspend-users": {"targets": [{"who": {"id": "A"}}, {"who": {"id": "B"}}]}},
            "result": {"report": {"targets": targets, "requests": 0, "warnings": []}},
            "settledOrder": [1, 0],
        }]}],
    })
}

const REVOKED: &str = r#"return {"results": [{"revoked": {}}]}"#;

#[track_caller]
fn fails_with(run: &Run, parts: &[&str]) {
    assert!(!run.is_success, "{}", run.text);
    for part in parts {
        assert!(run.text.contains(part), "{part} is not in {}", run.text);
    }
}

#[test]
fn an_adapter_that_is_right_passes() {
    let run = run(&[("a.json", nothing_to_revoke())], "Test 1.0", REVOKED, &[]);
    assert!(run.is_success, "{}", run.text);
    assert!(
        run.text.contains("Test 1.0: 1 cases: 1 passed"),
        "{}",
        run.text
    );
}

#[test]
fn a_wrong_result_is_shown_with_its_place() {
    let play = r#"return {"results": [{"error": {"code": "other", "message": "revoke-token: no", "effect": "not-applied",
        "retryable": False, "candidates": [], "requests": 0}}]}"#;
    let run = run(&[("a.json", nothing_to_revoke())], "Test", play, &[]);
    fails_with(
        &run,
        &[
            "1/1 a: FAILED",
            "result 1.revoked: is absent, not {}",
            "result 1.error: is {\"candidates\":[],\"code\":\"other\"",
            "0 passed, 0 passed with a written difference, 0 not run as written, 1 failed",
        ],
    );
}

#[test]
fn a_result_outside_of_the_protocol_is_named() {
    let play = r#"return {"results": [{"revoked": {}, "more": 1}]}"#;
    let first = run(&[("a.json", nothing_to_revoke())], "Test", play, &[]);
    fails_with(&first, &["result 1", "not a result of the protocol"]);
    let none = run(
        &[("a.json", nothing_to_revoke())],
        "Test",
        r#"return {"results": []}"#,
        &[],
    );
    fails_with(&none, &["0 results, not 1"]);
}

#[test]
fn a_case_that_is_left_out_is_named() {
    let play = r#"
if name == "b":
    return None
return {"results": [{"revoked": {}}]}"#;
    let cases = [
        ("a.json", nothing_to_revoke()),
        ("b.json", nothing_to_revoke()),
    ];
    let run = run(&cases, "Test", play, &[]);
    fails_with(&run, &["b: no results", "1 without results"]);
}

#[test]
fn an_adapter_that_dies_is_named_with_its_status() {
    let play = r#"import os; os._exit(7)"#;
    let run = run(&[("a.json", nothing_to_revoke())], "Test", play, &[]);
    fails_with(
        &run,
        &["the adapter ended with exit status: 7", "a: no results"],
    );
}

#[test]
fn an_adapter_that_dies_after_its_results_fails_too() {
    let play = r#"
import atexit, os
atexit.register(lambda: os._exit(3))
return {"results": [{"revoked": {}}]}"#;
    let run = run(&[("a.json", nothing_to_revoke())], "Test", play, &[]);
    fails_with(&run, &["the adapter ended with exit status: 3", "1 passed"]);
}

#[test]
fn an_adapter_that_never_ends_is_stopped() {
    let play = r#"import time; time.sleep(600)"#;
    let run = run(
        &[("a.json", nothing_to_revoke())],
        "Test",
        play,
        &["--timeout", "1"],
    );
    fails_with(&run, &["the adapter took longer than 1 seconds"]);
}

#[test]
fn a_command_that_does_not_exist_is_an_error() {
    let output = Command::new(env!("CARGO_BIN_EXE_conformance"))
        .args(["run", "--host", "Test", "--", "no-such-command"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let text = String::from_utf8(output.stderr).unwrap();
    assert!(text.starts_with("error: no-such-command: "), "{text}");
}

#[test]
fn a_request_that_never_came_is_named() {
    let play = r#"return {"results": [{"findings": []}]}"#;
    let run = run(&[("a.json", one_request())], "Test", play, &[]);
    fails_with(&run, &["POST /v1beta1/users/oauth2/token: never came"]);
}

#[test]
fn a_wrong_request_is_shown_with_each_difference() {
    let play = r#"
import urllib.request
url = case["settings"]["baseUrl"]["origin"] + "/v1beta1/users/oauth2/token"
headers = {"authorization": "Bearer x", "content-type": "text/plain"}
urllib.request.urlopen(urllib.request.Request(url, b"grant_type=password", headers)).read()
try:
    urllib.request.urlopen(url)
except urllib.error.HTTPError:
    pass
return {"results": [{"findings": []}]}"#;
    let run = run(&[("a.json", one_request())], "Test", play, &[]);
    fails_with(
        &run,
        &[
            "the authorization is \"Bearer x\", not credentials",
            "the body is \"grant_type=password\", not \"grant_type=client_credentials\"",
            "header content-type: is \"text/plain\", not \"application/x-www-form-urlencoded\"",
            "request 2, GET /v1beta1/users/oauth2/token: is not expected now, but no more requests",
        ],
    );
}

#[test]
fn a_request_to_another_server_is_a_difference() {
    let play = r#"
import urllib.request
token = case["settings"]["baseUrl"]["origin"] + "/v1beta1/users/oauth2/token"
headers = {"authorization": "Basic Og==", "content-type": "application/x-www-form-urlencoded"}
request = urllib.request.Request(token, b"grant_type=client_credentials", headers)
with urllib.request.urlopen(request) as answer:
    elsewhere = answer.headers["location"]
try:
    urllib.request.urlopen(elsewhere, timeout=0.2)
except OSError:
    pass
return {"results": [{"findings": []}]}"#;
    let mut case = one_request();
    case["server"][0]["with"] = json!("Basic Og==");
    case["server"][0]["answer"] = json!({"status": 200, "headers": {"location": "${elsewhere}/x"}});
    let run = run(&[("a.json", case)], "Test", play, &[]);
    fails_with(&run, &["    a request went to another server\n"]);
    assert!(!run.text.contains("authorization"), "{}", run.text);
}

#[test]
fn requests_that_are_not_open_at_once_are_a_difference() {
    let play = r#"
import urllib.request
for path in "/a", "/b":
    urllib.request.urlopen(case["settings"]["baseUrl"]["origin"] + path).read()
return {"results": [{"findings": []}]}"#;
    let mut case = one_request();
    let exchange = |path| json!({"request": format!("GET {path}"), "answer": {"text": "ok"}});
    case["server"] = json!([{"anyOrder": [exchange("/a"), exchange("/b")], "atOnce": 2}]);
    let run = run(&[("a.json", case)], "Test", play, &[]);
    fails_with(
        &run,
        &["GET /a and its like: at most 1 were open at once, not 2"],
    );
}

#[test]
fn a_request_that_is_not_canceled_is_a_difference() {
    let play = r#"
import urllib.request
urllib.request.urlopen(case["settings"]["baseUrl"]["origin"] + "/a").read()
return {"results": [{"findings": []}]}"#;
    let mut case = one_request();
    case["server"] = json!([{"request": "GET /a", "canceled": true, "answer": {"text": "ok"}}]);
    let run = run(&[("a.json", case)], "Test", play, &[]);
    fails_with(&run, &["GET /a: was not canceled"]);
}

#[test]
fn a_case_that_takes_too_long_is_a_difference() {
    let mut case = nothing_to_revoke();
    case["tookMs"] = json!([200, 20000]);
    let early = run(&[("a.json", case.clone())], "Test", REVOKED, &[]);
    fails_with(&early, &[" ms, not 200 to 20000"]);
    case["tookMs"] = json!([0, 100]);
    let play = format!("import time; time.sleep(0.3)\n{REVOKED}");
    let late = run(&[("a.json", case)], "Test", &play, &[]);
    fails_with(&late, &[" ms, not 0 to 100"]);
}

#[test]
fn targets_are_settled_once_and_as_reported() {
    let report = r#"
skipped = {"outcome": "skipped"}
result = {"report": {"targets": [skipped, skipped], "requests": 0, "warnings": []}}
"#;
    let cases = [("a.json", two_targets())];
    for (settled, difference) in [
        ("", "result 1: 2 targets, none settled"),
        (
            r#", "settled": [[{"target": 1, "report": skipped}]]"#,
            "the targets [1] were settled, not each of 2 once",
        ),
        (
            r#", "settled": [[{"target": 1, "report": {"outcome": "changed"}}, {"target": 0, "report": skipped}]]"#,
            "settled target 1.report.outcome: is \"changed\", not \"skipped\"",
        ),
        (
            r#", "settled": [[{"target": 0, "report": skipped}, {"target": 1, "report": skipped}]]"#,
            "settled in the order [0, 1], not [1, 0]",
        ),
    ] {
        let play = format!("{report}return {{\"results\": [result]{settled}}}");
        fails_with(&run(&cases, "Test", &play, &[]), &[difference]);
    }
    let play = format!(
        "{report}return {{\"results\": [result], \"settled\": [[{{\"target\": 1, \"report\": skipped}}, {{\"target\": 0, \"report\": skipped}}]]}}"
    );
    let right = run(&cases, "Test", &play, &[]);
    assert!(right.is_success, "{}", right.text);
    // The component's contract has no such events.
    let plugin = run(
        &cases,
        "plugin in Test",
        &format!("{report}return {{\"results\": [result]}}"),
        &[],
    );
    assert!(plugin.is_success, "{}", plugin.text);
}

#[test]
fn a_case_that_a_host_cannot_run_must_say_so() {
    let play = r#"return {"unsupported": "there is no such thing"}"#;
    let mut case = nothing_to_revoke();
    let cases = |case: &Value| [("a.json", case.clone())];
    fails_with(
        &run(&cases(&case), "Test", play, &[]),
        &["the host cannot run it (there is no such thing), and the case does not say so"],
    );
    case["differs"] = json!([{"hosts": ["Test"], "why": "it has none", "notRun": true}]);
    let written = run(&cases(&case), "Test", play, &[]);
    assert!(written.is_success, "{}", written.text);
    assert!(
        written.text.contains("a: not run: it has none"),
        "{}",
        written.text
    );
    fails_with(
        &run(&cases(&case), "Test", REVOKED, &[]),
        &["the host ran it, and the case says in `differs` that it cannot"],
    );
}

#[test]
fn a_written_difference_applies_to_its_hosts_alone() {
    let mut case = nothing_to_revoke();
    case["steps"][0]["calls"][0]["result"] = json!({"findings": []});
    case["differs"] = json!([{
        "hosts": ["Test"],
        "why": "it is simple",
        "instead": {"/steps/0/calls/0/result": {"revoked": {}}},
    }]);
    let cases = [("a.json", case)];
    let written = run(&cases, "test 1", REVOKED, &[]);
    assert!(written.is_success, "{}", written.text);
    assert!(
        written
            .text
            .contains("0 passed, 1 passed with a written difference"),
        "{}",
        written.text
    );
    fails_with(&run(&cases, "Other", REVOKED, &[]), &["result 1"]);
}

#[test]
fn mistakes_in_a_case_are_named_with_their_place() {
    let mut cases = Vec::new();
    let mut mistake = |pointer: &str, value: Value, problem: &'static str| {
        let mut case = one_request();
        match case.pointer_mut(pointer) {
            Some(place) => *place = value,
            None => case[&pointer[1..]] = value,
        }
        cases.push((case, problem));
    };
    mistake("/abuot", json!(""), "a: abuot: unknown field `abuot`");
    mistake(
        "/about",
        json!("No stop"),
        "a: about: one sentence is expected",
    );
    mistake(
        "/server/0",
        json!({"issue": 1}),
        "a: server: 0: issue: the name",
    );
    mistake(
        "/server/0",
        json!({"request": "PUT /x", "answer": {"status": 200}}),
        "a: server: 0: request: \"PUT /x\" is not",
    );
    mistake(
        "/server/0",
        json!({"request": "GET /x", "answer": {"stauts": 200}}),
        "a: server: 0: answer.stauts: unknown field `stauts`",
    );
    mistake(
        "/steps/0/calls/0/operation",
        json!({"get-user": {"name": "x"}}),
        "a: steps[0].calls[0].operation.get-user.name: unknown field `name`",
    );
    mistake(
        "/steps/0/calls/0/result",
        json!({"user": {"$user": "zoe"}}),
        "a: steps: 0: calls: 0: result: user: $user: there is no user \"zoe\"",
    );
    mistake(
        "/steps/0/calls/0/result",
        json!({"findings": [{"check": "reach"}]}),
        "a: step 1, call 1: result: ",
    );
    mistake(
        "/settings",
        json!({"deadline": 5}),
        "a: settings: deadline: unknown field",
    );
    mistake(
        "/differs",
        json!([{"hosts": ["Test"], "why": "so", "instead": {"/steps/3": 1}}]),
        "a: differs[0]: instead: the case has no /steps/3",
    );
    mistake(
        "/differs",
        json!([{"hosts": ["Test"], "why": " ", "notRun": true}]),
        "a: differs[0]: why: a reason is expected",
    );
    for (case, problem) in cases {
        let run = run(&[("a.json", case)], "Test", REVOKED, &[]);
        fails_with(&run, &[problem]);
    }
}

#[test]
fn json_lines_tell_verdicts_and_results() {
    let run = run(
        &[("a.json", nothing_to_revoke())],
        "Test",
        REVOKED,
        &["--json"],
    );
    let lines: Vec<Value> = run
        .text
        .lines()
        .map(|it| serde_json::from_str(it).unwrap())
        .collect();
    assert_eq!(
        lines[0],
        json!({"case": "a", "verdict": {"passed": true, "differences": []}})
    );
    assert_eq!(lines[1]["results"]["passed"], json!(["a"]));
    assert_eq!(lines[1]["adapter"], Value::Null);
}

#[test]
fn cases_are_chosen_by_a_part_of_their_names() {
    let cases = [
        ("one.json", nothing_to_revoke()),
        ("two.json", nothing_to_revoke()),
    ];
    let chosen = run(&cases, "Test", REVOKED, &["--cases", "tw"]);
    assert!(
        chosen.text.contains("Test: 1 cases: 1 passed"),
        "{}",
        chosen.text
    );
    fails_with(
        &run(&cases, "Test", REVOKED, &["--cases", "three"]),
        &["error: no case has `three` in its name"],
    );
}
