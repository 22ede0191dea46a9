//! What each route calls, and what comes of it.

use serde_json::json;

use super::fake_plugin::*;
use crate::{
    bindings::{
        containment::{Outcome, Selector},
        types::ErrorCode,
    },
    request::Body,
};

#[test]
fn each_route_makes_its_call() {
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
        let plugin = Fake::default();
        let answer = answer(&plugin, &request(method, path));
        assert_eq!(answer.status, 200, "{path}");
        assert_eq!(*plugin.calls.borrow(), [call]);
        assert_eq!(header(&answer, "cache-control"), Some("no-store"));
        assert_eq!(header(&answer, "content-type"), Some("application/json"));
    }
}

#[test]
fn a_user_is_shown_as_the_contract_has_them() {
    let answer = answer(&Fake::default(), &request("GET", "/v1/users/A"));
    assert_eq!(
        json(&answer),
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
fn a_page_says_where_the_next_one_starts() {
    let answer = json(&answer(&Fake::default(), &request("GET", "/v1/users")));
    assert_eq!(answer["users"][0]["id"], "A");
    assert_eq!(answer["next_page_token"], "next");
}

#[test]
fn what_is_asked_wrongly_is_refused_in_words() {
    for (method, path, detail) in [
        (
            "GET",
            "/v1/users?State=active",
            "the query has no parameter `State` here",
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
            "the query names `page_size` twice",
        ),
        ("GET", "/v1/users:find", "`email` is missing"),
        (
            "GET",
            "/v1/users/A?x=1",
            "the query has no parameter `x` here",
        ),
        ("GET", "/v1/check?x", "the query has no parameter `x` here"),
        ("GET", "/healthz?x", "the query has no parameter `x` here"),
    ] {
        let plugin = Fake::default();
        let answer = answer(&plugin, &request(method, path));
        assert_eq!(answer.status, 400, "{path}");
        assert_eq!(json(&answer)["detail"], detail);
        assert!(plugin.calls.borrow().is_empty());
    }
    let mut with_body = request("POST", "/v1/users/A:suspend");
    with_body.body = Body::Whole(b"{}".to_vec());
    let answer = answer(&Fake::default(), &with_body);
    assert_eq!(json(&answer)["detail"], "this request takes no body");
}

#[test]
fn a_body_that_did_not_come_whole_is_refused_and_only_to_who_is_let_in() {
    for (body, status) in [(Body::TooLarge, 413), (Body::Incomplete, 408)] {
        for path in ["/v1/contain", "/v1/users/A:suspend"] {
            let mut request = post(path, "");
            request.body = body.clone();
            let plugin = Fake::default();
            let refused = answer(&plugin, &request);
            assert_eq!(refused.status, status);
            assert_eq!(header(&refused, "cache-control"), Some("no-store"));
            assert!(plugin.calls.borrow().is_empty());
            request.headers.clear();
            assert_eq!(answer(&plugin, &request).status, 401);
        }
    }
}

#[test]
fn who_has_a_longer_name_than_anybody_is_refused() {
    let longest = "é".repeat(256);
    for (name, status) in [(&longest, 200), (&format!("{longest}e"), 400)] {
        for (method, path) in [
            ("GET", format!("/v1/users/{name}")),
            ("GET", format!("/v1/users:find?email={name}")),
            ("POST", format!("/v1/users/{name}:suspend")),
        ] {
            assert_eq!(
                answer(&Fake::default(), &request(method, &path)).status,
                status
            );
        }
    }
}

#[test]
fn each_error_has_its_status() {
    for (code, status) in [
        (ErrorCode::InvalidArgument, 400),
        (ErrorCode::NotConfigured, 503),
        (ErrorCode::Unauthenticated, 502),
        (ErrorCode::PermissionDenied, 502),
        (ErrorCode::LastOwner, 409),
        (ErrorCode::ExternallyManaged, 409),
        (ErrorCode::NotFound, 404),
        (ErrorCode::Ambiguous, 409),
        (ErrorCode::PreconditionFailed, 409),
        (ErrorCode::RateLimited, 503),
        (ErrorCode::Unavailable, 503),
        (ErrorCode::TimedOut, 504),
        (ErrorCode::ConnectionFailed, 502),
        (ErrorCode::MalformedResponse, 502),
        (ErrorCode::Other, 502),
    ] {
        let failing = Fake {
            error: Some(error(code)),
            ..Fake::default()
        };
        let failed = Fake {
            outcomes: vec![Outcome::Failed(error(code))],
            ..Fake::default()
        };
        for (plugin, method, path) in [
            (&failing, "GET", "/v1/users/A"),
            (&failing, "GET", "/v1/users:find?email=a@b"),
            (&failing, "POST", "/v1/users/A:suspend"),
            (&failed, "POST", "/v1/users/A:suspend"),
        ] {
            let answer = answer(plugin, &request(method, path));
            assert_eq!(answer.status, status, "{code:?}");
            let content_type = header(&answer, "content-type");
            assert_eq!(content_type, Some("application/problem+json"));
            let problem = json(&answer);
            assert_eq!(problem["type"], "about:blank");
            assert_eq!(problem["status"], status);
            assert_eq!(problem["detail"], "it went wrong");
            assert_eq!(problem["hint"], "try again");
            assert_eq!(problem["effect"], "not-applied");
            assert_eq!(problem["requests"], 1);
            assert_eq!(problem["candidates"], json!([]));
            assert_eq!(problem["request_id"], "made-id");
        }
    }
}

#[test]
fn an_account_that_is_not_found_is_no_user_that_is_not() {
    let plugin = Fake {
        error: Some(crate::bindings::types::Error {
            status: Some(404),
            ..error(ErrorCode::NotFound)
        }),
        ..Fake::default()
    };
    for (path, status) in [
        ("/v1/users", 502),
        ("/v1/users:find?email=a@b", 502),
        ("/v1/users/A", 404),
    ] {
        let answer = answer(&plugin, &request("GET", path));
        assert_eq!(answer.status, status);
        assert_eq!(json(&answer)["status"], status);
        assert_eq!(json(&answer)["code"], "not-found");
    }
}

#[test]
fn an_ambiguous_address_is_a_409_with_the_ids_who_share_it() {
    let plugin = Fake {
        error: Some(crate::bindings::types::Error {
            candidates: vec!["A".into(), "B".into()],
            ..error(ErrorCode::Ambiguous)
        }),
        ..Fake::default()
    };
    let answer = answer(&plugin, &request("GET", "/v1/users:find?email=a@b"));
    assert_eq!(answer.status, 409);
    assert_eq!(json(&answer)["candidates"], json!(["A", "B"]));
}

#[test]
fn a_server_that_asks_to_wait_is_passed_on() {
    let plugin = Fake {
        error: Some(crate::bindings::types::Error {
            retry_after_ms: Some(1500),
            ..error(ErrorCode::RateLimited)
        }),
        ..Fake::default()
    };
    let answer = answer(&plugin, &request("GET", "/v1/users"));
    assert_eq!(header(&answer, "retry-after"), Some("2"));
}

#[test]
fn a_request_keeps_the_id_it_came_with_where_that_is_fit() {
    for (id, kept) in [
        (Some("abc-123"), "abc-123"),
        (None, "made-id"),
        (Some(""), "made-id"),
        (Some("a b"), "made-id"),
        (Some("é"), "made-id"),
        (Some("a\r\nx: y"), "made-id"),
        (Some(&*"x".repeat(129)), "made-id"),
    ] {
        let mut request = request("GET", "/healthz");
        if let Some(id) = id {
            request.headers.push(("x-request-id".into(), id.into()));
        }
        let answer = answer(&Fake::default(), &request);
        assert_eq!(header(&answer, "x-request-id"), Some(kept));
    }
}

#[test]
fn one_user_is_changed_within_the_limits_too() {
    let plugin = Fake::default();
    let service = service_with(&[
        ("OP_SERVICE_PROTECT", "ceo@acme.example"),
        ("OP_SERVICE_MAX_CHANGES", "0"),
    ]);
    service.answer(&plugin, &request("POST", "/v1/users/A:suspend"), "id");
    let options = plugin.options.borrow().clone().unwrap();
    assert_eq!(
        options.protect,
        [Selector::Email("ceo@acme.example".into())]
    );
    assert_eq!(options.max_changes, Some(0));
}

#[test]
fn health_calls_nothing() {
    let plugin = Fake {
        error: Some(error(ErrorCode::Unavailable)),
        ..Fake::default()
    };
    let mut request = request("GET", "/healthz");
    request.headers.clear();
    let answer = answer(&plugin, &request);
    assert_eq!(
        (answer.status, answer.body.as_str()),
        (200, r#"{"status":"alive"}"#)
    );
    assert!(plugin.calls.borrow().is_empty());
}

#[test]
fn check_shows_what_was_found() {
    let answer = json(&answer(&Fake::default(), &request("GET", "/v1/check")));
    assert_eq!(answer["findings"][0]["verdict"], "passed");
}
