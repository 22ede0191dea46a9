//! Problem details: rejected requests, and the errors of the plugin.

use serde_json::json;

use super::fake_plugin::*;
use crate::{
    bindings::{
        containment::Outcome,
        types::{Error, ErrorCode},
    },
    request::Body,
    service::HeadResponse,
};

#[test]
fn a_wrong_query_is_a_400_with_the_cause() {
    for (method, path, detail) in [
        (
            "GET",
            "/v1/users?State=active",
            "this path has no parameter `State`",
        ),
        (
            "GET",
            "/v1/users?state=gone",
            "`state` must be `active` or `suspended`",
        ),
        (
            "GET",
            "/v1/users?page_size=0",
            "`page_size` must be a number from 1 to 1000",
        ),
        (
            "GET",
            "/v1/users?page_size=1001",
            "`page_size` must be a number from 1 to 1000",
        ),
        (
            "GET",
            "/v1/users?page_size=%2B5",
            "`page_size` must be a number from 1 to 1000",
        ),
        (
            "GET",
            "/v1/users?page_size=1&page_size=1",
            "the query contains `page_size` twice",
        ),
        ("GET", "/v1/users:find", "`email` is missing"),
        ("GET", "/v1/users/A?x=1", "this path has no parameter `x`"),
        ("GET", "/v1/check?x", "this path has no parameter `x`"),
        ("GET", "/healthz?x", "this path has no parameter `x`"),
    ] {
        let plugin = FakePlugin::default();
        let response = respond(&plugin, &request(method, path));
        assert_eq!(response.status, 400, "{path}");
        assert_eq!(json(&response)["detail"], detail);
        assert!(plugin.calls.borrow().is_empty());
    }
    let mut with_body = request("POST", "/v1/users/A:suspend");
    with_body.body = Body::Whole(b"{\"a\":1}".to_vec());
    let response = respond(&FakePlugin::default(), &with_body);
    assert_eq!(json(&response)["detail"], "this request takes no body");
}

#[test]
fn an_incomplete_body_is_a_413_or_408_after_authentication() {
    for (body, status) in [(Body::TooLarge, 413), (Body::Incomplete, 408)] {
        for path in ["/v1/contain", "/v1/users/A:suspend"] {
            let mut request = post(path, "");
            request.body = body.clone();
            let plugin = FakePlugin::default();
            let refused = respond(&plugin, &request);
            assert_eq!(refused.status, status);
            assert_eq!(header(&refused, "cache-control"), Some("no-store"));
            assert!(plugin.calls.borrow().is_empty());
            request.headers.clear();
            assert_eq!(respond(&plugin, &request).status, 401);
        }
    }
}

#[test]
fn ids_and_addresses_are_limited_to_256_characters() {
    let longest = "é".repeat(256);
    for (name, status) in [(&longest, 200), (&format!("{longest}e"), 400)] {
        for (method, path) in [
            ("GET", format!("/v1/users/{name}")),
            ("GET", format!("/v1/users:find?email={name}")),
            ("POST", format!("/v1/users/{name}:suspend")),
        ] {
            assert_eq!(
                respond(&FakePlugin::default(), &request(method, &path)).status,
                status
            );
        }
    }
}

#[test]
fn each_error_code_maps_to_a_status() {
    for (code, status) in [
        (ErrorCode::InvalidArgument, 400),
        (ErrorCode::NotConfigured, 503),
        (ErrorCode::Unauthenticated, 502),
        (ErrorCode::PermissionDenied, 502),
        (ErrorCode::LastOwner, 409),
        (ErrorCode::ExternallyManaged, 409),
        (ErrorCode::NotFound, 404),
        (ErrorCode::Ambiguous, 409),
        (ErrorCode::Protected, 409),
        (ErrorCode::PreconditionFailed, 409),
        (ErrorCode::RateLimited, 503),
        (ErrorCode::Unavailable, 503),
        (ErrorCode::TimedOut, 504),
        (ErrorCode::ConnectionFailed, 502),
        (ErrorCode::MalformedResponse, 502),
        (ErrorCode::Other, 502),
    ] {
        let failing = FakePlugin {
            error: Some(error(code)),
            ..FakePlugin::default()
        };
        let failed = FakePlugin {
            outcomes: vec![Outcome::Failed(error(code))],
            ..FakePlugin::default()
        };
        for (plugin, method, path) in [
            (&failing, "GET", "/v1/users/A"),
            (&failing, "GET", "/v1/users:find?email=a@b"),
            (&failing, "POST", "/v1/users/A:suspend"),
            (&failed, "POST", "/v1/users/A:suspend"),
            (&failed, "POST", "/v1/users/A:reactivate"),
        ] {
            let response = respond(plugin, &request(method, path));
            assert_eq!(response.status, status, "{code:?}");
            let content_type = header(&response, "content-type");
            assert_eq!(content_type, Some("application/problem+json"));
            let problem = json(&response);
            assert_eq!(problem["type"], "about:blank");
            assert_eq!(problem["status"], status);
            assert_eq!(problem["detail"], "operation failed");
            assert_eq!(problem["hint"], "try again");
            assert_eq!(problem["effect"], "not-applied");
            assert_eq!(problem["requests"], 1);
            assert_eq!(problem["candidates"], json!([]));
            assert_eq!(problem["request_id"], "generated-id");
        }
    }
}

