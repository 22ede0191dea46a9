//! Settings: from the environment or by `configure`, never from both, and each wrong one refused by name.

use host::{ApiVersion, BaseUrl, ClientCredentials, Credentials, ErrorCode, Options, Settings};
use host_tests::{Harness, environment, first_page, instance};
use simulator::{Endpoint, Simulator};

/// The settings that name a simulator.
fn settings(simulator: &Simulator) -> Settings {
    Settings {
        account_id: simulator.account_id().to_owned(),
        credentials: Credentials::Client(ClientCredentials {
            client_id: simulator.client_id().to_owned(),
            client_secret: simulator.client_secret(),
        }),
        base_url: BaseUrl::Origin(simulator.url().to_owned()),
        api_version: ApiVersion::V1beta1,
        token_path: None,
        revoke_path: None,
        user_agent: None,
        deadline_ms: None,
    }
}

#[tokio::test]
async fn without_settings_nothing_is_sent() {
    let (mut instance, wire) = instance(Options::new([])).await;
    let error = instance.get_user("x").await.unwrap().unwrap_err();
    assert_eq!(error.code, ErrorCode::NotConfigured);
    assert_eq!(
        error.message,
        "get-user: OP_USERS_ACCOUNT_ID is not set; OP_USERS_CLIENT_ID is not set; OP_USERS_CLIENT_SECRET is not set"
    );
    assert_eq!(error.attempts, 0);
    assert!(wire.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_wrong_variable_is_refused_by_name() {
    for (name, value) in [
        ("OP_USERS_ACCOUNT_ID", ".."),
        ("OP_USERS_CLIENT_ID", "a:b"),
        ("OP_USERS_CLIENT_SECRET", "s3cr3t\r\nx-injected: 1"),
        ("OP_USERS_BASE_URL", "http://127.0.0.1.evil.test"),
        ("OP_USERS_API_VERSION", "v2"),
        ("OP_USERS_TOKEN_PATH", "no-slash"),
        ("OP_USERS_REVOKE_PATH", "/a?b"),
        ("OP_USERS_USER_AGENT", "Acme/1\r\nx-injected: 1"),
        ("OP_USERS_DEADLINE_MS", "sooner"),
        ("OP_USERS_REGION", "mars"),
        ("OP_USERS_BASIC", "a b"),
        ("OP_USERS_SECRET", "a slip in the name"),
    ] {
        let mut harness = Harness::with(|builder| builder, &[(name, value)]).await;
        let error = harness.list(&first_page()).await.unwrap_err();
        assert_eq!(error.code, ErrorCode::NotConfigured, "{name}");
        assert!(error.message.contains(name), "{}", error.message);
        assert!(!error.message.contains(value), "{}", error.message);
        assert!(harness.simulator.requests().is_empty(), "{name}");
    }
}

#[tokio::test]
async fn configure_replaces_the_environment_and_forgets_the_token() {
    let mut harness = Harness::new().await;
    harness.list(&first_page()).await.unwrap();

    let other = Simulator::builder().users(5).seed(2).start().await.unwrap();
    harness
        .instance
        .configure(&settings(&other))
        .await
        .unwrap()
        .unwrap();
    harness.simulator.clear_requests();
    assert_eq!(harness.list(&first_page()).await.unwrap().users.len(), 5);
    let endpoints: Vec<_> = other
        .requests()
        .iter()
        .map(|request| request.endpoint)
        .collect();
    assert_eq!(endpoints, [Endpoint::Token, Endpoint::List]);
    assert!(harness.simulator.requests().is_empty());
}

#[tokio::test]
async fn a_wrong_configuration_names_its_fields_and_changes_nothing() {
    let mut harness = Harness::new().await;
    harness.list(&first_page()).await.unwrap();
    let wrong = Settings {
        account_id: String::new(),
        base_url: BaseUrl::Origin("https://user@evil.test".into()),
        ..settings(&harness.simulator)
    };
    let error = harness
        .instance
        .configure(&wrong)
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::NotConfigured);
    assert_eq!(
        error.message,
        "configure: account-id must not be empty; base-url.origin must be an origin such as https://api.1password.com, without user info, path, query or fragment"
    );
    harness.list(&first_page()).await.unwrap();
    assert_eq!(harness.simulator.tokens().len(), 1);
}

#[tokio::test]
async fn configure_takes_nothing_from_the_environment() {
    // The environment names a good secret; whoever configures must bring one of their own.
    let mut harness = Harness::new().await;
    let other = Simulator::builder().seed(2).start().await.unwrap();
    let foreign = Settings {
        credentials: Credentials::Client(ClientCredentials {
            client_id: String::new(),
            client_secret: String::new(),
        }),
        ..settings(&other)
    };
    assert!(harness.instance.configure(&foreign).await.unwrap().is_err());
    assert!(other.requests().is_empty());
}

#[tokio::test]
async fn configure_serves_where_the_environment_is_empty() {
    let simulator = Simulator::builder().users(5).start().await.unwrap();
    let (mut instance, _) = instance(Options::new([])).await;
    instance
        .configure(&settings(&simulator))
        .await
        .unwrap()
        .unwrap();
    let page = instance.list_users(&first_page()).await.unwrap().unwrap();
    assert_eq!(page.users.len(), 5);
}

#[tokio::test]
async fn a_ready_made_basic_value_serves() {
    let simulator = Simulator::builder().users(5).start().await.unwrap();
    // Of the simulator with seed 1: base64 of its id, a colon, and its secret.
    let basic = "UVU3SjlSSTVMN0I0T0E2VFIwWU9aVVg2S1I6c2ltdWxhdGVkLXNlY3JldC0zZzlidHM0YTdldGg0eHZuOisvJTNEMGcxNQ==";
    let mut variables = environment(&simulator);
    variables.retain(|(name, _)| !name.starts_with("OP_USERS_CLIENT_"));
    variables.push(("OP_USERS_BASIC".into(), basic.into()));
    let (mut instance, _) = instance(Options::new(variables)).await;
    let page = instance.list_users(&first_page()).await.unwrap().unwrap();
    assert_eq!(page.users.len(), 5);
}
