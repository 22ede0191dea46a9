//! The token and revoke endpoints: the grant and the errors.

use serde_json::json;
use simulator::{Generation, Simulator};

use crate::client::{FORM, TestRequest, TestResponse, basic, encode, start, token};

const TOKEN: &str = "/v1beta1/users/oauth2/token";
const REVOKE: &str = "/v1beta1/users/oauth2/revoke";

#[tokio::test]
async fn a_token_response_has_type_lifetime_and_scope() {
    let sim = start().await;
    let response = TestRequest::token(&sim).send(&sim).await;
    assert_eq!(response.status, 200);
    assert_eq!(response.header("cache-control"), Some("no-store"));
    let body = response.json();
    let access_token = TestResponse::text(&body, "access_token").to_owned();
    assert!(access_token.len() >= 32 && access_token.starts_with("simulated-token-"));
    assert_eq!(
        body,
        json!({"access_token": access_token, "token_type": "Bearer", "expires_in": 900, "scope": "openid"})
    );
    assert_eq!(sim.tokens(), [access_token]);
    assert_eq!(sim.live_tokens(), 1);
}

#[tokio::test]
async fn the_scope_and_a_charset_are_optional() {
    let sim = start().await;
    let request = TestRequest::form(&sim, TOKEN, "grant_type=client_credentials")
        .without("content-type")
        .with("content-type", &format!("{FORM}; charset=utf-8"));
    assert_eq!(request.send(&sim).await.json()["scope"], "openid");
}

#[tokio::test]
async fn a_token_of_one_generation_is_valid_in_the_other() {
    let sim = start().await;
    for path in [TOKEN, "/v1/oauth/token"] {
        let response = TestRequest::form(&sim, path, "grant_type=client_credentials")
            .send(&sim)
            .await;
        let body = response.json();
        for generation in ["v1beta1", "v1"] {
            let target = format!("/{generation}/accounts/{}/users", sim.account_id());
            let request = TestRequest::new("GET", &target)
                .with(
                    "authorization",
                    &format!("Bearer {}", TestResponse::text(&body, "access_token")),
                )
                .with("user-agent", "Acme/1");
            assert_eq!(request.send(&sim).await.status, 200, "{path} {generation}");
        }
    }
}

