//! Routes: the plugin's function that each one calls, and the response.

use serde_json::json;

use super::fake_plugin::*;
use crate::bindings::{containment::Selector, types::ErrorCode};

#[test]
fn each_route_calls_one_function_of_the_plugin() {
    for (method, path, call) in [
        ("GET", "/v1/users", "list None None None"),
        (
            "GET",
            "/v1/users?state=suspended&page_size=5&page_token=a%2Bb",
            "list Some(StateFilter::Suspended) Some(5) Some(\"a+b\")",
        ),
        ("GET", "/v1/users/a%2Fb", "get a/b"),
        (
            "GET",
            "/v1/users:find?email=a%40b.example",
            "find a@b.example",
        ),
        ("POST", "/v1/users/A:suspend", "suspend A"),
        ("POST", "/v1/users/A%40:reactivate", "reactivate A@"),
    ] {
        let plugin = FakePlugin::default();
        let response = respond(&plugin, &request(method, path));
        assert_eq!(response.status, 200, "{path}");
        assert_eq!(*plugin.calls.borrow(), [call]);
        assert_eq!(header(&response, "cache-control"), Some("no-store"));
        assert_eq!(header(&response, "content-type"), Some("application/json"));
    }
}

#[test]
fn a_user_has_the_fields_of_the_contract() {
    let response = respond(&FakePlugin::default(), &request("GET", "/v1/users/A"));
    assert_eq!(
        json(&response),
        json!({
            "id": "A",
            "email": "a@acme.example",
            "display_name": "A",
            "state": "active",
            "create_time": "",
            "path": "accounts/ACME/users/A",
        })
    );
}

#[test]
fn a_page_contains_the_token_of_the_next_page() {
    let response = json(&respond(
        &FakePlugin::default(),
        &request("GET", "/v1/users"),
    ));
    assert_eq!(response["users"][0]["id"], "A");
    assert_eq!(response["next_page_token"], "next");
}

#[test]
fn a_valid_request_id_of_the_caller_is_kept() {
    for (id, kept) in [
        (Some("abc-123"), "abc-123"),
        (None, "generated-id"),
        (Some(""), "generated-id"),
        (Some("a b"), "generated-id"),
        (Some("é"), "generated-id"),
        (Some("a\r\nx: y"), "generated-id"),
        (Some(&*"x".repeat(129)), "generated-id"),
    ] {
        let mut request = request("GET", "/healthz");
        if let Some(id) = id {
            request.headers.push(("x-request-id".into(), id.into()));
        }
        let response = respond(&FakePlugin::default(), &request);
        assert_eq!(header(&response, "x-request-id"), Some(kept));
    }
}

#[test]
fn the_limits_apply_to_changes_of_one_user() {
    let plugin = FakePlugin::default();
    let service = service_with(&[
        ("OP_SERVICE_PROTECT", "ceo@acme.example"),
        ("OP_SERVICE_MAX_CHANGES", "0"),
    ]);
    service.respond(&plugin, &request("POST", "/v1/users/A:suspend"), "id");
    let options = plugin.options.borrow().clone().unwrap();
    assert_eq!(
        options.protect,
        [Selector::Email("ceo@acme.example".into())]
    );
    assert_eq!(options.max_changes, Some(0));
}

#[test]
fn health_does_not_call_the_plugin() {
    let plugin = FakePlugin {
        error: Some(error(ErrorCode::Unavailable)),
        ..FakePlugin::default()
    };
    let mut request = request("GET", "/healthz");
    request.headers.clear();
    let response = respond(&plugin, &request);
    assert_eq!(
        (response.status, text(&response).as_str()),
        (200, r#"{"status":"alive"}"#)
    );
    assert!(plugin.calls.borrow().is_empty());
}

#[test]
fn check_returns_the_findings_of_the_plugin() {
    let response = json(&respond(
        &FakePlugin::default(),
        &request("GET", "/v1/check"),
    ));
    assert_eq!(response["findings"][0]["verdict"], "passed");
}
