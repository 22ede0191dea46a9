//! Recognition of paths and methods.

use simulator::{Endpoint, Generation, ShutOff, Simulator};

use crate::client::{TestRequest, encode, start, token};

#[tokio::test]
async fn an_unknown_path_is_a_plain_text_404() {
    let sim = start().await;
    for target in [
        "/",
        "/v1beta1",
        "/v2/accounts/A/users",
        "/v1beta1/accounts",
        "/v1beta1/oauth/token",
    ] {
        let response = TestRequest::new("GET", target).send(&sim).await;
        assert_eq!((target, response.status), (target, 404));
        assert_eq!(
            response.header("content-type"),
            Some("text/plain; charset=utf-8")
        );
    }
    let response = TestRequest::new("OPTIONS", "*").send(&sim).await;
    assert_eq!(response.status, 404);
    assert!(
        sim.requests()
            .iter()
            .all(|recorded| recorded.endpoint == Endpoint::Other)
    );
}

#[tokio::test]
async fn a_405_names_the_allowed_method() {
    let sim = start().await;
    let account = format!("/v1beta1/accounts/{}/users", sim.account_id());
    let cases = [
        ("GET", "/v1beta1/users/oauth2/token".to_owned(), "POST"),
        ("PUT", "/v1/oauth/revoke".to_owned(), "POST"),
        ("POST", account.clone(), "GET"),
        ("DELETE", format!("{account}/X"), "GET"),
        ("GET", format!("{account}/X:suspend"), "POST"),
        ("PATCH", format!("{account}/X:reactivate"), "POST"),
    ];
    for (method, target, allow) in cases {
        let response = TestRequest::new(method, &target).send(&sim).await;
        assert_eq!(response.header("allow"), Some(allow), "{method} {target}");
        response.assert_grpc_error(405, 12, "method");
    }
}

#[tokio::test]
async fn a_head_request_gets_a_405_without_a_body() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let response = TestRequest::list(&sim, &access_token, "")
        .method("HEAD")
        .send(&sim)
        .await;
    assert_eq!((response.status, response.body.as_str()), (405, ""));
}

#[tokio::test]
async fn an_encoded_id_names_the_same_user() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let id = sim.users()[2].id.clone();
    let encoded = id
        .bytes()
        .map(|byte| format!("%{byte:02x}"))
        .collect::<String>();
    let request = TestRequest::resource(&sim, &access_token, "GET", &format!("users/{encoded}"));
    assert_eq!(request.send(&sim).await.json()["id"], id.as_str());
}

#[tokio::test]
async fn an_encoded_colon_is_part_of_the_id() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let id = sim.users()[2].id.clone();
    let path = format!("users/{id}%3Asuspend");
    let response = TestRequest::resource(&sim, &access_token, "POST", &path)
        .send(&sim)
        .await;
    response.assert_grpc_error(405, 12, "method");
    let response = TestRequest::resource(&sim, &access_token, "GET", &path)
        .send(&sim)
        .await;
    response.assert_grpc_error(404, 5, "user");
    assert_eq!(sim.user(&id), Some(sim.users()[2].clone()));
    assert_eq!(sim.requests().last().unwrap().endpoint, Endpoint::Get);
}

#[tokio::test]
async fn an_encoded_separator_is_part_of_the_id() {
    let sim = start().await;
    let access_token = token(&sim).await;
    for id in ["../users", "a/b:suspend", "é", "a?b#c"] {
        let response = TestRequest::suspend(&sim, &access_token, id)
            .send(&sim)
            .await;
        response.assert_grpc_error(404, 5, "user");
        let recorded = sim.requests().pop().unwrap();
        assert_eq!(recorded.endpoint, Endpoint::Suspend);
        assert!(recorded.path.ends_with(&format!("/{}:suspend", encode(id))));
    }
}

#[tokio::test]
async fn a_malformed_escape_in_the_path_is_refused() {
    let sim = start().await;
    let access_token = token(&sim).await;
    for id in ["%", "%4", "%GG", "%FF"] {
        let path = format!("users/{id}:suspend");
        let response = TestRequest::resource(&sim, &access_token, "POST", &path)
            .send(&sim)
            .await;
        response.assert_grpc_error(400, 3, "path");
    }
}

#[tokio::test]
async fn an_unknown_action_is_part_of_the_id() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let path = format!("users/{}:delete", sim.users()[2].id);
    let response = TestRequest::resource(&sim, &access_token, "GET", &path)
        .send(&sim)
        .await;
    response.assert_grpc_error(404, 5, "user");
}

#[tokio::test]
async fn a_generation_that_is_shut_off_answers_as_set() {
    let sim = Simulator::builder()
        .generations([Generation::V1])
        .shut_off(ShutOff::Gone)
        .start()
        .await
        .unwrap();
    for (shut_off, status, content_type) in [
        (ShutOff::Gone, 410, None),
        (ShutOff::NotFound, 404, Some("text/plain; charset=utf-8")),
        (ShutOff::Html, 404, Some("text/html; charset=utf-8")),
    ] {
        sim.set_generations([Generation::V1], shut_off);
        for target in ["/v1beta1/users/oauth2/token", "/v1beta1/accounts/A/users"] {
            let response = TestRequest::form(&sim, target, "").send(&sim).await;
            assert_eq!(response.status, status, "{target}");
            assert_eq!(response.header("content-type"), content_type, "{target}");
        }
        // Paths of neither generation, and those of the other one, are as before.
        assert_eq!(
            TestRequest::new("GET", "/v2/x").send(&sim).await.status,
            404
        );
        let form = "grant_type=client_credentials";
        let token = TestRequest::form(&sim, "/v1/oauth/token", form);
        assert_eq!(token.send(&sim).await.status, 200);
    }
    sim.set_generations([Generation::V1Beta1], ShutOff::Gone);
    assert_eq!(TestRequest::token(&sim).send(&sim).await.status, 200);
}
