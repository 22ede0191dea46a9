//! Tokens, as the server sees them come and go.

use std::time::Duration;

use host::ErrorCode;
use host_tests::{Harness, first_page};
use simulator::{Action, Endpoint, Fault};

/// How many requests the server has had of one kind.
fn count(harness: &Harness, endpoint: Endpoint) -> usize {
    let requests = harness.simulator.requests();
    requests
        .iter()
        .filter(|request| request.endpoint == endpoint)
        .count()
}

#[tokio::test]
async fn a_token_is_kept_from_call_to_call() {
    let mut harness = Harness::new().await;
    for _ in 0..3 {
        harness.list(&first_page()).await.unwrap();
    }
    assert_eq!(count(&harness, Endpoint::Token), 1);
}

#[tokio::test]
async fn a_token_that_expired_is_replaced_within_the_call() {
    let mut harness = Harness::new().await;
    let id = harness.member().id;
    harness.get(&id).await.unwrap();
    harness.simulator.advance(Duration::from_secs(901));
    harness.suspend(&id).await.unwrap();
    assert_eq!(count(&harness, Endpoint::Token), 2);
    assert_eq!(count(&harness, Endpoint::Suspend), 2);
}

#[tokio::test]
async fn a_token_that_was_revoked_elsewhere_is_replaced_within_the_call() {
    let mut harness = Harness::new().await;
    harness.list(&first_page()).await.unwrap();
    harness.simulator.revoke_all_tokens();
    harness.list(&first_page()).await.unwrap();
    assert_eq!(count(&harness, Endpoint::Token), 2);
}

#[tokio::test]
async fn a_fresh_token_that_is_refused_too_is_the_end() {
    let mut harness = Harness::new().await;
    harness
        .simulator
        .fault(Fault::new(Action::status(401)).on(Endpoint::List).times(2));
    let error = harness.list(&first_page()).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Unauthenticated);
    assert_eq!(error.requests, 4);
    assert_eq!(count(&harness, Endpoint::Token), 2);
    harness.list(&first_page()).await.unwrap();
}

#[tokio::test]
async fn a_token_whose_life_is_not_said_serves_one_call() {
    let mut harness = Harness::new().await;
    let answer = r#"{"access_token":"a-token-of-nobody-knows-how-long","token_type":"bearer"}"#;
    harness.simulator.fault(
        Fault::new(Action::json(200, answer))
            .on(Endpoint::Token)
            .times(2),
    );
    let page = Action::json(200, "{}");
    harness
        .simulator
        .fault(Fault::new(page).on(Endpoint::List).times(2));
    for _ in 0..2 {
        harness.list(&first_page()).await.unwrap();
    }
    assert_eq!(count(&harness, Endpoint::Token), 2);
}

#[tokio::test]
async fn revoking_leaves_no_token_alive_and_the_next_call_gets_a_new_one() {
    for api_version in ["v1beta1", "v1"] {
        let more = [("OP_USERS_API_VERSION", api_version)];
        let mut harness = Harness::with(|builder| builder, &more).await;
        harness.list(&first_page()).await.unwrap();
        assert_eq!(harness.simulator.live_tokens(), 1);
        harness.revoke().await.unwrap();
        assert_eq!(harness.simulator.live_tokens(), 0);
        harness.revoke().await.unwrap();
        assert_eq!(count(&harness, Endpoint::Revoke), 1);
        harness.list(&first_page()).await.unwrap();
        assert_eq!(count(&harness, Endpoint::Token), 2);
    }
}

#[tokio::test]
async fn a_revocation_that_fails_can_be_made_again() {
    let mut harness = Harness::new().await;
    harness.list(&first_page()).await.unwrap();
    let fault = Fault::new(Action::status(403)).on(Endpoint::Revoke);
    harness.simulator.fault(fault);
    assert!(harness.revoke().await.is_err());
    harness.revoke().await.unwrap();
    assert_eq!(harness.simulator.live_tokens(), 0);
}
