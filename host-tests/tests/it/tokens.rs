//! Token exchange, replacement and revocation in single calls.

use std::time::Duration;

use host::ErrorCode;
use host_tests::{Harness, first_page};
use simulator::{Action, Endpoint, Fault};

/// Counts the requests that the server received at an endpoint.
fn count(harness: &Harness, endpoint: Endpoint) -> usize {
    let requests = harness.simulator.requests();
    requests
        .iter()
        .filter(|request| request.endpoint == endpoint)
        .count()
}

#[tokio::test]
async fn a_token_is_used_for_several_calls() {
    let mut harness = Harness::new().await;
    for _ in 0..3 {
        harness.list(&first_page()).await.unwrap();
    }
    assert_eq!(count(&harness, Endpoint::Token), 1);
}

#[tokio::test]
async fn an_expired_token_is_replaced_within_the_call() {
    let mut harness = Harness::new().await;
    let id = harness.member().id;
    harness.get(&id).await.unwrap();
    harness.simulator.advance(Duration::from_secs(901));
    harness.suspend(&id).await.unwrap();
    assert_eq!(count(&harness, Endpoint::Token), 2);
    assert_eq!(count(&harness, Endpoint::Suspend), 2);
}

#[tokio::test]
async fn a_token_revoked_elsewhere_is_replaced_within_the_call() {
    let mut harness = Harness::new().await;
    harness.list(&first_page()).await.unwrap();
    harness.simulator.revoke_all_tokens();
    harness.list(&first_page()).await.unwrap();
    assert_eq!(count(&harness, Endpoint::Token), 2);
}

#[tokio::test]
async fn a_rejected_fresh_token_is_unauthenticated() {
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
async fn a_token_of_unknown_lifetime_serves_the_next_call() {
    let mut harness = Harness::new().await;
    let body = r#"{"access_token":"a-token-of-unknown-lifetime","token_type":"bearer"}"#;
    harness.simulator.fault(
        Fault::new(Action::json(200, body))
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
    assert_eq!(count(&harness, Endpoint::Token), 1);
}

#[tokio::test]
async fn a_call_after_a_revocation_exchanges_a_new_token() {
    for api_version in ["v1beta1", "v1"] {
        let variables = [("OP_USERS_API_VERSION", api_version)];
        let mut harness = Harness::with(|builder| builder, &variables).await;
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
async fn a_failed_revocation_can_be_repeated() {
    let mut harness = Harness::new().await;
    harness.list(&first_page()).await.unwrap();
    let fault = Fault::new(Action::status(403)).on(Endpoint::Revoke);
    harness.simulator.fault(fault);
    assert!(harness.revoke().await.is_err());
    harness.revoke().await.unwrap();
    assert_eq!(harness.simulator.live_tokens(), 0);
}

#[tokio::test]
async fn a_refused_exchange_is_told_and_not_repeated_at_once() {
    for (status, error) in [
        (200, "invalid_client"),
        (400, "unauthorized_client"),
        (401, "invalid_client"),
    ] {
        let mut harness = Harness::new().await;
        let body = format!(r#"{{"error":"{error}","error_description":"no such client"}}"#);
        let refusal = Action::json(status, body);
        harness
            .simulator
            .fault(Fault::new(refusal).on(Endpoint::Token).times(9));
        for requests in [1, 0, 0] {
            let failure = harness.list(&first_page()).await.unwrap_err();
            assert_eq!(failure.requests, requests, "{status}");
            let told = format!("it says: {error}: no such client");
            assert!(failure.message.contains(&told), "{}", failure.message);
        }
        assert_eq!(count(&harness, Endpoint::Token), 1);
    }
}

#[tokio::test]
async fn a_token_of_a_nanosecond_serves_many_calls() {
    let mut harness = Harness::new().await;
    let token = r#"{"access_token":"a-token-of-short-life","expires_in":1e-9}"#;
    let fault = Fault::new(Action::json(200, token));
    harness.simulator.fault(fault.on(Endpoint::Token).times(9));
    let page = Action::json(200, r#"{"results":[{"id":"U","state":"ACTIVE"}]}"#);
    harness
        .simulator
        .fault(Fault::new(page).on(Endpoint::List).times(20));
    for _ in 0..20 {
        harness.list(&first_page()).await.unwrap();
    }
    assert_eq!(count(&harness, Endpoint::Token), 1);
}
