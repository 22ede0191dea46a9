//! Expiry and revocation of tokens.

use std::time::Duration;

use simulator::Simulator;

use crate::client::{TestRequest, encode, start, token};

#[tokio::test]
async fn a_revoked_token_is_refused_and_others_stay_valid() {
    let sim = start().await;
    let (first, second) = (token(&sim).await, token(&sim).await);
    let response = TestRequest::revoke(&sim, &first).send(&sim).await;
    assert_eq!((response.status, response.body.as_str()), (200, ""));
    assert_eq!(response.header("content-type"), None);
    assert_eq!(sim.live_tokens(), 1);
    let response = TestRequest::list(&sim, &first, "").send(&sim).await;
    response.assert_grpc_error(401, 16, "revoked");
    assert_eq!(
        TestRequest::list(&sim, &second, "").send(&sim).await.status,
        200
    );
}

#[tokio::test]
async fn revoking_twice_or_an_unknown_token_succeeds() {
    let sim = start().await;
    let access_token = token(&sim).await;
    for revoked in [access_token.as_str(), access_token.as_str(), "unknown"] {
        assert_eq!(
            TestRequest::revoke(&sim, revoked).send(&sim).await.status,
            200
        );
    }
}

#[tokio::test]
async fn revoking_a_token_without_form_encoding_has_no_effect() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let request = TestRequest::form(&sim, "/v1/oauth/revoke", &format!("token={access_token}"));
    assert_eq!(request.send(&sim).await.status, 200);
    assert_eq!(sim.live_tokens(), 1);
}

#[tokio::test]
async fn a_token_can_be_revoked_in_v1() {
    let sim = start().await;
    let access_token = token(&sim).await;
    let form = format!("token={}", encode(&access_token));
    assert_eq!(
        TestRequest::form(&sim, "/v1/oauth/revoke", &form)
            .send(&sim)
            .await
            .status,
        200
    );
    assert_eq!(sim.live_tokens(), 0);
}

#[tokio::test]
async fn a_token_expires_at_the_end_of_its_lifetime() {
    let builder = Simulator::builder().token_life(Duration::from_secs(3600));
    let sim = builder.start().await.unwrap();
    let response = TestRequest::token(&sim).send(&sim).await;
    assert_eq!(response.json()["expires_in"], 3600);
    let access_token = sim.tokens().remove(0);
    sim.advance(Duration::from_secs(3000));
    assert_eq!(
        TestRequest::list(&sim, &access_token, "")
            .send(&sim)
            .await
            .status,
        200
    );
    sim.advance(Duration::from_secs(600));
    let response = TestRequest::list(&sim, &access_token, "").send(&sim).await;
    response.assert_grpc_error(401, 16, "expired");
    assert_eq!(sim.live_tokens(), 0);
    let fresh = token(&sim).await;
    assert_eq!(
        TestRequest::list(&sim, &fresh, "").send(&sim).await.status,
        200
    );
}

#[tokio::test]
async fn the_test_can_expire_or_revoke_all_tokens() {
    let sim = start().await;
    let tokens = [token(&sim).await, token(&sim).await];
    sim.expire_all_tokens();
    for token in &tokens {
        TestRequest::list(&sim, token, "")
            .send(&sim)
            .await
            .assert_grpc_error(401, 16, "expired");
    }
    sim.revoke_all_tokens();
    for token in &tokens {
        TestRequest::list(&sim, token, "")
            .send(&sim)
            .await
            .assert_grpc_error(401, 16, "revoked");
    }
    assert_eq!(sim.tokens(), tokens);
}
