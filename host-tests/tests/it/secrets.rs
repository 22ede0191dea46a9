//! Nothing that comes out of the component holds a secret or a token, whatever the server does.

use std::fmt::Debug;

use host_tests::{Harness, first_page};
use simulator::{Action, Endpoint, Fault, Simulator};

/// base64 of what the simulator with seed 1 wants, but for its last group.
const BASIC: &str =
    "UVU3SjlSSTVMN0I0T0E2VFIwWU9aVVg2S1I6c2ltdWxhdGVkLXNlY3JldC0zZzlidHM0YTdldGg0eHZuOisvJTNEMGcx";

/// Eight letters in a row of the secret or of a token that are shown, if any are.
pub fn leak(simulator: &Simulator, shown: &impl Debug) -> Option<String> {
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

/// Neither the secret nor a token nor eight letters of them in a row are shown.
fn expect_clean(simulator: &Simulator, shown: &impl Debug) {
    let leak = leak(simulator, shown);
    assert_eq!(leak, None, "{shown:?}");
}

#[tokio::test]
async fn ordinary_results_are_clean() {
    let mut harness = Harness::new().await;
    let owner = harness.simulator.owner().id;
    let findings = harness.instance.check().await.unwrap();
    expect_clean(&harness.simulator, &findings);
    let page = harness.list(&first_page()).await;
    expect_clean(&harness.simulator, &page);
    let refusal = harness.suspend(&owner).await;
    expect_clean(&harness.simulator, &refusal);
    let revoked = harness.revoke().await;
    expect_clean(&harness.simulator, &revoked);
    let wire = harness.wire();
    assert!(!wire.is_empty());
    expect_clean(&harness.simulator, &wire);
    expect_clean(&harness.simulator, &harness.simulator.requests());
}

#[tokio::test]
async fn what_the_server_repeats_is_blacked_out() {
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
        expect_clean(&harness.simulator, &error);
        assert!(
            error.message.contains("[redacted]") || body.starts_with('x'),
            "{}",
            error.message
        );
    }
}

#[tokio::test]
async fn what_the_token_endpoint_repeats_is_blacked_out() {
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
    expect_clean(&harness.simulator, &error);
}

#[tokio::test]
async fn the_servers_words_are_cut_and_cannot_command_a_terminal() {
    let mut harness = Harness::new().await;
    let id = harness.member().id;
    let body = format!("\u{1b}[31mred\r\nwords\u{7}{}", " é".repeat(1000));
    harness
        .simulator
        .fault(Fault::new(Action::json(403, body)).on(Endpoint::Get));
    let error = harness.get(&id).await.unwrap_err();
    let words = error.api_message.unwrap();
    assert!(words.starts_with("[31mred words é é"), "{words}");
    assert!(words.len() <= 512 && words.len() > 500, "{}", words.len());
    assert!(!words.contains(char::is_control));
}
