//! Settings: from the environment for the plugin, by `configure` for the configurable plugin, and each wrong one refused by name.

use std::sync::OnceLock;

use host::{
    ApiVersion, BaseUrl, ClientCredentials, ConfigurableInstance, ConfigurableRuntime, Credentials,
    ErrorCode, InstanceOptions, Settings,
};
use host_tests::{Environment, Harness, environment, first_page, instance};
use simulator::{Endpoint, Simulator};

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
    let (mut instance, wire) = instance(InstanceOptions::new([])).await;
    let error = instance.get_user("x").await.unwrap().unwrap_err();
    assert_eq!(error.code, ErrorCode::NotConfigured);
    assert_eq!(
        error.message,
        "get-user: OP_USERS_ACCOUNT_ID is not set; OP_USERS_CLIENT_ID is not set; OP_USERS_CLIENT_SECRET is not set"
    );
    assert_eq!(error.requests, 0);
    assert!(wire.lock().unwrap().is_empty());
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

/// An instance of the configurable plugin with this environment.
async fn configurable(environment: Environment) -> ConfigurableInstance {
    static RUNTIME: OnceLock<ConfigurableRuntime> = OnceLock::new();
    RUNTIME
        .get_or_init(|| ConfigurableRuntime::new().expect("the component can be compiled"))
        .instance(InstanceOptions::new(environment))
        .await
        .expect("the component can be instantiated")
}

/// A simulated account of this many users.
async fn simulator(users: usize) -> Simulator {
    let builder = Simulator::builder().users(users).seed(users as u64);
    builder.start().await.expect("a simulator starts")
}

async fn configure(instance: &mut ConfigurableInstance, settings: &Settings) {
    instance.configure(settings).await.unwrap().unwrap();
}

#[tokio::test]
async fn configure_replaces_the_settings_and_forgets_the_token() {
    let (first, second) = (simulator(60).await, simulator(5).await);
    let mut instance = configurable(Vec::new()).await;
    configure(&mut instance, &settings(&first)).await;
    instance.list_users(&first_page()).await.unwrap().unwrap();
    first.clear_requests();

    configure(&mut instance, &settings(&second)).await;
    let page = instance.list_users(&first_page()).await.unwrap().unwrap();
    assert_eq!(page.users.len(), 5);
    let endpoints: Vec<_> = second
        .requests()
        .iter()
        .map(|request| request.endpoint)
        .collect();
    assert_eq!(endpoints, [Endpoint::Token, Endpoint::List]);
    assert!(first.requests().is_empty());
}

#[tokio::test]
async fn wrong_fields_are_named_and_the_settings_stay() {
    let simulator = simulator(5).await;
    let mut instance = configurable(Vec::new()).await;
    configure(&mut instance, &settings(&simulator)).await;
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
        "configure: account-id must not be empty; base-url.origin must be an origin such as https://api.1password.com, without user info, path, query or fragment"
    );
    instance.list_users(&first_page()).await.unwrap().unwrap();
    assert_eq!(simulator.tokens().len(), 1);
}

#[tokio::test]
async fn a_configurable_instance_reads_no_environment() {
    let simulator = simulator(5).await;
    let mut instance = configurable(environment(&simulator)).await;
    let error = instance
        .list_users(&first_page())
        .await
        .unwrap()
        .unwrap_err();
    assert_eq!((error.code, error.requests), (ErrorCode::NotConfigured, 0));
    // The environment contains valid credentials, which must not complete these settings.
    let incomplete = Settings {
        credentials: Credentials::Client(ClientCredentials {
            client_id: String::new(),
            client_secret: String::new(),
        }),
        ..settings(&simulator)
    };
    assert!(instance.configure(&incomplete).await.unwrap().is_err());
    assert!(simulator.requests().is_empty());
}

#[tokio::test]
async fn configure_serves_without_an_environment() {
    let simulator = simulator(5).await;
    let mut instance = configurable(Vec::new()).await;
    configure(&mut instance, &settings(&simulator)).await;
    let page = instance.list_users(&first_page()).await.unwrap().unwrap();
    assert_eq!(page.users.len(), 5);
}

#[tokio::test]
async fn op_users_basic_replaces_id_and_secret() {
    let simulator = Simulator::builder().users(5).start().await.unwrap();
    // base64 of `id:secret` of the simulator with seed 1.
    let basic = "UVU3SjlSSTVMN0I0T0E2VFIwWU9aVVg2S1I6c2ltdWxhdGVkLXNlY3JldC0zZzlidHM0YTdldGg0eHZuOisvJTNEMGcxNQ==";
    let mut variables = environment(&simulator);
    variables.retain(|(name, _)| !name.starts_with("OP_USERS_CLIENT_"));
    variables.push(("OP_USERS_BASIC".into(), basic.into()));
    let (mut instance, _) = instance(InstanceOptions::new(variables)).await;
    let page = instance.list_users(&first_page()).await.unwrap().unwrap();
    assert_eq!(page.users.len(), 5);
}
