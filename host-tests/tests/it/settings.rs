//! Settings: from the environment, or by `configure` in the configurable component; each wrong setting is named.

use host::{
    ApiVersion, BaseUrl, BasicCredentials, ClientCredentials, Credentials, Effect, ErrorCode,
    InstanceOptions, Settings,
};
use host_tests::{Harness, configurable_instance, environment, first_page, instance};
use simulator::{Endpoint, Simulator};

/// base64 of `id:secret` of the simulator with seed 1.
const BASIC: &str = "UVU3SjlSSTVMN0I0T0E2VFIwWU9aVVg2S1I6c2ltdWxhdGVkLXNlY3JldC0zZzlidHM0YTdldGg0eHZuOisvJTNEMGcxNQ==";

/// Returns the settings that configure an instance for a simulator.
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
async fn missing_settings_are_named_before_any_request() {
    let (mut instance, records) = instance(InstanceOptions::new([])).await;
    let error = instance.get_user("x").await.unwrap().unwrap_err();
    assert_eq!(error.code, ErrorCode::NotConfigured);
    assert_eq!(
        error.message,
        "get-user: OP_USERS_ACCOUNT_ID is not set; OP_USERS_CLIENT_ID is not set; OP_USERS_CLIENT_SECRET is not set"
    );
    assert_eq!(error.requests, 0);
    assert!(records.lock().unwrap().is_empty());
}

/// The service asks with an empty id if the settings are right: `/readyz` depends on this order.
#[tokio::test]
async fn settings_are_checked_before_an_empty_id_and_any_request() {
    for (variable, code) in [
        (("OP_USERS_REGION", ""), ErrorCode::InvalidArgument),
        (("OP_USERS_REGION", "mars"), ErrorCode::NotConfigured),
        (("OP_USERS_CLIENT_SECRET", ""), ErrorCode::NotConfigured),
    ] {
        let simulator = Simulator::builder().start().await.unwrap();
        let mut variables = environment(&simulator);
        variables.retain(|(name, _)| name != variable.0);
        variables.push((variable.0.to_owned(), variable.1.to_owned()));
        let (mut instance, records) = instance(InstanceOptions::new(variables)).await;
        let error = instance.get_user("").await.unwrap().unwrap_err();
        assert_eq!((error.code, error.requests), (code, 0), "{variable:?}");
        assert!(records.lock().unwrap().is_empty());
        assert!(simulator.requests().is_empty());
    }
}

#[tokio::test]
async fn a_wrong_variable_is_named_without_its_value() {
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
        ("OP_USERS_SECRET", "a misspelled name"),
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
async fn configure_replaces_the_settings_and_forgets_the_token() {
    let simulators = [
        Simulator::builder().users(4).seed(1).start().await.unwrap(),
        Simulator::builder().users(5).seed(2).start().await.unwrap(),
    ];
    let mut instance = configurable_instance(InstanceOptions::new([])).await;
    for (index, simulator) in simulators.iter().enumerate() {
        instance
            .configure(&settings(simulator))
            .await
            .unwrap()
            .unwrap();
        let page = instance.list_users(&first_page()).await.unwrap().unwrap();
        assert_eq!(page.users.len(), 4 + index);
    }
    for simulator in &simulators {
        let endpoints: Vec<_> = simulator
            .requests()
            .iter()
            .map(|request| request.endpoint)
            .collect();
        assert_eq!(endpoints, [Endpoint::Token, Endpoint::List]);
    }
}

#[tokio::test]
async fn wrong_fields_are_named_and_the_settings_stay() {
    let simulator = Simulator::builder().users(5).start().await.unwrap();
    let mut instance = configurable_instance(InstanceOptions::new([])).await;
    instance
        .configure(&settings(&simulator))
        .await
        .unwrap()
        .unwrap();
    instance.list_users(&first_page()).await.unwrap().unwrap();
    let wrong = Settings {
        account_id: String::new(),
        base_url: BaseUrl::Origin("https://user@evil.test".into()),
        ..settings(&simulator)
    };
    let error = instance.configure(&wrong).await.unwrap().unwrap_err();
    assert_eq!(error.code, ErrorCode::NotConfigured);
    assert_eq!(
        error.message,
        "configure: account-id must not be empty; base-url.origin must be an origin such as https://api.1password.com, without a path"
    );
    assert_eq!((error.effect, error.requests), (Effect::NotApplied, 0));
    instance.list_users(&first_page()).await.unwrap().unwrap();
    assert_eq!(simulator.tokens().len(), 1);
}

#[tokio::test]
async fn the_environment_does_not_configure_the_component() {
    let simulator = Simulator::builder().users(5).start().await.unwrap();
    let options = InstanceOptions::new(environment(&simulator));
    let mut instance = configurable_instance(options).await;
    let error = instance.get_user("x").await.unwrap().unwrap_err();
    assert_eq!(error.code, ErrorCode::NotConfigured);
    assert!(error.message.contains("configure"), "{}", error.message);
    // No credentials in the settings: those of the environment do not replace them.
    let incomplete = Settings {
        credentials: Credentials::Client(ClientCredentials {
            client_id: String::new(),
            client_secret: String::new(),
        }),
        ..settings(&simulator)
    };
    assert!(instance.configure(&incomplete).await.unwrap().is_err());
    assert!(instance.get_user("x").await.unwrap().is_err());
    assert!(simulator.requests().is_empty());
}

#[tokio::test]
async fn configure_accepts_basic_credentials() {
    let simulator = Simulator::builder().users(5).seed(1).start().await.unwrap();
    let mut instance = configurable_instance(InstanceOptions::new([])).await;
    let settings = Settings {
        credentials: Credentials::Basic(BasicCredentials(BASIC.into())),
        ..settings(&simulator)
    };
    instance.configure(&settings).await.unwrap().unwrap();
    let page = instance.list_users(&first_page()).await.unwrap().unwrap();
    assert_eq!(page.users.len(), 5);
}

#[tokio::test]
async fn op_users_basic_replaces_id_and_secret() {
    let simulator = Simulator::builder().users(5).start().await.unwrap();
    let mut variables = environment(&simulator);
    variables.retain(|(name, _)| !name.starts_with("OP_USERS_CLIENT_"));
    variables.push(("OP_USERS_BASIC".into(), BASIC.into()));
    let (mut instance, _) = instance(InstanceOptions::new(variables)).await;
    let page = instance.list_users(&first_page()).await.unwrap().unwrap();
    assert_eq!(page.users.len(), 5);
}
