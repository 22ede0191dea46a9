//! Tests of the settings from the environment and from the contract's record.

mod unfit_values;

use super::*;
use crate::{
    generation::Generation::{V1, V1Beta1},
    platform::Duration,
    request::PRODUCT,
    secret::Secret,
};

const ACCOUNT: (&str, &str) = ("OP_USERS_ACCOUNT_ID", "ACCOUNT123");
const CLIENT: (&str, &str) = ("OP_USERS_CLIENT_ID", "client-1");
const SECRET: (&str, &str) = ("OP_USERS_CLIENT_SECRET", "s3cr3t:with colon");

fn read(variables: &[(&str, &str)]) -> Result<Settings, SettingsError> {
    let owned = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
    from_environment(variables.iter().map(owned).collect())
}

/// Complete settings with one more variable.
fn read_with(name: &str, value: &str) -> Result<Settings, SettingsError> {
    read(&[ACCOUNT, CLIENT, SECRET, (name, value)])
}

fn problems(result: Result<Settings, SettingsError>) -> Vec<String> {
    result.map(|_| ()).unwrap_err().0
}

fn raw() -> RawSettings {
    RawSettings {
        account_id: "ACCOUNT123".into(),
        credentials: Credentials::Basic(Secret::new("aWQ6c2VjcmV0".into())),
        origin: Origin::Eu,
        api_version: ApiVersion::V1,
        token_path: None,
        revoke_path: None,
        user_agent: None,
        deadline_ms: None,
    }
}

#[test]
fn three_variables_are_required_and_the_rest_has_defaults() {
    let settings = read(&[ACCOUNT, CLIENT, SECRET, ("PATH", "/bin")]).unwrap();
    assert_eq!(settings.account.as_str(), "ACCOUNT123");
    assert_eq!(settings.base_url.authority, "api.1password.com");
    assert_eq!(settings.generation, None);
    for (generation, token, revoke) in [
        (
            V1Beta1,
            "/v1beta1/users/oauth2/token",
            "/v1beta1/users/oauth2/revoke",
        ),
        (V1, "/v1/oauth/token", "/v1/oauth/revoke"),
    ] {
        assert_eq!(settings.token_path(generation), token);
        assert_eq!(settings.revoke_path(generation), revoke);
    }
    assert_eq!(settings.user_agent, PRODUCT);
    assert_eq!(settings.deadline, Duration::from_secs(30));
}

#[test]
fn client_id_and_secret_are_encoded_as_basic() {
    let settings = read(&[ACCOUNT, CLIENT, SECRET]).unwrap();
    // printf 'client-1:s3cr3t:with colon' | base64
    assert_eq!(
        settings.authorization.expose(),
        "Basic Y2xpZW50LTE6czNjcjN0OndpdGggY29sb24="
    );
}

#[test]
fn encoded_credentials_or_a_placeholder_are_sent_unchanged() {
    for basic in ["Y2xpZW50OnNlY3JldA==", "{{OP_BASIC}}"] {
        let settings = read(&[ACCOUNT, ("OP_USERS_BASIC", basic)]).unwrap();
        assert_eq!(settings.authorization.expose(), format!("Basic {basic}"));
    }
}

#[test]
fn all_optional_variables_are_read() {
    let settings = read(&[
        ACCOUNT,
        CLIENT,
        SECRET,
        ("OP_USERS_REGION", "ca"),
        ("OP_USERS_API_VERSION", "v1"),
        ("OP_USERS_TOKEN_PATH", "/v1/users/oauth2/token"),
        ("OP_USERS_USER_AGENT", "Acme-SOAR/3.1"),
        ("OP_USERS_DEADLINE_MS", "1500"),
    ])
    .unwrap();
    assert_eq!(settings.base_url.authority, "api.1password.ca");
    assert_eq!(settings.generation, Some(V1));
    assert_eq!(settings.token_path(V1), "/v1/users/oauth2/token");
    assert_eq!(settings.revoke_path(V1), "/v1/oauth/revoke");
    assert_eq!(settings.user_agent, format!("Acme-SOAR/3.1 {PRODUCT}"));
    assert_eq!(settings.deadline, Duration::from_millis(1500));
    let settings = read_with("OP_USERS_BASE_URL", "http://127.0.0.1:8080").unwrap();
    assert_eq!(settings.base_url.authority, "127.0.0.1:8080");
    let settings = read_with("OP_USERS_REVOKE_PATH", "/revoke").unwrap();
    assert_eq!(settings.revoke_path(V1), "/revoke");
}