#[tokio::test]
async fn paths_of_a_disabled_generation_are_unknown() {
    let builder = Simulator::builder().generations([Generation::V1]);
    let sim = builder.start().await.unwrap();
    let response = TestRequest::token(&sim).send(&sim).await;
    assert_eq!(response.status, 404);
    assert_eq!(
        response.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    let form = "grant_type=client_credentials";
    assert_eq!(
        TestRequest::form(&sim, "/v1/oauth/token", form)
            .send(&sim)
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_body_without_the_form_content_type_is_refused() {
    let sim = start().await;
    for path in [TOKEN, REVOKE] {
        let request =
            TestRequest::form(&sim, path, "grant_type=client_credentials").without("content-type");
        request
            .send(&sim)
            .await
            .assert_oauth_error(415, "invalid_request", "content type");
        let request = request.with("content-type", "application/json");
        request
            .send(&sim)
            .await
            .assert_oauth_error(415, "invalid_request", "content type");
    }
}

#[tokio::test]
async fn basic_authentication_is_required() {
    let sim = start().await;
    for path in [TOKEN, REVOKE] {
        let form = if path == TOKEN {
            "grant_type=client_credentials"
        } else {
            "token=x"
        };
        let request = TestRequest::form(&sim, path, form).without("authorization");
        for value in [
            "",
            "Basic",
            "Basic ***",
            "Basic bm9jb2xvbg==",
            "Bearer bm86bm8=",
        ] {
            let response = request
                .clone()
                .with("authorization", value)
                .send(&sim)
                .await;
            response.assert_oauth_error(401, "invalid_client", "required");
            assert!(
                response
                    .header("www-authenticate")
                    .unwrap()
                    .starts_with("Basic")
            );
        }
        request
            .send(&sim)
            .await
            .assert_oauth_error(401, "invalid_client", "required");
        let good = basic(sim.client_id(), &sim.client_secret());
        let twice = request
            .with("authorization", &good)
            .with("authorization", &good);
        twice
            .send(&sim)
            .await
            .assert_oauth_error(401, "invalid_client", "required");
    }
    assert!(sim.tokens().is_empty());
}

#[tokio::test]
async fn a_wrong_id_or_secret_is_an_invalid_client() {
    let sim = start().await;
    let (id, secret) = (sim.client_id().to_owned(), sim.client_secret());
    let pairs = [
        (id.clone(), "wrong".to_owned()),
        ("WRONG".to_owned(), secret.clone()),
        (id.clone(), encode(&secret)),
        (id, format!("{secret} ")),
    ];
    for (id, secret) in pairs {
        for request in [TestRequest::token(&sim), TestRequest::revoke(&sim, "x")] {
            let request = request
                .without("authorization")
                .with("authorization", &basic(&id, &secret));
            let response = request.send(&sim).await;
            response.assert_oauth_error(401, "invalid_client", "failed");
            assert!(
                response
                    .header("www-authenticate")
                    .unwrap()
                    .starts_with("Basic")
            );
        }
    }
}

#[tokio::test]
async fn rotating_the_secret_keeps_tokens_valid() {
    let sim = start().await;
    let old = TestRequest::token(&sim);
    let access_token = token(&sim).await;
    let secret = sim.rotate_secret();
    assert_eq!(secret, sim.client_secret());
    old.send(&sim)
        .await
        .assert_oauth_error(401, "invalid_client", "failed");
    assert_eq!(TestRequest::token(&sim).send(&sim).await.status, 200);
    assert_eq!(
        TestRequest::list(&sim, &access_token, "")
            .send(&sim)
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn a_form_with_undocumented_fields_or_values_is_refused() {
    let sim = start().await;
    let grant = "grant_type=client_credentials";
    let cases = [
        (String::new(), "invalid_request", "grant_type is missing"),
        (
            "scope=openid".to_owned(),
            "invalid_request",
            "grant_type is missing",
        ),
        (
            "grant_type=".to_owned(),
            "unsupported_grant_type",
            "grant_type must be",
        ),
        (
            "grant_type=password".to_owned(),
            "unsupported_grant_type",
            "grant_type must be",
        ),
        (format!("{grant}&scope="), "invalid_scope", "openid"),
        (
            format!("{grant}&scope=openid+email"),
            "invalid_scope",
            "openid",
        ),
        (
            format!("{grant}&audience=x"),
            "invalid_request",
            "unknown field \"audience\"",
        ),
        (
            format!("{grant}&{grant}"),
            "invalid_request",
            "\"grant_type\" is repeated",
        ),
        (format!("{grant}&scope=%zz"), "invalid_request", "malformed"),
        (
            format!("{grant}&client_id=x"),
            "invalid_request",
            "credentials in the body",
        ),
        (
            format!("{grant}&client_secret=x"),
            "invalid_request",
            "credentials in the body",
        ),
    ];
    for (form, error, words) in cases {
        let response = TestRequest::form(&sim, TOKEN, &form).send(&sim).await;
        response.assert_oauth_error(400, error, words);
    }
    for (form, words) in [
        ("", "token is missing"),
        ("token=x&token=x", "\"token\" is repeated"),
        ("token=x&token_type_hint=access_token", "unknown field"),
        ("token=%", "malformed"),
        ("token=x&client_id=y", "credentials in the body"),
    ] {
        let response = TestRequest::form(&sim, REVOKE, form).send(&sim).await;
        response.assert_oauth_error(400, "invalid_request", words);
    }
    assert!(sim.tokens().is_empty());
}

#[tokio::test]
async fn credentials_in_the_body_do_not_replace_the_header() {
    let sim = start().await;
    let form = format!(
        "grant_type=client_credentials&client_id={}&client_secret={}",
        sim.client_id(),
        encode(&sim.client_secret())
    );
    let request = TestRequest::form(&sim, TOKEN, &form).without("authorization");
    request
        .send(&sim)
        .await
        .assert_oauth_error(400, "invalid_request", "credentials in the body");
}

#[tokio::test]
async fn a_body_over_64_kib_is_refused() {
    let sim = start().await;
    let form = format!("grant_type={}", "x".repeat(64 * 1024));
    TestRequest::form(&sim, TOKEN, &form)
        .send(&sim)
        .await
        .assert_grpc_error(413, 3, "too long");
}
