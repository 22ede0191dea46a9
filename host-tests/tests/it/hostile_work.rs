//! Work that a server can cause: searching an answer for secrets takes no longer than reading it.

use std::time::{Duration, Instant};

use host_tests::{Harness, first_page};
use simulator::{Action, Endpoint, Fault};

/// Maximum length of a token, in bytes.
const MAX_TOKEN: usize = 8 << 10;
/// Maximum time for one call. It is some hundred milliseconds on an idle machine, and was half a minute once.
const MAX_TIME: Duration = Duration::from_secs(10);

/// An account whose tokens differ from text of one letter in their last letter only.
async fn harness_with_tokens() -> Harness {
    let harness = Harness::with(|builder| builder, &[("OP_USERS_DEADLINE_MS", "20000")]).await;
    let token = "a".repeat(MAX_TOKEN - 1) + "b";
    let body = format!(r#"{{"access_token":"{token}","expires_in":900}}"#);
    let fault = Fault::new(Action::json(200, body));
    harness.simulator.fault(fault.on(Endpoint::Token).times(1));
    harness
}

#[tokio::test]
async fn a_long_name_almost_like_a_secret_costs_no_time() {
    let mut harness = harness_with_tokens().await;
    let name = "a".repeat(7 << 20);
    let user = format!(r#"{{"id":"U","display_name":"{name}","state":"ACTIVE"}}"#);
    let page = Action::json(200, format!(r#"{{"results":[{user}]}}"#));
    harness
        .simulator
        .fault(Fault::new(page).on(Endpoint::List).times(1));
    let start = Instant::now();
    let page = harness.list(&first_page()).await.unwrap();
    assert_eq!(page.users[0].display_name.len(), 7 << 20);
    assert!(start.elapsed() < MAX_TIME, "{:?}", start.elapsed());
}

#[tokio::test]
async fn a_message_almost_like_a_secret_costs_no_time() {
    let mut harness = harness_with_tokens().await;
    let message = "aaaaaaac".repeat(1000);
    let refusal = Action::json(400, format!(r#"{{"code":3,"message":"{message}"}}"#));
    harness
        .simulator
        .fault(Fault::new(refusal).on(Endpoint::List).times(10));
    let start = Instant::now();
    for _ in 0..10 {
        let error = harness.list(&first_page()).await.unwrap_err();
        assert!(error.message.contains("aaaaaaac"), "{}", error.message);
    }
    assert!(start.elapsed() < MAX_TIME, "{:?}", start.elapsed());
}