#[test]
fn a_missing_account_is_a_502_and_a_missing_user_a_404() {
    let plugin = FakePlugin {
        error: Some(Error {
            status: Some(404),
            ..error(ErrorCode::NotFound)
        }),
        ..FakePlugin::default()
    };
    for (path, status) in [
        ("/v1/users", 502),
        ("/v1/users:find?email=a@b", 502),
        ("/v1/users/A", 404),
    ] {
        let response = respond(&plugin, &request("GET", path));
        assert_eq!(response.status, status);
        assert_eq!(json(&response)["status"], status);
        assert_eq!(json(&response)["code"], "not-found");
    }
}

#[test]
fn an_ambiguous_address_is_a_409_with_candidates() {
    let plugin = FakePlugin {
        error: Some(Error {
            candidates: vec!["A".into(), "B".into()],
            ..error(ErrorCode::Ambiguous)
        }),
        ..FakePlugin::default()
    };
    let response = respond(&plugin, &request("GET", "/v1/users:find?email=a@b"));
    assert_eq!(response.status, 409);
    assert_eq!(json(&response)["candidates"], json!(["A", "B"]));
}

#[test]
fn a_wait_of_the_server_is_passed_on_in_retry_after() {
    let plugin = FakePlugin {
        error: Some(Error {
            retry_after_ms: Some(1500),
            ..error(ErrorCode::RateLimited)
        }),
        ..FakePlugin::default()
    };
    let response = respond(&plugin, &request("GET", "/v1/users"));
    assert_eq!(header(&response, "retry-after"), Some("2"));
}

#[test]
fn an_empty_object_is_no_body_of_a_single_change() {
    for body in [&b"{}"[..], b" { }\r\n", b"\xef\xbb\xbf{}", b""] {
        let mut request = request("POST", "/v1/users/A:suspend");
        request.body = Body::Whole(body.to_vec());
        assert_eq!(respond(&FakePlugin::default(), &request).status, 200);
    }
    for body in [&b"{"[..], b"}", b"[]", b"{{}}"] {
        let mut request = request("POST", "/v1/users/A:suspend");
        request.body = Body::Whole(body.to_vec());
        let plugin = FakePlugin::default();
        assert_eq!(respond(&plugin, &request).status, 400, "{body:?}");
        assert!(plugin.calls.borrow().is_empty());
    }
}

#[test]
fn an_encoded_body_is_a_415_before_it_is_read() {
    for path in ["/v1/contain", "/v1/restore", "/v1/users/A:suspend"] {
        for encoding in ["gzip", "br, gzip", "identity, gzip", ""] {
            let mut request = post(path, r#"{"users":["A"]}"#);
            let header = ("content-encoding".to_owned(), encoding.to_owned());
            request.headers.push(header);
            let head = service().respond_to_head(&FakePlugin::default(), &request, "id");
            let HeadResponse::Response(response) = head else {
                panic!("the head is enough");
            };
            assert_eq!(response.status, 415, "{path} {encoding}");
        }
    }
    let mut request = post("/v1/contain", r#"{"users":["A"]}"#);
    let header = ("content-encoding".to_owned(), "Identity".to_owned());
    request.headers.push(header);
    assert_eq!(respond(&FakePlugin::default(), &request).status, 200);
}

#[test]
fn a_raw_plus_in_a_query_is_a_400() {
    let plugin = FakePlugin::default();
    let response = respond(
        &plugin,
        &request("GET", "/v1/users:find?email=a+b@x.example"),
    );
    assert_eq!(response.status, 400);
    let detail = json(&response)["detail"].to_string();
    assert!(detail.contains("`+` as %2B"), "{detail}");
    let encoded = request("GET", "/v1/users:find?email=a%2Bb@x.example");
    assert_eq!(respond(&plugin, &encoded).status, 200);
    assert_eq!(*plugin.calls.borrow(), ["find a+b@x.example"]);
}
