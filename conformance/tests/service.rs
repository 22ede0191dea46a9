//! The cases of the service can be read, and their runner fails for every way in which a runtime can go wrong.

use std::{fs, process::Command};

use conformance::ServiceCases;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Output of a run.
struct Run {
    is_success: bool,
    text: String,
}

/// Runs a case against a small runtime, written in Python. `start` is what it does before it listens.
fn run(case: &Value, start: &str) -> Run {
    let folder = TempDir::new().unwrap();
    let case_folder = folder.path().join("cases");
    fs::create_dir(&case_folder).unwrap();
    fs::write(case_folder.join("it.json"), case.to_string()).unwrap();
    let runtime = include_str!("runtime.py").replace("START", start);
    let file = folder.path().join("runtime.py");
    fs::write(&file, runtime).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_conformance"))
        .args(["service", "run", "--host", "small 1.0", "--cases-in"])
        .arg(&case_folder)
        .args(["--", "python3"])
        .arg(&file)
        .env("OP_SERVICE_KEYS", "of the caller")
        .output()
        .unwrap();
    Run {
        is_success: output.status.success(),
        text: [output.stdout, output.stderr]
            .map(|bytes| String::from_utf8(bytes).unwrap())
            .concat(),
    }
}

/// A case that the small runtime passes.
fn case() -> Value {
    json!({
        "about": "The runtime tells its account.",
        "steps": [{"requests": [{"request": "GET /", "response": {"status": 200, "json": "ACCOUNT123"}}]}],
    })
}

#[track_caller]
fn fails_with(run: &Run, part: &str) {
    assert!(!run.is_success, "{}", run.text);
    assert!(run.text.contains(part), "no {part:?} in:\n{}", run.text);
}

#[test]
fn every_service_case_can_be_read() {
    let cases = ServiceCases::of_this_repository().unwrap_or_else(|problem| panic!("{problem}"));
    assert!(cases.len() >= 90, "only {} cases", cases.len());
}

#[test]
fn a_runtime_that_answers_as_expected_passes() {
    let run = run(&case(), "");
    assert!(run.is_success, "{}", run.text);
    assert!(run.text.contains("1 cases: 1 passed"), "{}", run.text);
}

#[test]
fn settings_of_the_caller_do_not_reach_the_runtime() {
    let mut without_keys = case();
    without_keys["settings"] = json!({"OP_SERVICE_KEYS": null});
    let run = run(&without_keys, "assert 'OP_SERVICE_KEYS' not in os.environ");
    assert!(run.is_success, "{}", run.text);
}

#[test]
fn a_wrong_answer_is_a_failure() {
    for (pointer, value, part) in [
        ("/response/status", json!(201), "status: is 200, not 201"),
        (
            "/response/json",
            json!("B"),
            "body: is \"ACCOUNT123\", not \"B\"",
        ),
        (
            "/response/headers",
            json!({"allow": "GET"}),
            "allow: is null, not \"GET\"",
        ),
        (
            "/response/headers",
            json!({"content-type": null}),
            "not null",
        ),
        (
            "/response/tookMs",
            json!([60000, 70000]),
            "ms, not 60000 to 70000",
        ),
    ] {
        let mut wrong = case();
        let request = &mut wrong["steps"][0]["requests"][0];
        let (_, name) = pointer.rsplit_once('/').unwrap();
        request["response"][name] = value;
        fails_with(&run(&wrong, ""), part);
    }
}

#[test]
fn a_request_to_the_api_that_never_comes_is_a_failure() {
    let mut never = case();
    never["server"] = json!([{"issue": "first"}]);
    fails_with(&run(&never, ""), "never came");
}

#[test]
fn a_runtime_that_does_not_start_is_a_failure() {
    fails_with(
        &run(&case(), "sys.exit('no port')"),
        "without a URL: no port",
    );
}

#[test]
fn a_difference_that_did_not_occur_is_a_failure() {
    let mut differing = case();
    differing["differs"] = json!([
        {"hosts": ["small"], "why": "it is small", "instead": {"/steps/0/requests/0/response/status": 404}},
    ]);
    fails_with(&run(&differing, ""), "status: is 200, not 404");
}

#[test]
fn a_mistake_in_a_case_is_named() {
    for (pointer, value, part) in [
        ("settings", json!({"PATH": "x"}), "PATH is none"),
        (
            "settings",
            json!({"OP_USERS_REGION": 1}),
            "a text is expected",
        ),
        ("stepz", json!([]), "unknown field `stepz`"),
        ("about", json!("no sentence"), "one sentence is expected"),
    ] {
        let mut wrong = case();
        wrong[pointer] = value;
        fails_with(&run(&wrong, ""), part);
    }
}