#[test]
fn all_missing_variables_are_reported_at_once() {
    assert_eq!(
        problems(read(&[])),
        [
            "OP_USERS_ACCOUNT_ID is not set",
            "OP_USERS_CLIENT_ID is not set",
            "OP_USERS_CLIENT_SECRET is not set",
        ]
    );
    assert_eq!(
        problems(read(&[ACCOUNT, CLIENT])),
        ["OP_USERS_CLIENT_SECRET is not set"]
    );
}

#[test]
fn an_invalid_variable_is_reported_without_its_value() {
    let cases = [
        ("OP_USERS_REGION", "wrong-us"),
        ("OP_USERS_BASE_URL", "https://wrong/path"),
        ("OP_USERS_API_VERSION", "wrong-v2"),
        ("OP_USERS_TOKEN_PATH", "wrong"),
        ("OP_USERS_TOKEN_PATH", "/wrong?x"),
        ("OP_USERS_TOKEN_PATH", "//wrong.test/x"),
        ("OP_USERS_TOKEN_PATH", "/wrong/../x"),
        ("OP_USERS_REVOKE_PATH", "/wrong\r\nx: y"),
        ("OP_USERS_USER_AGENT", "wrong"),
        ("OP_USERS_USER_AGENT", "wrong/1 more/2"),
        ("OP_USERS_USER_AGENT", "wrong/1\r\nx: y"),
        ("OP_USERS_DEADLINE_MS", "0"),
        ("OP_USERS_DEADLINE_MS", "+5"),
        ("OP_USERS_DEADLINE_MS", "3600001"),
        ("OP_USERS_DEADLINE_MS", "wrong"),
        ("OP_USERS_REGOIN", "wrong"),
        ("OP_USERS_REGION", " eu"),
        ("OP_USERS_API_VERSION", "auto "),
        ("OP_USERS_DEADLINE_MS", "5 "),
        ("op_users_region", "wrong"),
        ("Op_Users_Protect", "wrong"),
        ("OP_USERS_PORTS", "wrong"),
        ("OP_USERS_PORT_HTTP", "wrong"),
        ("OP_USERS_SERVICE", "wrong"),
    ];
    for (name, value) in cases {
        let problems = problems(read_with(name, value));
        assert_eq!(problems.len(), 1, "{name}={value:?}: {problems:?}");
        assert!(problems[0].starts_with(&format!("{name} ")), "{problems:?}");
        assert!(!problems[0].contains("wrong"), "{problems:?}");
    }
}

#[test]
fn credentials_that_do_not_fit_into_a_header_are_rejected() {
    for (id, secret, name) in [
        ("a:b", "s", "OP_USERS_CLIENT_ID"),
        ("a\nb", "s", "OP_USERS_CLIENT_ID"),
        ("a", "s3cr3t\n", "OP_USERS_CLIENT_SECRET"),
        ("a", &"s".repeat(4097), "OP_USERS_CLIENT_SECRET"),
    ] {
        let found = problems(read(&[
            ACCOUNT,
            ("OP_USERS_CLIENT_ID", id),
            ("OP_USERS_CLIENT_SECRET", secret),
        ]));
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with(name), "{found:?}");
    }
    let pairs = [
        "id:secret\n",
        "id:secret ",
        " id:secret",
        "id :secret",
        ":secret",
        "id:",
    ];
    let encoded = pairs.map(|pair| crate::base64::encode(pair).expose().to_owned());
    let others = ["Basic eA==", "a\r\nb", "\u{e4}"].map(str::to_owned);
    for basic in others.iter().chain(&encoded) {
        let found = problems(read(&[ACCOUNT, ("OP_USERS_BASIC", basic)]));
        assert!(found[0].starts_with("OP_USERS_BASIC "), "{found:?}");
    }
}

