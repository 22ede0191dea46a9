//! Lines for the operator: audit events, and requests that were refused or failed.

use serde_json::{Value, json};

use super::fake_plugin::*;
use crate::{
    bindings::{
        connection::Verdict,
        containment::Outcome,
        types::{Effect, Error, ErrorCode},
    },
    request::{Body, Request},
};

/// Status of a response, and the lines that were written.
fn lines_of(plugin: &FakePlugin, request: &Request) -> (u16, Vec<Value>) {
    let log = FakeLog::default();
    let service = service_with_log(&[], log.clone());
    let response = service.respond(plugin, request, "generated-id");
    (response.status, log.take())
}

#[test]
fn each_audit_event_is_a_line() {
    let plugin = FakePlugin {
        outcomes: vec![
            Outcome::Changed,
            Outcome::Unchanged,
            Outcome::Failed(error(ErrorCode::NotFound)),
        ],
        ..FakePlugin::default()
    };
    for path in ["/v1/contain", "/v1/restore"] {
        let request = post(path, r#"{"users":["A","B","C"],"reason":"phished"}"#);
        let log = FakeLog::default();
        let service = service_with_log(&[], log.clone());
        let response = service.respond(&plugin, &request, "generated-id");
        assert_eq!(response.status, 207);
        assert_eq!(json!(log.take()), json(&response)["audit"]);
    }
    for path in ["/v1/users/A:suspend", "/v1/users/A:reactivate"] {
        let (status, lines) = lines_of(&FakePlugin::default(), &request("POST", path));
        assert_eq!((status, lines.len()), (200, 1));
        assert_eq!(lines[0]["class_uid"], 3001);
    }
}

#[test]
fn reads_and_dry_runs_write_no_line() {
    for request in [
        request("GET", "/v1/users"),
        request("GET", "/v1/users/A"),
        request("GET", "/v1/check"),
        request("GET", "/healthz"),
        request("GET", "/readyz"),
        request("GET", "/nowhere"),
        request("PUT", "/v1/contain"),
        post("/v1/contain", "{}"),
        post("/v1/contain", r#"{"users":["A"],"dry_run":true}"#),
    ] {
        let plugin = FakePlugin {
            outcomes: vec![Outcome::WouldChange],
            ..FakePlugin::default()
        };
        assert_eq!(
            lines_of(&plugin, &request).1,
            Vec::<Value>::new(),
            "{request:?}"
        );
    }
}

#[test]
fn a_refused_request_is_one_line_without_secrets() {
    let mut stranger = post("/v1/users/SECRET-ID:suspend?secret=query", "secret body");
    stranger.headers[0].1 = "Bearer secret-key".into();
    stranger
        .headers
        .push(("user-agent".into(), "secret agent".into()));
    assert_eq!(
        lines_of(&FakePlugin::default(), &stranger),
        (
            401,
            vec![json!({
                "event": "response",
                "time": "2026-11-23T12:00:00.000Z",
                "request_id": "generated-id",
                "correlation_uid": "generated-id",
                "method": "POST",
                "route": "/v1/users/{id}:suspend",
                "status": 401,
                "code": "unauthorized",
                "detail": "the key is none of OP_SERVICE_KEYS",
            })]
        )
    );
    let mut reader = post("/v1/contain", r#"{"users":["A"]}"#);
    reader.headers[0].1 = "Bearer read-key".into();
    reader
        .headers
        .push(("x-request-id".into(), "chosen".into()));
    let (status, lines) = lines_of(&FakePlugin::default(), &reader);
    assert_eq!((status, lines.len()), (403, 1));
    let line = &lines[0];
    assert_eq!(line["caller"], "reader");
    assert_eq!(
        (&line["request_id"], &line["code"]),
        (&json!("chosen"), &json!("forbidden"))
    );
    assert_eq!(line["correlation_uid"], "generated-id");
}

#[test]
fn a_failed_request_is_a_line_with_its_caller() {
    let failing = |code| FakePlugin {
        error: Some(error(code)),
        ..FakePlugin::default()
    };
    let contain = post("/v1/contain", r#"{"users":["A"]}"#);
    for (plugin, request, status, route) in [
        (
            failing(ErrorCode::Unavailable),
            request("GET", "/v1/users"),
            503,
            "/v1/users",
        ),
        (
            failing(ErrorCode::TimedOut),
            request("GET", "/v1/users/A"),
            504,
            "/v1/users/{id}",
        ),
        (
            failing(ErrorCode::Ambiguous),
            request("GET", "/v1/users:find?email=a@b"),
            409,
            "/v1/users:find",
        ),
        (
            failing(ErrorCode::Other),
            request("HEAD", "/v1/users/A"),
            502,
            "/v1/users/{id}",
        ),
        (
            failing(ErrorCode::NotConfigured),
            contain,
            503,
            "/v1/contain",
        ),
        (
            FakePlugin {
                findings: vec![("token", Verdict::Failed)],
                ..FakePlugin::default()
            },
            request("GET", "/v1/check"),
            503,
            "/v1/check",
        ),
    ] {
        let (seen, lines) = lines_of(&plugin, &request);
        assert_eq!((seen, lines.len()), (status, 1), "{route}");
        let line = &lines[0];
        assert_eq!(
            (&line["status"], &line["route"]),
            (&json!(status), &json!(route))
        );
        assert_eq!(
            (&line["method"], &line["caller"]),
            (&json!(request.method), &json!("responder"))
        );
    }
}

#[test]
fn a_failed_change_is_its_audit_and_then_a_line() {
    let plugin = FakePlugin {
        outcomes: vec![Outcome::Failed(error(ErrorCode::Protected))],
        ..FakePlugin::default()
    };
    for request in [
        post("/v1/contain", r#"{"users":["A"]}"#),
        request("POST", "/v1/users/A:suspend"),
    ] {
        let (status, lines) = lines_of(&plugin, &request);
        assert_eq!((status, lines.len()), (409, 2));
        assert_eq!(lines[0]["status_code"], "protected");
        assert_eq!(lines[1]["code"], "protected");
        assert_eq!(lines[1]["summary"]["protected"], 1);
        assert_eq!(
            lines[0]["metadata"]["correlation_uid"],
            lines[1]["correlation_uid"]
        );
    }
}

#[test]
fn a_call_that_fails_as_a_whole_has_an_event_for_each_user() {
    let plugin = FakePlugin {
        error: Some(error(ErrorCode::Unauthenticated)),
        ..FakePlugin::default()
    };
    let contain = post("/v1/contain", r#"{"users":["A","b@acme.example"]}"#);
    let (status, lines) = lines_of(&plugin, &contain);
    assert_eq!((status, lines.len()), (502, 3));
    assert_eq!(lines[0]["user"]["uid"], "A");
    assert_eq!(lines[1]["user"]["email_addr"], "b@acme.example");
    for line in &lines[..2] {
        assert_eq!(line["status_code"], "unauthenticated");
        assert_eq!(line["unmapped"]["effect"], "not-applied");
    }
    assert_eq!(lines[2]["summary"]["failed"], 2);
}

#[test]
fn text_of_a_stranger_is_short_and_cannot_hide() {
    let mut request = request(
        &"X".repeat(9000),
        &format!("/{}?{}", "a".repeat(9000), "b".repeat(9000)),
    );
    request.headers = vec![
        (
            "authorization".into(),
            format!("Basic {}", "c".repeat(9000)),
        ),
        ("x-request-id".into(), "d".repeat(128)),
        ("host".into(), "e".repeat(9000)),
    ];
    request.body = Body::Whole(vec![b'f'; 9000]);
    let log = FakeLog::default();
    let response =
        service_with_log(&[], log.clone()).respond(&FakePlugin::default(), &request, "id");
    assert_eq!(response.status, 401);
    let length = log.lines.borrow()[0].len();
    assert!(length < 600, "{length} bytes");
    let line = &log.take()[0];
    assert_eq!(
        (&line["method"], line.get("route")),
        (&json!("other"), None)
    );

    let plugin = FakePlugin {
        error: Some(Error {
            message: format!("\u{202e}\n{}", "\u{e0041}".repeat(9000)),
            ..error(ErrorCode::Unavailable)
        }),
        ..FakePlugin::default()
    };
    let log = FakeLog::default();
    let service = service_with_log(&[], log.clone());
    service.respond(
        &plugin,
        &super::fake_plugin::request("GET", "/v1/users"),
        "id",
    );
    assert!(log.lines.borrow()[0].len() < 4096);
    log.take();
}

#[test]
fn a_head_that_is_refused_is_one_line() {
    let log = FakeLog::default();
    let service = service_with_log(&[], log.clone());
    let mut stranger = post("/v1/contain", "");
    stranger.headers.clear();
    service.respond_to_head(&FakePlugin::default(), &stranger, "id");
    assert_eq!(log.take().len(), 1);
    service.respond_to_head(&FakePlugin::default(), &post("/v1/contain", ""), "id");
    let mut incomplete = post("/v1/contain", "");
    incomplete.body = Body::Incomplete;
    service.respond(&FakePlugin::default(), &incomplete, "id");
    assert!(log.take().is_empty(), "the whole request is yet to come");
}

#[test]
fn no_change_is_made_while_lines_cannot_be_written() {
    let log = FakeLog::default();
    let service = service_with_log(&[], log.clone());
    let contain = post("/v1/contain", r#"{"users":["A"]}"#);
    log.is_full.set(true);
    for request in [
        contain.clone(),
        post("/v1/restore", r#"{"users":["A"]}"#),
        request("POST", "/v1/users/A:suspend"),
        request("POST", "/v1/users/A:reactivate"),
    ] {
        let plugin = FakePlugin::default();
        let response = service.respond(&plugin, &request, "id");
        assert_eq!(response.status, 503);
        let problem = json(&response);
        assert_eq!(problem["code"], "audit-unavailable");
        assert!(
            problem["detail"]
                .as_str()
                .unwrap()
                .ends_with("nothing was changed")
        );
        assert!(plugin.calls.borrow().is_empty());
    }
    // What changes nothing is answered.
    let dry = post("/v1/contain", r#"{"users":["A"],"dry_run":true}"#);
    let plugin = FakePlugin {
        outcomes: vec![Outcome::WouldChange],
        ..FakePlugin::default()
    };
    assert_eq!(service.respond(&plugin, &dry, "id").status, 200);
    assert_eq!(
        service
            .respond(&plugin, &request("GET", "/v1/users"), "id")
            .status,
        200
    );
    log.is_full.set(false);
    let plugin = FakePlugin::default();
    assert_eq!(service.respond(&plugin, &contain, "id").status, 200);
    assert_eq!(plugin.calls.borrow().len(), 1);
}

/// A log that is full from the second line on, and says so only then.
struct SuddenlyFull(std::cell::Cell<bool>);

impl crate::log::Log for SuddenlyFull {
    fn is_writable(&self) -> bool {
        true
    }

    fn write(&self, _: &str) -> bool {
        !self.0.replace(true)
    }
}

#[test]
fn an_answer_says_that_its_audit_was_not_written() {
    for (request, count) in [
        (post("/v1/contain", r#"{"users":["A","B"]}"#), 1),
        (post("/v1/contain", r#"{"users":["A"]}"#), 0),
    ] {
        let log = Box::new(SuddenlyFull(false.into()));
        let service = service_of(&[], log);
        let response = service.respond(&FakePlugin::default(), &request, "id");
        assert_eq!(response.status, 200, "the change was made");
        let answer = json(&response);
        let warnings = answer["warnings"].as_array().unwrap();
        assert_eq!(warnings.len(), count, "{answer}");
        let is_told = |warning: &Value| warning.as_str().unwrap().contains("keep this answer");
        assert!(warnings.iter().all(is_told));
    }
}

#[test]
fn a_possible_change_is_a_line_like_a_change() {
    let plugin = FakePlugin {
        outcomes: vec![Outcome::Failed(Error {
            effect: Effect::PossiblyApplied,
            ..error(ErrorCode::TimedOut)
        })],
        ..FakePlugin::default()
    };
    let (status, lines) = lines_of(&plugin, &request("POST", "/v1/users/A:suspend"));
    assert_eq!((status, lines.len()), (504, 2));
    assert_eq!(lines[0]["unmapped"]["effect"], "possibly-applied");
    assert_eq!(lines[1]["summary"]["maybe_changed"], 1);
}
