//! Errors on standard error: a code, a sentence, a hint, an exit status, and no secret.

use serde_json::Value;
use simulator::{Action, Endpoint, Fault, Generation, Permission, Simulator};
use tokio::net::TcpSocket;

use super::process::{CommandOutput, op_users, op_users_at, run, simulator};

/// Expects a failed call with this code and this text, a hint, and no output on standard output.
fn expect(ended: &CommandOutput, code: &str, says: &str) {
    let retryable = [
        "rate-limited",
        "unavailable",
        "timed-out",
        "connection-failed",
    ];
    let is_wrong_setting = code == "not-configured" && ended.stderr.contains("0 requests sent");
    let status = match () {
        () if retryable.contains(&code) => 75,
        () if is_wrong_setting => 2,
        () => 1,
    };
    assert_eq!(
        (ended.status, ended.stdout.as_str()),
        (status, ""),
        "{ended:?}"
    );
    assert!(
        ended.stderr.starts_with(&format!("error[{code}]: ")),
        "{ended:?}"
    );
    assert!(ended.stderr.contains(says), "{ended:?}");
    assert!(ended.stderr.contains("\n  hint: "), "{ended:?}");
    assert!(!ended.stderr.contains("simulated-secret"), "{ended:?}");
    assert!(!ended.stderr.contains("simulated-token"), "{ended:?}");
}

#[tokio::test]
async fn a_wrong_secret_is_unauthenticated() {
    let simulator = simulator().await;
    let mut command = op_users_at(&simulator, &["list"]);
    command.env("OP_USERS_CLIENT_SECRET", "wrong-secret-of-a-client");
    let ended = run(command).await;
    expect(
        &ended,
        "unauthenticated",
        "the server refused the client id and secret",
    );
    assert!(!ended.stderr.contains("wrong-secret"), "{ended:?}");
}

#[tokio::test]
async fn a_missing_permission_is_permission_denied() {
    let simulator = simulator().await;
    simulator.set_permissions(Permission::ListUsers);
    let id = simulator.users()[2].id.clone();
    let ended = run(op_users_at(&simulator, &["suspend", "--yes", &id])).await;
    expect(
        &ended,
        "permission-denied",
        "the OAuth application lacks the permission",
    );
}

#[tokio::test]
async fn an_unknown_user_is_not_found() {
    let ended = run(op_users(&["--simulator", "get", "NOSUCHUSER"])).await;
    expect(&ended, "not-found", "the server knows no such user");
}

#[tokio::test]
async fn the_last_owner_cannot_be_suspended() {
    let simulator = simulator().await;
    let ended = run(op_users_at(
        &simulator,
        &["suspend", "--yes", &simulator.owner().id],
    ))
    .await;
    expect(&ended, "last-owner", "make another person an owner first");
    assert!(
        ended
            .stderr
            .contains("(nothing was changed, 2 requests sent)"),
        "{ended:?}"
    );
}

#[tokio::test]
async fn an_externally_managed_administrator_is_refused() {
    let simulator = simulator().await;
    let id = simulator.externally_managed().id;
    let ended = run(op_users_at(&simulator, &["suspend", "--yes", &id])).await;
    expect(
        &ended,
        "externally-managed",
        "suspend the user in the system that manages them",
    );
}

#[tokio::test]
async fn a_refused_connection_is_connection_failed() {
    let simulator = simulator().await;
    let mut command = op_users_at(&simulator, &["list"]);
    // A port that is bound without listening: no other process can answer on it.
    let port = TcpSocket::new_v4().unwrap();
    port.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let url = format!("http://{}", port.local_addr().unwrap());
    command.env("OP_USERS_BASE_URL", url);
    command.env("OP_USERS_DEADLINE_MS", "2000");
    let ended = run(command).await;
    expect(
        &ended,
        "connection-failed",
        "the server refused the connection",
    );
}

#[tokio::test]
async fn a_page_of_html_is_a_malformed_response() {
    let simulator = simulator().await;
    let page = Action::json(200, "<html>Sign in to continue</html>");
    simulator.fault(Fault::new(page).on(Endpoint::List));
    let ended = run(op_users_at(&simulator, &["list"])).await;
    expect(&ended, "malformed-response", "it is a page of HTML");
}