#[test]
fn credentials_of_4096_bytes_are_accepted() {
    let longest = "s".repeat(4096);
    for (name, other) in [
        ("OP_USERS_CLIENT_ID", SECRET),
        ("OP_USERS_CLIENT_SECRET", CLIENT),
    ] {
        assert!(read(&[ACCOUNT, other, (name, &longest)]).is_ok(), "{name}");
    }
    assert!(read(&[ACCOUNT, ("OP_USERS_BASIC", &longest)]).is_ok());
}

#[test]
fn contradictory_settings_are_rejected() {
    assert_eq!(
        problems(read_with("OP_USERS_BASIC", "eA==")),
        ["OP_USERS_BASIC must not be set beside OP_USERS_CLIENT_ID and OP_USERS_CLIENT_SECRET"]
    );
    assert_eq!(
        problems(read(&[
            ACCOUNT,
            CLIENT,
            SECRET,
            ("OP_USERS_REGION", "eu"),
            ("OP_USERS_BASE_URL", "https://gateway.example"),
        ])),
        ["OP_USERS_BASE_URL must not be set beside OP_USERS_REGION"]
    );
}

#[test]
fn invalid_fields_are_reported_by_their_contract_names() {
    assert!(Settings::new(raw()).is_ok());
    let wrong = RawSettings {
        account_id: "..".into(),
        credentials: Credentials::Client {
            id: "a:b".into(),
            secret: Secret::new("\r\n".into()),
        },
        origin: Origin::Other("http://evil.test".into()),
        token_path: Some("x".into()),
        revoke_path: Some(String::new()),
        user_agent: Some("x".into()),
        deadline_ms: Some(0),
        ..raw()
    };
    let problems = Settings::new(wrong).map(|_| ()).unwrap_err().0;
    let names: Vec<_> = problems
        .iter()
        .filter_map(|problem| problem.split(' ').next())
        .collect();
    assert_eq!(
        names,
        [
            "account-id",
            "client-id",
            "client-secret",
            "base-url.origin",
            "token-path",
            "revoke-path",
            "user-agent",
            "deadline-ms",
        ]
    );
}

#[test]
fn debug_of_settings_shows_no_secret() {
    let shown = format!("{:?}", read(&[ACCOUNT, CLIENT, SECRET]).unwrap());
    assert!(!shown.contains("s3cr3t"), "{shown}");
    assert!(!shown.contains("czNjcjN0"), "{shown}");
}

#[test]
fn a_variable_without_a_value_counts_as_not_set() {
    for name in [
        "OP_USERS_REGION",
        "OP_USERS_BASE_URL",
        "OP_USERS_BASIC",
        "OP_USERS_API_VERSION",
        "OP_USERS_TOKEN_PATH",
        "OP_USERS_REVOKE_PATH",
        "OP_USERS_USER_AGENT",
        "OP_USERS_DEADLINE_MS",
        "OP_USERS_REGOIN",
    ] {
        let settings = read_with(name, "").unwrap();
        assert_eq!(settings.base_url.authority, "api.1password.com", "{name}");
        assert_eq!(settings.generation, None, "{name}");
    }
    assert_eq!(
        problems(read(&[ACCOUNT, CLIENT, ("OP_USERS_CLIENT_SECRET", "")])),
        ["OP_USERS_CLIENT_SECRET is not set"]
    );
}

#[test]
fn a_variable_that_is_set_twice_is_rejected() {
    for name in [
        "OP_USERS_REGION",
        "OP_USERS_ACCOUNT_ID",
        "OP_USERS_API_VERSION",
    ] {
        let twice = [ACCOUNT, CLIENT, SECRET, (name, "v1"), (name, "v1")];
        let found = problems(read(&twice));
        let expected = format!("{name} is not a setting, or is set twice");
        assert!(found.contains(&expected), "{found:?}");
    }
}

