//! Methods: `HEAD` is `GET` without its body, `OPTIONS` says what there is, and the rest is refused with `Allow`.

use super::{
    deployment::{CONTAIN, Deployment, READ},
    raw_client::Ask,
};

const GETS: [&str; 6] = [
    "/healthz",
    "/openapi.json",
    "/v1/users",
    "/v1/users/A",
    "/v1/users:find",
    "/v1/check",
];
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
        let ask = |method: &str| {
            Ask::new(method, target)
                .key(READ)
                .with("x-request-id", "same")
        };
        let get = deployment.ask(&ask("GET")).await;
        let head = deployment.ask(&ask("HEAD")).await;
        assert_eq!((get.status, head.status), (status, status));
        assert!(!get.body.is_empty() && head.body.is_empty(), "{head:?}");
        for name in ["content-type", "cache-control", "x-request-id"] {
            assert_eq!(get.header(name), head.header(name), "{name}");
        }
        // It may be left out, and must not differ (RFC 9110, section 9.3.2).
        let length = head.header("content-length");
        assert!(length.is_none_or(|length| Some(length) == get.header("content-length")));
    }
}

#[tokio::test]
async fn options_says_which_methods_there_are_and_allows_no_other_origin() {
    let deployment = Deployment::new().await;
    let gets = GETS.map(|target| (target, "GET, HEAD, OPTIONS"));
    let posts = POSTS.map(|target| (target, "POST, OPTIONS"));
    for (target, allow) in gets.into_iter().chain(posts) {
        let ask = Ask::new("OPTIONS", target)
            .key(READ)
            .with("origin", "https://elsewhere.example")
            .with("access-control-request-method", "POST");
        let reply = deployment.ask(&ask).await;
        assert_eq!((reply.status, reply.body.as_str()), (204, ""), "{reply:?}");
        assert_eq!(reply.header("allow"), Some(allow), "{target}");
        let cors = |header: &(String, String)| header.0.starts_with("access-control");
        assert!(!reply.headers.iter().any(cors), "{reply:?}");
    }
    assert!(deployment.simulator.requests().is_empty());
}

#[tokio::test]
async fn other_methods_are_refused_with_what_there_is() {
    let deployment = Deployment::new().await;
    let gets = GETS.map(|target| (target, "POST", "GET, HEAD, OPTIONS"));
    let posts = POSTS.map(|target| (target, "GET", "POST, OPTIONS"));
    for (target, other, allow) in gets.into_iter().chain(posts) {
        for method in [other, "PUT", "DELETE", "PATCH", "BREW"] {
            let reply = deployment.ask(&Ask::new(method, target).key(CONTAIN)).await;
            reply.problem(405, "method-not-allowed");
            assert_eq!(reply.header("allow"), Some(allow), "{method} {target}");
        }
    }
    assert!(deployment.simulator.requests().is_empty());
}

#[tokio::test]
async fn every_answer_has_a_request_id_that_is_the_callers_or_new() {
    let deployment = Deployment::new().await;
    let health = Ask::new("GET", "/healthz");
    let given = deployment
        .ask(&health.clone().with("x-request-id", "call-7"))
        .await;
    assert_eq!(given.header("x-request-id"), Some("call-7"));
    let first = deployment.ask(&health).await;
    let second = deployment.ask(&health).await;
    let made = [first.header("x-request-id"), second.header("x-request-id")];
    assert!(
        made.iter().all(|id| id.is_some_and(|id| id.len() >= 16)),
        "{made:?}"
    );
    assert_ne!(made[0], made[1]);
}
