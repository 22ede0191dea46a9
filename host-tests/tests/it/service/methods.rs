//! Methods: `HEAD`, `OPTIONS`, methods that are not allowed, and the request id of every response.

use super::{
    deployment::{CONTAIN_KEY, Deployment, READ_KEY},
    raw_client::RawRequest,
};

/// Targets of `GET`.
const GETS: [&str; 6] = [
    "/healthz",
    "/openapi.json",
    "/v1/users",
    "/v1/users/A",
    "/v1/users:find",
    "/v1/check",
];
/// Targets of `POST`.
const POSTS: [&str; 4] = [
    "/v1/users/A:suspend",
    "/v1/users/A:reactivate",
    "/v1/contain",
    "/v1/restore",
];

#[tokio::test]
async fn head_has_the_headers_of_get_and_no_body() {
    let deployment = Deployment::new().await;
    for (target, status) in [("/healthz", 200), ("/v1/users", 200), ("/nowhere", 404)] {
        let request = |method: &str| {
            RawRequest::new(method, target)
                .key(READ_KEY)
                .with("x-request-id", "same")
        };
        let get = deployment.send(&request("GET")).await;
        let head = deployment.send(&request("HEAD")).await;
        assert_eq!((get.status, head.status), (status, status));
        assert!(!get.body.is_empty() && head.body.is_empty(), "{head:?}");
        for name in ["content-type", "cache-control", "x-request-id"] {
            assert_eq!(get.header(name), head.header(name), "{name}");
        }
        // Optional for `HEAD`, but must not differ (RFC 9110, section 9.3.2).
        let length = head.header("content-length");
        assert!(length.is_none_or(|length| Some(length) == get.header("content-length")));
    }
}

#[tokio::test]
async fn options_lists_the_methods_and_allows_no_other_origin() {
    let deployment = Deployment::new().await;
    let gets = GETS.map(|target| (target, "GET, HEAD, OPTIONS"));
    let posts = POSTS.map(|target| (target, "POST, OPTIONS"));
    for (target, allow) in gets.into_iter().chain(posts) {
        let request = RawRequest::new("OPTIONS", target)
            .key(READ_KEY)
            .with("origin", "https://elsewhere.example")
            .with("access-control-request-method", "POST");
        let response = deployment.send(&request).await;
        assert_eq!(
            (response.status, response.body.as_str()),
            (204, ""),
            "{response:?}"
        );
        assert_eq!(response.header("allow"), Some(allow), "{target}");
        let cors = |header: &(String, String)| header.0.starts_with("access-control");
        assert!(!response.headers.iter().any(cors), "{response:?}");
    }
    assert!(deployment.simulator.requests().is_empty());
}

#[tokio::test]
async fn other_methods_are_rejected_with_allow() {
    let deployment = Deployment::new().await;
    let gets = GETS.map(|target| (target, "POST", "GET, HEAD, OPTIONS"));
    let posts = POSTS.map(|target| (target, "GET", "POST, OPTIONS"));
    for (target, other, allow) in gets.into_iter().chain(posts) {
        for method in [other, "PUT", "DELETE", "PATCH", "BREW"] {
            let response = deployment
                .send(&RawRequest::new(method, target).key(CONTAIN_KEY))
                .await;
            response.problem(405, "method-not-allowed");
            assert_eq!(response.header("allow"), Some(allow), "{method} {target}");
        }
    }
    assert!(deployment.simulator.requests().is_empty());
}

#[tokio::test]
async fn every_response_has_a_given_or_new_request_id() {
    let deployment = Deployment::new().await;
    let health = RawRequest::new("GET", "/healthz");
    let given = deployment
        .send(&health.clone().with("x-request-id", "call-7"))
        .await;
    assert_eq!(given.header("x-request-id"), Some("call-7"));
    let first = deployment.send(&health).await;
    let second = deployment.send(&health).await;
    let generated = [first.header("x-request-id"), second.header("x-request-id")];
    assert!(
        generated
            .iter()
            .all(|id| id.is_some_and(|id| id.len() >= 16)),
        "{generated:?}"
    );
    assert_ne!(generated[0], generated[1]);
}
