//! `/readyz` and `/v1/check`: a service that cannot work says so, by status and by name.

use serde_json::{Value, json};

use super::fake_plugin::*;
use crate::{
    bindings::{
        connection::Verdict,
        containment::{Outcome, Selector},
        types::{Error, ErrorCode},
    },
    request::Request,
    service::{HeadResponse, Service},
};

/// A request without a key.
fn ready() -> Request {
    let mut request = request("GET", "/readyz");
    request.headers.clear();
    request
}

/// Status and JSON of `/readyz`, from the head of the request alone.
fn answer(plugin: &FakePlugin, service: &Service) -> (u16, Value) {
    match service.respond_to_head(plugin, &ready(), "id") {
        HeadResponse::Response(response) => (response.status, json(&response)),
        HeadResponse::BodyNeeded { .. } => panic!("the head is enough"),
    }
}

fn unconfigured() -> FakePlugin {
    FakePlugin {
        error: Some(Error {
            message: "get-user: OP_USERS_ACCOUNT_ID is not set; OP_USERS_REGION must be com".into(),
            ..error(ErrorCode::NotConfigured)
        }),
        ..FakePlugin::default()
    }
}

#[test]
fn a_service_with_right_settings_is_ready() {
    for more in [
        &[][..],
        &[("OP_SERVICE_KEYS", "")],
        &[("OP_SERVICE_WEBHOOK_SECRETS", "")],
    ] {
        let plugin = FakePlugin::default();
        let (status, body) = answer(&plugin, &service_with(more));
        assert_eq!((status, body), (200, json!({ "status": "ready" })));
        assert_eq!(*plugin.calls.borrow(), ["get "], "only the id of no user");
    }
}

#[test]
fn wrong_settings_of_both_components_are_named_together() {
    let wrong = &[("OP_SERVICE_MAX_CHANGES", "hunter2")][..];
    let none = &[("OP_SERVICE_KEYS", ""), ("OP_SERVICE_WEBHOOK_SECRETS", "")][..];
    let service_part = "OP_SERVICE_MAX_CHANGES must be a whole number";
    let none_part = "OP_SERVICE_KEYS is not set, and neither is OP_SERVICE_WEBHOOK_SECRETS";
    let plugin_part = "OP_USERS_ACCOUNT_ID is not set; OP_USERS_REGION must be com";
    for (plugin, more, parts) in [
        (FakePlugin::default(), wrong, &[service_part][..]),
        (FakePlugin::default(), none, &[none_part]),
        (unconfigured(), &[], &[plugin_part]),
        (unconfigured(), wrong, &[service_part, plugin_part]),
        (unconfigured(), none, &[none_part, plugin_part]),
    ] {
        let (status, problem) = answer(&plugin, &service_with(more));
        assert_eq!((status, &problem["code"]), (503, &json!("not-configured")));
        let detail = problem["detail"].as_str().unwrap();
        for part in parts {
            assert!(detail.contains(part), "{detail}");
        }
        assert!(
            !detail.contains("hunter2") && !detail.contains("get-user"),
            "{detail}"
        );
        assert_eq!(detail.contains("OP_USERS_"), parts.contains(&plugin_part));
    }
}

#[test]
fn a_plugin_that_fails_otherwise_is_not_ready() {
    let plugin = FakePlugin {
        error: Some(error(ErrorCode::Other)),
        ..FakePlugin::default()
    };
    assert_eq!(answer(&plugin, &service()).0, 503);
}

#[test]
fn readyz_has_the_methods_of_other_routes() {
    for (method, path, status) in [
        ("HEAD", "/readyz", 200),
        ("OPTIONS", "/readyz", 204),
        ("POST", "/readyz", 405),
        ("GET", "/readyz?x=1", 400),
        ("GET", "/readyz/", 401),
    ] {
        let request = Request {
            headers: Vec::new(),
            ..request(method, path)
        };
        let response = respond(&FakePlugin::default(), &request);
        assert_eq!(response.status, status, "{method} {path}");
    }
}

/// A plugin whose list has these warnings, and ends with this error.
fn list(warnings: &[&str], ending: Error) -> FakePlugin {
    FakePlugin {
        warnings: warnings
            .iter()
            .map(|warning| (*warning).to_owned())
            .collect(),
        outcomes: vec![Outcome::Failed(ending)],
        ..FakePlugin::default()
    }
}

