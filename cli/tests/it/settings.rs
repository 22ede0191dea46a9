//! Settings in the environment, as other programs leave them there.

use simulator::Endpoint;

use crate::process::{op_users, op_users_at, run, simulator};

/// Variables that a cluster sets for a Kubernetes service of this name with the port 80.
fn set_by_kubernetes(service: &str) -> Vec<(String, String)> {
    [
        ("SERVICE_HOST", "10.3.104.46"),
        ("SERVICE_PORT", "80"),
        ("SERVICE_PORT_HTTP", "80"),
        ("PORT", "tcp://10.3.104.46:80"),
        ("PORT_80_TCP", "tcp://10.3.104.46:80"),
        ("PORT_80_TCP_PROTO", "tcp"),
        ("PORT_80_TCP_PORT", "80"),
        ("PORT_80_TCP_ADDR", "10.3.104.46"),
    ]
    .map(|(name, value)| (format!("{service}_{name}"), value.to_owned()))
    .into()
}

#[tokio::test]
async fn variables_of_a_cluster_are_passed_over() {
    let simulator = simulator().await;
    for service in ["OP_USERS", "OP_USERS_API", "OP_USERS_SERVICE"] {
        let mut command = op_users_at(&simulator, &["list"]);
        command.envs(set_by_kubernetes(service));
        let ended = run(command).await;
        assert_eq!(ended.status, 0, "{}", ended.stderr);
    }
}

#[tokio::test]
async fn a_setting_with_a_name_of_a_cluster_is_refused() {
    let simulator = simulator().await;
    for (name, value) in [
        ("OP_USERS_REGION_PORT", "eu"),
        ("OP_USERS_BASE_URL_SERVICE_HOST", "https://api.example"),
    ] {
        let mut command = op_users_at(&simulator, &["list"]);
        command.env(name, value);
        let ended = run(command).await;
        assert_eq!(ended.status, 2, "{ended:?}");
        assert!(ended.stderr.contains(name), "{ended:?}");
    }
    assert!(simulator.requests().is_empty());
}

#[cfg(unix)]
#[tokio::test]
async fn a_name_that_is_not_utf_8_is_refused() {
    use std::{ffi::OsStr, os::unix::ffi::OsStrExt};

    let simulator = simulator().await;
    for (name, shown, arguments) in [
        (
            &b"OP_USERS_REGION\xff"[..],
            "OP_USERS_REGION",
            &["list"][..],
        ),
        (b"op_users_\xc3", "op_users_", &["list"]),
        (
            b"OP_SERVICE_PROTECT\xa0",
            "OP_SERVICE_PROTECT",
            &["serve", "--listen", "127.0.0.1:0"],
        ),
    ] {
        let mut command = op_users_at(&simulator, arguments);
        command.env(OsStr::from_bytes(name), "boss@acme.example");
        let ended = run(command).await;
        assert_eq!(ended.status, 2, "{ended:?}");
        let told = format!("error: the name {shown}");
        assert!(ended.stderr.starts_with(&told), "{ended:?}");
        assert!(ended.stderr.contains(" is not UTF-8"), "{ended:?}");
    }
    assert!(simulator.requests().is_empty());
}

#[tokio::test]
async fn a_variable_without_a_value_counts_as_not_set() {
    let simulator = simulator().await;
    let mut command = op_users_at(&simulator, &["list"]);
    for name in [
        "REGION",
        "API_VERSION",
        "BASIC",
        "TOKEN_PATH",
        "REVOKE_PATH",
        "USER_AGENT",
        "DEADLINE_MS",
        "REGOIN",
    ] {
        command.env(format!("OP_USERS_{name}"), "");
    }
    let ended = run(command).await;
    assert_eq!(ended.status, 0, "{}", ended.stderr);
    let requests = simulator.requests();
    let list = requests
        .iter()
        .find(|request| request.endpoint == Endpoint::List);
    let agent = list.and_then(|request| request.header("user-agent"));
    assert!(
        agent.is_some_and(|agent| agent.starts_with("op-users/")),
        "{agent:?}"
    );
    let mut command = op_users_at(&simulator, &["list"]);
    command.env("OP_USERS_CLIENT_SECRET", "");
    let ended = run(command).await;
    assert!(
        ended.stderr.contains("OP_USERS_CLIENT_SECRET is not set"),
        "{}",
        ended.stderr
    );
}

#[tokio::test]
async fn values_copied_with_more_than_themselves_are_named() {
    let simulator = simulator().await;
    // A process for each is slow: the tests of the client try every letter at every end.
    for (name, value, stray) in [
        ("OP_USERS_ACCOUNT_ID", simulator.account_id(), "\u{200b}"),
        ("OP_USERS_CLIENT_ID", simulator.client_id(), " "),
        ("OP_USERS_CLIENT_SECRET", &simulator.client_secret(), "\n"),
    ] {
        let mut command = op_users_at(&simulator, &["list"]);
        command.env(name, format!("{value}{stray}"));
        let ended = run(command).await;
        assert_eq!(ended.status, 2);
        let named = format!("{name} must not");
        for part in ["error[not-configured]", &named] {
            assert!(ended.stderr.contains(part), "{}", ended.stderr);
        }
        assert!(!ended.stderr.contains(value), "{}", ended.stderr);
    }
    assert!(simulator.requests().is_empty());
}

#[tokio::test]
async fn a_setting_in_lower_case_is_refused_by_name() {
    let simulator = simulator().await;
    let mut command = op_users_at(&simulator, &["list"]);
    command.env("op_users_region", "eu");
    let ended = run(command).await;
    assert_eq!(ended.status, 2);
    assert!(
        ended.stderr.contains("op_users_region is not a setting"),
        "{}",
        ended.stderr
    );
    let mut command = op_users(&["--simulator", "serve", "--listen", "127.0.0.1:0"]);
    command.env("op_service_protect", "user0002@acme.example");
    let ended = run(command).await;
    assert_eq!(ended.status, 2);
    assert!(
        ended.stderr.contains("op_service_protect is not a setting"),
        "{}",
        ended.stderr
    );
}

#[tokio::test]
async fn a_check_that_finds_no_user_fails() {
    let simulator = simulator().await;
    for body in ["{}", r#"{"results":[]}"#, r#"{"users":[]}"#] {
        simulator.clear_faults();
        let empty = simulator::Action::json(200, body);
        simulator.fault(simulator::Fault::new(empty).on(Endpoint::List).always());
        let ended = run(op_users_at(&simulator, &["check"])).await;
        assert_eq!(ended.status, 1, "{body}: {}", ended.stdout);
        assert!(ended.stdout.contains("failed"), "{}", ended.stdout);
    }
}

#[tokio::test]
async fn a_check_tells_which_generation_answers() {
    use simulator::{Generation, ShutOff};
    let simulator = simulator().await;
    for (served, told) in [
        (
            Generation::V1Beta1,
            "API version v1beta1; v1 does not answer: ",
        ),
        (Generation::V1, "API version v1; v1beta1 does not answer: "),
    ] {
        simulator.set_generations([served], ShutOff::Html);
        let ended = run(op_users_at(&simulator, &["check"])).await;
        assert_eq!(ended.status, 0, "{}", ended.stdout);
        assert!(ended.stdout.contains(told), "{}", ended.stdout);
    }
}