#[tokio::test]
async fn a_wrong_api_version_is_not_configured() {
    let simulator = Simulator::builder()
        .generations([Generation::V1])
        .start()
        .await
        .unwrap();
    let mut command = op_users_at(&simulator, &["list"]);
    command.env("OP_USERS_API_VERSION", "v1beta1");
    let ended = run(command).await;
    expect(&ended, "not-configured", "set the API version to v1");
}

#[tokio::test]
async fn a_long_requested_wait_is_rate_limited() {
    let simulator = simulator().await;
    let wait = Action::Status {
        status: 429,
        headers: vec![("retry-after".into(), "120".into())],
        body: Vec::new(),
    };
    simulator.fault(Fault::new(wait).on(Endpoint::List));
    let ended = run(op_users_at(&simulator, &["list"])).await;
    expect(&ended, "rate-limited", "the server asks to wait 120 s");
}

#[tokio::test]
async fn a_suspend_without_response_is_timed_out() {
    let simulator = simulator().await;
    simulator.fault(Fault::new(Action::Hang).on(Endpoint::Suspend).always());
    let id = simulator.users()[2].id.clone();
    let mut command = op_users_at(&simulator, &["suspend", "--yes", &id]);
    command.env("OP_USERS_DEADLINE_MS", "1000");
    let ended = run(command).await;
    expect(&ended, "timed-out", "the change may have been made");
}

#[tokio::test]
async fn missing_settings_are_not_configured() {
    let ended = run(op_users(&["list"])).await;
    expect(
        &ended,
        "not-configured",
        "OP_USERS_CLIENT_SECRET is not set",
    );
}

#[tokio::test]
async fn json_errors_are_objects_on_standard_error() {
    let ended = run(op_users(&["--simulator", "--json", "get", "NOSUCHUSER"])).await;
    assert_eq!((ended.status, ended.stdout.as_str()), (1, ""));
    let object: Value = serde_json::from_str(&ended.stderr).unwrap();
    let error = &object["error"];
    assert_eq!(error["code"], "not-found");
    assert_eq!(error["effect"], "not-applied");
    assert_eq!(error["status"], 404);
    assert_eq!(error["requests"], 2);
    assert_eq!(error["retryable"], false);
    assert!(error["message"].as_str().unwrap().starts_with("get-user: "));
    assert!(!error["hint"].as_str().unwrap().is_empty());
    assert_eq!(error["candidates"], serde_json::json!([]));
}

#[tokio::test]
async fn an_incomplete_list_shows_the_users_received() {
    let simulator = simulator().await;
    simulator.fault(Fault::new(Action::status(403)).on(Endpoint::List).skip(2));
    let arguments = ["list", "--all", "--page-size", "10"];
    let ended = run(op_users_at(&simulator, &arguments)).await;
    assert_eq!(ended.status, 1);
    assert_eq!(ended.stdout.lines().count(), 21, "{ended:?}");
    assert!(
        ended
            .stderr
            .starts_with("the list is not complete: 20 users were read before\n"),
        "{ended:?}"
    );
    assert!(ended.stderr.contains("\nerror[other]: "), "{ended:?}");
}

#[tokio::test]
async fn repeating_pages_end_the_list() {
    let simulator = simulator().await;
    for token in ["A", "B", "A", "B"] {
        let body = format!(r#"{{"results":[{{"id":"X"}}],"next_page_token":"{token}"}}"#);
        simulator.fault(Fault::new(Action::json(200, body)).on(Endpoint::List));
    }
    let ended = run(op_users_at(&simulator, &["list", "--all"])).await;
    assert_eq!(ended.status, 1);
    assert!(
        ended.stderr.contains("the server's pages repeat"),
        "{ended:?}"
    );
}

#[tokio::test]
async fn a_failed_check_has_exit_status_1() {
    let ended = run(op_users(&["check"])).await;
    assert_eq!(ended.status, 1);
    assert!(
        ended
            .stdout
            .contains("settings         failed   OP_USERS_ACCOUNT_ID is not set"),
        "{ended:?}"
    );
}
