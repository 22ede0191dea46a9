//! Secrets and tokens: absent from every result and from `Debug` output.

use std::fmt::Debug;

use host::{ApiVersion, BaseUrl, BasicCredentials, ClientCredentials, Credentials, Settings};
use host_tests::{Harness, first_page};
use simulator::{Action, Endpoint, Fault, Simulator};

/// Basic credentials of the simulator with seed 1 (base64), without the last group.
const BASIC: &str =
    "UVU3SjlSSTVMN0I0T0E2VFIwWU9aVVg2S1I6c2ltdWxhdGVkLXNlY3JldC0zZzlidHM0YTdldGg0eHZuOisvJTNEMGcx";

/// Returns eight consecutive characters of the secret or of a token that `shown` contains, if any.
pub(crate) fn leak(simulator: &Simulator, shown: &impl Debug) -> Option<String> {
    let shown = format!("{shown:?}");
    let mut secrets = simulator.tokens();
    secrets.push(simulator.client_secret());
    secrets.push(BASIC.to_owned());
    let parts = secrets
        .iter()
        .flat_map(|secret| secret.as_bytes().windows(8));
    let mut parts = parts.filter_map(|part| str::from_utf8(part).ok());
    parts.find(|part| shown.contains(part)).map(str::to_owned)
}

/// Asserts that `shown` contains no eight consecutive characters of the secret or of a token.
fn assert_clean(simulator: &Simulator, shown: &impl Debug) {
    let leak = leak(simulator, shown);
    assert_eq!(leak, None, "{shown:?}");
}

#[tokio::test]
async fn ordinary_results_contain_no_secrets() {
    let mut harness = Harness::new().await;
    let owner = harness.simulator.owner().id;
    let findings = harness.instance.check().await.unwrap();
    assert_clean(&harness.simulator, &findings);
    let page = harness.list(&first_page()).await;
    assert_clean(&harness.simulator, &page);
    let refusal = harness.suspend(&owner).await;
    assert_clean(&harness.simulator, &refusal);
    let revoked = harness.revoke().await;
    assert_clean(&harness.simulator, &revoked);
    let records = harness.take_records();
    assert!(!records.is_empty());
    assert_clean(&harness.simulator, &records);
    assert_clean(&harness.simulator, &harness.simulator.requests());
}

#[tokio::test]
async fn secrets_in_error_messages_are_redacted() {
    let mut harness = Harness::new().await;
    harness.list(&first_page()).await.unwrap();
    let token = harness.simulator.tokens().pop().unwrap();
    let secret = harness.simulator.client_secret();
    let id = harness.member().id;

    let bodies = [
        format!(r#"{{"code":16,"message":"the token {token} is not good"}}"#),
        format!("Authorization: Bearer {token}"),
        format!("it ends in {}", &token[token.len() - 12..]),
        format!("you sent Basic {BASIC} and {secret}"),
        format!("{}{token}", "x".repeat(500)),
    ];
    for body in bodies {
        harness
            .simulator
            .fault(Fault::new(Action::json(403, body.clone())).on(Endpoint::Get));
        let error = harness.get(&id).await.unwrap_err();
        assert_clean(&harness.simulator, &error);
        assert!(
            error.message.contains("[redacted]") || body.starts_with('x'),
            "{}",
            error.message
        );
    }
}

#[tokio::test]
async fn secrets_in_token_errors_are_redacted() {
    let mut harness = Harness::new().await;
    let secret = harness.simulator.client_secret();
    let body = format!(
        r#"{{"error":"invalid_client","error_description":"{secret} is wrong, {BASIC} too"}}"#
    );
    harness
        .simulator
        .fault(Fault::new(Action::json(401, body)).on(Endpoint::Token));
    let error = harness.list(&first_page()).await.unwrap_err();
    assert_eq!(
        error.api_message.as_deref(),
        Some("invalid_client: [redacted] is wrong, [redacted] too")
    );
    assert_clean(&harness.simulator, &error);
}

#[tokio::test]
async fn api_messages_are_cut_and_have_no_control_characters() {
    let mut harness = Harness::new().await;
    let id = harness.member().id;
    let body = format!("\u{1b}[31mred\r\nwords\u{7}{}", " é".repeat(1000));
    harness
        .simulator
        .fault(Fault::new(Action::json(403, body)).on(Endpoint::Get));
    let error = harness.get(&id).await.unwrap_err();
    let message = error.api_message.unwrap();
    assert!(message.starts_with("[31mred words é é"), "{message}");
    assert!(
        message.len() <= 512 && message.len() > 500,
        "{}",
        message.len()
    );
    assert!(!message.contains(char::is_control));
}

#[tokio::test]
async fn debug_output_contains_no_secrets() {
    let harness = Harness::new().await;
    let client = ClientCredentials {
        client_id: harness.simulator.client_id().to_owned(),
        client_secret: harness.simulator.client_secret(),
    };
    let basic = BasicCredentials(harness.simulator.client_secret());
    let settings = |credentials| Settings {
        account_id: harness.simulator.account_id().to_owned(),
        credentials,
        base_url: BaseUrl::Com,
        api_version: ApiVersion::V1,
        token_path: None,
        revoke_path: None,
        user_agent: None,
        deadline_ms: None,
    };
    let all: [&dyn Debug; 5] = [
        &client.clone(),
        &basic.clone(),
        &settings(Credentials::Client(client.clone())),
        &settings(Credentials::Basic(basic.clone())),
        &harness.simulator,
    ];
    for shown in all {
        assert_eq!(leak(&harness.simulator, &shown), None, "{shown:?}");
    }
    // `leak` finds the secrets in the fields themselves.
    assert!(leak(&harness.simulator, &client.client_secret).is_some());
    assert!(leak(&harness.simulator, &basic.0).is_some());
}