/// Status of `/v1/check` with protected users, and the finding about them.
fn protect_finding(plugin: &FakePlugin) -> (u16, Value) {
    let protect = (
        "OP_SERVICE_PROTECT",
        "boss@acme.example IR7VJHJ36JHINBFAD7V2T5MP3E",
    );
    let service = service_with(&[protect]);
    let response = service.respond(plugin, &request("GET", "/v1/check"), "id");
    let finding = json(&response)["findings"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone();
    assert_eq!(finding["check"], "protect");
    (response.status, finding)
}

#[test]
fn a_failed_finding_makes_a_check_a_503() {
    for (findings, failed) in [
        (
            vec![("settings", Verdict::Failed), ("token", Verdict::Unknown)],
            "failed: settings;",
        ),
        (
            vec![
                ("reach", Verdict::Passed),
                ("token", Verdict::Failed),
                ("account", Verdict::Failed),
            ],
            "failed: token, account;",
        ),
    ] {
        let plugin = FakePlugin {
            findings: findings.clone(),
            ..FakePlugin::default()
        };
        let response = respond(&plugin, &request("GET", "/v1/check"));
        assert_eq!(response.status, 503);
        assert_eq!(
            header(&response, "content-type"),
            Some("application/problem+json")
        );
        let problem = json(&response);
        assert_eq!(problem["code"], "check-failed");
        assert!(
            problem["detail"].as_str().unwrap().starts_with(failed),
            "{problem}"
        );
        let seen = problem["findings"].as_array().unwrap();
        assert_eq!(seen.len(), findings.len() + 1);
        assert_eq!(seen[0]["check"], findings[0].0);
    }
}

#[test]
fn an_unknown_finding_leaves_a_check_a_200() {
    let plugin = FakePlugin {
        findings: vec![
            ("settings", Verdict::Passed),
            ("suspend-user", Verdict::Unknown),
        ],
        ..FakePlugin::default()
    };
    assert_eq!(respond(&plugin, &request("GET", "/v1/check")).status, 200);
}

#[test]
fn a_protected_name_that_no_user_has_fails_the_check() {
    let warning = "protected names that no user of the account has: boss@acme.example";
    let (status, finding) = protect_finding(&list(&[warning], error(ErrorCode::NotFound)));
    assert_eq!((status, &finding["verdict"]), (503, &json!("failed")));
    let detail = finding["detail"].as_str().unwrap();
    assert!(
        detail.starts_with(warning) && detail.contains("OP_SERVICE_PROTECT"),
        "{detail}"
    );
}

#[test]
fn protected_names_that_users_have_pass_the_check() {
    let plugin = list(&[], error(ErrorCode::NotFound));
    let (status, finding) = protect_finding(&plugin);
    assert_eq!((status, &finding["verdict"]), (200, &json!("passed")));
    assert!(
        finding["detail"].as_str().unwrap().starts_with("2 entries"),
        "{finding}"
    );
    let options = plugin.options.borrow().clone().unwrap();
    assert!(options.dry_run, "nothing is changed");
    assert_eq!(options.max_changes, Some(0));
    assert_eq!(
        options.protect[0],
        Selector::Email("boss@acme.example".into())
    );
}

#[test]
fn a_list_that_cannot_be_read_leaves_protect_unknown() {
    let missing_account = Error {
        status: Some(404),
        ..error(ErrorCode::NotFound)
    };
    for plugin in [
        list(&[], error(ErrorCode::PermissionDenied)),
        list(&[], missing_account),
        FakePlugin {
            error: Some(error(ErrorCode::Unavailable)),
            ..FakePlugin::default()
        },
    ] {
        let (status, finding) = protect_finding(&plugin);
        assert_eq!((status, &finding["verdict"]), (200, &json!("unknown")));
    }
    let untried = FakePlugin {
        findings: vec![("list-users", Verdict::Unknown)],
        ..FakePlugin::default()
    };
    assert_eq!(protect_finding(&untried).1["verdict"], "unknown");
    assert!(untried.calls.borrow().is_empty());
}

#[test]
fn a_service_that_protects_no_one_says_so() {
    let response = respond(&FakePlugin::default(), &request("GET", "/v1/check"));
    let findings = json(&response)["findings"].clone();
    assert_eq!(
        findings[1]["detail"],
        "OP_SERVICE_PROTECT is not set: no user is protected"
    );
}