#[test]
fn variables_that_kubernetes_sets_are_passed_over() {
    let mut variables = vec![ACCOUNT, CLIENT, SECRET];
    variables.extend([
        ("OP_USERS_SERVICE_HOST", "10.3.104.46"),
        ("OP_USERS_SERVICE_PORT", "80"),
        ("OP_USERS_SERVICE_PORT_HTTP", "80"),
        ("OP_USERS_PORT", "tcp://10.3.104.46:80"),
        ("OP_USERS_PORT_80_TCP", "tcp://10.3.104.46:80"),
        ("OP_USERS_PORT_80_TCP_PROTO", "tcp"),
        ("OP_USERS_PORT_80_TCP_PORT", "80"),
        ("OP_USERS_PORT_80_TCP_ADDR", "10.3.104.46"),
        ("OP_USERS_API_SERVICE_HOST", "fd00:10:96::a"),
        ("OP_USERS_API_SERVICE_PORT_HTTPS", "443"),
        ("OP_USERS_API_PORT", "tcp://[fd00:10:96::a]:443"),
        ("OP_USERS_API_PORT_443_TCP_ADDR", "fd00:10:96::a"),
        ("OP_USERS_BLUE_PORTAL_PORT_53_UDP", "udp://10.3.104.46:53"),
        ("OP_USERS_BLUE_PORTAL_PORT_53_UDP_PROTO", "udp"),
        ("OP_USERS_CALLS_PORT", "sctp://10.3.104.46:36412"),
    ]);
    read(&variables).unwrap();
}

#[test]
fn a_setting_with_a_name_of_kubernetes_is_rejected() {
    for (name, value) in [
        ("OP_USERS_REGION_PORT", "eu"),
        ("OP_USERS_BASE_URL_PORT", "https://proxy.example"),
        ("OP_USERS_BASE_URL_PORT", "tcp://proxy.example:80"),
        ("OP_USERS_BASE_URL_SERVICE_HOST", "proxy.example"),
        ("OP_USERS_BASE_URL_SERVICE_HOST", "80"),
        ("OP_USERS_SERVICE_PORT", "http"),
        ("OP_USERS_DEADLINE_MS_PORT", "500"),
        ("OP_USERS_PORT_80_TCP", "80"),
        ("OP_USERS_PORT_80_TCP_PROTO", "http"),
        ("OP_USERS_PORT_80_TCP_PORT", "http"),
        ("OP_USERS_PORT_80_TCP_ADDR", "tcp"),
    ] {
        let found = problems(read(&[ACCOUNT, CLIENT, SECRET, (name, value)]));
        let expected = format!("{name} is not a setting, or is set twice");
        assert_eq!(found, [expected], "{value}");
    }
}

#[test]
fn regions_and_api_versions_are_taken_in_any_letter_case() {
    for (name, value) in [
        ("OP_USERS_REGION", "EU"),
        ("OP_USERS_REGION", "Ca"),
        ("OP_USERS_API_VERSION", "V1Beta1"),
        ("OP_USERS_API_VERSION", "AUTO"),
    ] {
        let settings = read_with(name, value).unwrap();
        let same = read_with(name, &value.to_lowercase()).unwrap();
        assert_eq!(settings.base_url, same.base_url);
        assert_eq!(settings.generation, same.generation);
    }
}

#[test]
fn auto_with_a_token_path_means_the_documented_generation() {
    for version in [ApiVersion::Auto, ApiVersion::V1Beta1] {
        let settings = Settings::new(RawSettings {
            api_version: version,
            token_path: Some("/auth/token".into()),
            ..raw()
        });
        assert_eq!(settings.unwrap().generation, Some(V1Beta1));
    }
    assert_eq!(ApiVersion::default(), ApiVersion::Auto);
}
