//! `/readyz` and `/v1/check` of the composed service.

use simulator::{Action, Endpoint, Fault};

use super::{
    deployment::{Deployment, READ_KEY},
    raw_client::{RawRequest, RawResponse},
};

async fn ready(deployment: &Deployment) -> RawResponse {
    deployment.send(&RawRequest::new("GET", "/readyz")).await
}

#[tokio::test]
async fn a_ready_service_says_so_without_a_request() {
    let deployment = Deployment::new().await;
    for _ in 0..3 {
        assert_eq!(ready(&deployment).await.value()["status"], "ready");
    }
    // A server that does not answer is no setting.
    let down = Fault::new(Action::status(503)).on(Endpoint::Token);
    deployment.simulator.fault(down.always());
    assert_eq!(ready(&deployment).await.status, 200);
    assert!(deployment.simulator.requests().is_empty());
}

#[tokio::test]
async fn every_wrong_setting_is_named_and_no_value() {
    let none = [("OP_SERVICE_KEYS", ""), ("OP_SERVICE_WEBHOOK_SECRETS", "")];
    for (variables, names) in [
        (
            &[("OP_USERS_ACCOUNT_ID", "")][..],
            &["OP_USERS_ACCOUNT_ID is not set"][..],
        ),
        (
            &[("OP_USERS_CLIENT_SECRET", "")],
            &["OP_USERS_CLIENT_SECRET"],
        ),
        (&[("OP_USERS_BASE_URL", "hunter2")], &["OP_USERS_BASE_URL"]),
        (
            &[("OP_USERS_ACOUNT_ID", "hunter2")],
            &["OP_USERS_ACOUNT_ID"],
        ),
        (
            &[("OP_USERS_DEADLINE_MS", "hunter2")],
            &["OP_USERS_DEADLINE_MS"],
        ),
        (
            &[("OP_SERVICE_PROTECT", "hunter2")],
            &["OP_SERVICE_PROTECT"],
        ),
        (&[("OP_SERVICE_KEYS", "hunter2")], &["OP_SERVICE_KEYS"]),
        (&[("OP_SERVICE_X", "hunter2")], &["OP_SERVICE_X"]),
        (&none, &["OP_SERVICE_KEYS", "OP_SERVICE_WEBHOOK_SECRETS"]),
        (
            &[
                ("OP_SERVICE_MAX_CHANGES", "hunter2"),
                ("OP_USERS_BASE_URL", "hunter2"),
            ],
            &["OP_SERVICE_MAX_CHANGES", "OP_USERS_BASE_URL"],
        ),
    ] {
        let deployment = Deployment::with(variables).await;
        let problem = ready(&deployment).await.problem(503, "not-configured");
        let detail = problem["detail"].as_str().unwrap_or_default();
        for name in names {
            assert!(detail.contains(name), "{detail}");
        }
        assert!(!detail.contains("hunter2"), "{detail}");
        // The service is alive all the same.
        deployment
            .send(&RawRequest::new("GET", "/healthz"))
            .await
            .value();
        assert!(deployment.simulator.requests().is_empty());
    }
}

#[tokio::test]
async fn one_kind_of_caller_is_enough() {
    for name in ["OP_SERVICE_KEYS", "OP_SERVICE_WEBHOOK_SECRETS"] {
        let deployment = Deployment::with(&[(name, "")]).await;
        ready(&deployment).await.value();
    }
}

#[tokio::test]
async fn a_check_that_fails_is_a_503_with_its_findings() {
    let deployment =
        Deployment::with(&[("OP_USERS_CLIENT_SECRET", "another-secret-of-no-one")]).await;
    let check = RawRequest::get("/v1/check", READ_KEY);
    let problem = deployment.send(&check).await.problem(503, "check-failed");
    let findings = problem["findings"].as_array().expect("findings");
    assert_eq!(findings.len(), 9);
    let failed = |name| {
        let mut found = findings.iter().filter(|finding| finding["check"] == name);
        found.any(|finding| finding["verdict"] == "failed")
    };
    assert!(failed("token") && !failed("settings"), "{findings:?}");
    let detail = problem["detail"].as_str().unwrap_or_default();
    assert!(detail.contains("token"), "{detail}");
}

#[tokio::test]
async fn a_protected_name_that_no_user_has_fails_the_check() {
    let id = Deployment::new().await.members()[0].id.clone();
    let known = format!("USER0003@acme.example {}", id.to_lowercase());
    for (protect, status, part) in [
        (known.as_str(), 200, "2 entries"),
        (
            "absent@acme.example user0003@acme.example",
            503,
            ": absent@acme.example;",
        ),
        (
            "AAAAAAAAAAAAAAAAAAAAAAAAAA",
            503,
            ": AAAAAAAAAAAAAAAAAAAAAAAAAA;",
        ),
        ("", 200, "not set"),
    ] {
        let deployment = Deployment::with(&[("OP_SERVICE_PROTECT", protect)]).await;
        let before = deployment.simulator.users();
        let response = deployment
            .send(&RawRequest::get("/v1/check", READ_KEY))
            .await;
        assert_eq!(response.status, status, "{response:?}");
        let body: serde_json::Value = serde_json::from_str(&response.body).expect("JSON");
        let finding = &body["findings"][8];
        assert_eq!(finding["check"], "protect");
        let detail = finding["detail"].as_str().unwrap_or_default();
        assert!(detail.contains(part), "{detail}");
        assert_eq!(deployment.simulator.users(), before);
        let requests = deployment.take_api_requests();
        let is_read =
            |endpoint| matches!(endpoint, Endpoint::List | Endpoint::Get | Endpoint::Other);
        assert!(
            requests.iter().all(|(endpoint, _)| is_read(*endpoint)),
            "{requests:?}"
        );
    }
}

#[tokio::test]
async fn a_list_that_breaks_off_leaves_the_names_unknown() {
    let protect = [
        ("OP_SERVICE_PROTECT", "user0003@acme.example"),
        ("OP_USERS_DEADLINE_MS", "2000"),
    ];
    let deployment = Deployment::with(&protect).await;
    // The list works for the other checks, and then no more.
    let works = Fault::new(Action::Delay(std::time::Duration::ZERO)).on(Endpoint::List);
    deployment.simulator.fault(works.times(1));
    let broken = Fault::new(Action::status(403)).on(Endpoint::List);
    deployment.simulator.fault(broken.always());
    let check = RawRequest::get("/v1/check", READ_KEY);
    let findings = deployment.send(&check).await.value();
    assert_eq!(findings["findings"][8]["verdict"], "unknown", "{findings}");
}
