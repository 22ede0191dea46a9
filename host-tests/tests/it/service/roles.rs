//! Who is let in, and where.

use serde_json::json;

use super::{
    deployment::{CONTAIN, Deployment, READ},
    raw_client::Ask,
};

const LOOKING: [&str; 5] = [
    "/v1/users",
    "/v1/users/A",
    "/v1/users:find?email=a%40b.example",
    "/v1/check",
    "/openapi.json",
];
const CHANGING: [&str; 4] = [
    "/v1/users/A:suspend",
    "/v1/users/A:reactivate",
    "/v1/contain",
    "/v1/restore",
];

#[tokio::test]
async fn without_a_key_that_is_known_nobody_learns_what_exists() {
    let deployment = Deployment::new().await;
    let mut answers = Vec::new();
    for target in LOOKING.iter().chain(&CHANGING).chain(&["/nowhere"]) {
        let ask = Ask::new("GET", target).with("x-request-id", "same");
        for ask in [
            ask.clone(),
            ask.clone().key("another-key"),
            ask.clone().key(""),
            ask.clone().with("authorization", "Basic QTpC"),
            ask.clone().with("authorization", READ),
            ask.clone().key(READ).key(READ),
        ] {
            let reply = deployment.ask(&ask).await;
            reply.problem(401, "unauthorized");
            assert_eq!(reply.header("www-authenticate"), Some("Bearer"));
            answers.push(reply.body);
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert!(deployment.simulator.requests().is_empty());
}

#[tokio::test]
async fn who_may_look_may_not_change() {
    let deployment = Deployment::new().await;
    for target in LOOKING {
        let reply = deployment.ask(&Ask::get(target, READ)).await;
        assert!(matches!(reply.status, 200 | 404), "{target}: {reply:?}");
    }
    deployment.simulator.clear_requests();
    for target in CHANGING {
        let ask = Ask::json(target, READ, &json!({ "users": ["A"] }));
        let reply = deployment.ask(&ask).await;
        reply.problem(403, "forbidden");
    }
    assert!(deployment.simulator.requests().is_empty());
}

#[tokio::test]
async fn who_may_contain_may_look_too() {
    let deployment = Deployment::new().await;
    deployment
        .ask(&Ask::get("/v1/users", CONTAIN))
        .await
        .value();
    let reply = deployment.ask(&Ask::get("/nowhere", CONTAIN)).await;
    reply.problem(404, "no-route");
}

#[tokio::test]
async fn with_nothing_configured_only_health_is_answered() {
    let nothing = [("OP_SERVICE_KEYS", ""), ("OP_SERVICE_WEBHOOK_SECRETS", "")];
    let deployment = Deployment::with(&nothing).await;
    deployment.ask(&Ask::new("GET", "/healthz")).await.value();
    for target in LOOKING {
        let reply = deployment.ask(&Ask::get(target, CONTAIN)).await;
        reply.problem(401, "unauthorized");
    }
    for target in CHANGING.iter().chain(&["/hooks/contain"]) {
        let ask = Ask::json(target, CONTAIN, &json!({ "users": ["A"] }));
        deployment.ask(&ask).await.problem(401, "unauthorized");
    }
    assert!(deployment.simulator.requests().is_empty());
}

#[tokio::test]
async fn with_a_wrong_setting_everything_but_health_says_which() {
    let deployment = Deployment::with(&[("OP_SERVICE_MAX_CHANGES", "many")]).await;
    deployment.ask(&Ask::new("GET", "/healthz")).await.value();
    let reply = deployment.ask(&Ask::get("/v1/users", READ)).await;
    let problem = reply.problem(503, "not-configured");
    let detail = problem["detail"].as_str().unwrap_or_default();
    assert!(detail.contains("OP_SERVICE_MAX_CHANGES"), "{detail}");
}

#[tokio::test]
async fn no_answer_shows_a_key_or_the_accounts_secret() {
    let deployment = Deployment::new().await;
    for ask in [
        Ask::get("/v1/check", READ),
        Ask::get("/v1/users", READ),
        Ask::get("/v1/users/NOBODY", CONTAIN),
        Ask::json("/v1/contain", CONTAIN, &json!({ "users": ["A"] })),
    ] {
        let reply = deployment.ask(&ask).await;
        assert_eq!(crate::secrets::leak(&deployment.simulator, &reply), None);
        let shown = format!("{reply:?}");
        assert!(!shown.contains(READ) && !shown.contains(CONTAIN), "{shown}");
    }
}
