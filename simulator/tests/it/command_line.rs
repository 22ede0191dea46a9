//! The command's output, errors and exit codes.

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Output, Stdio},
};

use serde_json::Value;
use simulator::Simulator;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::client::{FORM, TestRequest, TestResponse, basic, connect};

/// A running command; dropping it kills the process.
struct RunningCommand(Child);

impl RunningCommand {
    fn start(arguments: &[&str]) -> Self {
        let mut command = command(arguments);
        let child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        Self(child.expect("the command starts"))
    }

    fn lines(&mut self, count: usize) -> Vec<String> {
        let stdout = self.0.stdout.as_mut().expect("the stream is piped");
        let lines = BufReader::new(stdout).lines();
        lines
            .take(count)
            .map(|line| line.expect("the output is UTF-8"))
            .collect()
    }

    /// Kills the process and returns its stderr.
    fn kill(&mut self) -> String {
        self.0.kill().expect("the process is still running");
        let mut output = String::new();
        let stderr = self.0.stderr.as_mut().expect("the stream is piped");
        stderr
            .read_to_string(&mut output)
            .expect("the output is UTF-8");
        output
    }
}

impl Drop for RunningCommand {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_simulator"));
    command.args(arguments);
    command
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output {
        status,
        stdout,
        stderr,
    } = command(arguments).output().expect("the command runs");
    let text = |bytes| String::from_utf8(bytes).expect("the output is UTF-8");
    (status.code(), text(stdout), text(stderr))
}

async fn request_token(line: &Value) -> TestResponse {
    let field = |name| TestResponse::text(line, name);
    let credentials = basic(field("client_id"), field("client_secret"));
    let request = TestRequest::new("POST", "/v1/oauth/token")
        .with("authorization", &credentials)
        .with("content-type", FORM)
        .with_body("grant_type=client_credentials");
    send(line, &request).await
}

async fn send(line: &Value, request: &TestRequest) -> TestResponse {
    let mut stream = connect(TestResponse::text(line, "url")).await.unwrap();
    stream.write_all(&request.bytes()).await.unwrap();
    let mut raw = Vec::new();
    stream.read_to_end(&mut raw).await.unwrap();
    TestResponse::parse(&raw).unwrap()
}

#[tokio::test]
async fn the_json_line_contains_all_that_a_client_needs() {
    let mut running = RunningCommand::start(&[
        "--port",
        "0",
        "--json",
        "--users",
        "7",
        "--token-life",
        "60",
    ]);
    let line: Value = serde_json::from_str(&running.lines(1)[0]).unwrap();
    let response = request_token(&line).await;
    assert_eq!(
        (response.status, response.json()["expires_in"].as_u64()),
        (200, Some(60))
    );

    let same = Simulator::builder().users(7).start().await.unwrap();
    assert_eq!(line["account_id"], same.account_id());
    assert_eq!(line["owner_id"], same.owner().id);
    assert_eq!(line["externally_managed_id"], same.externally_managed().id);
}

#[tokio::test]
async fn the_permissions_option_sets_the_permissions() {
    let mut running = RunningCommand::start(&["--json", "--permissions", "get,suspend"]);
    let line: Value = serde_json::from_str(&running.lines(1)[0]).unwrap();
    let body = request_token(&line).await.json();
    let bearer = format!("Bearer {}", TestResponse::text(&body, "access_token"));
    let users = format!(
        "/v1/accounts/{}/users",
        TestResponse::text(&line, "account_id")
    );
    let get = |target: &str| {
        TestRequest::new("GET", target)
            .with("authorization", &bearer)
            .with("user-agent", "Acme/1")
    };
    let listed = send(&line, &get(&users)).await;
    listed.assert_grpc_error(403, 7, "missing_permission: list_users");
    let owner = format!("{users}/{}", TestResponse::text(&line, "owner_id"));
    assert_eq!(send(&line, &get(&owner)).await.status, 200);
}

#[tokio::test]
async fn the_invented_answers_are_options() {
    for (arguments, path, status) in [
        (
            &["--generation", "v1"][..],
            "/v1beta1/users/oauth2/token",
            404,
        ),
        (
            &["--generation", "v1", "--shut-off", "410"],
            "/v1beta1/users/oauth2/token",
            410,
        ),
        (
            &["--generation", "v1beta1", "--shut-off", "html"],
            "/v1/oauth/token",
            404,
        ),
        (&["--wrong-region", "400"], "/v1/oauth/token", 400),
        (&["--wrong-region", "401"], "/v1/oauth/token", 401),
    ] {
        let mut running = RunningCommand::start(&[&["--json"], arguments].concat());
        let line: Value = serde_json::from_str(&running.lines(1)[0]).unwrap();
        let request = TestRequest::new("POST", path).with("content-type", FORM);
        let response = match status {
            400 | 401 => request_token(&line).await,
            _ => send(&line, &request).await,
        };
        assert_eq!(response.status, status, "{arguments:?}");
    }
}

#[tokio::test]
async fn unknown_states_and_kept_states_are_options() {
    let mut running = RunningCommand::start(&["--json", "--unknown-states", "--keep-state"]);
    let line: Value = serde_json::from_str(&running.lines(1)[0]).unwrap();
    let body = request_token(&line).await.json();
    let bearer = format!("Bearer {}", TestResponse::text(&body, "access_token"));
    let users = format!(
        "/v1/accounts/{}/users",
        TestResponse::text(&line, "account_id")
    );
    let request = |method, path: &str| {
        TestRequest::new(method, path)
            .with("authorization", &bearer)
            .with("user-agent", "Acme-Tests/1.0")
    };
    let list = send(&line, &request("GET", &users)).await.json();
    let states: Vec<_> = (0..8)
        .map(|at| list["results"][at]["state"].clone())
        .collect();
    assert_eq!(states[..2], ["ACTIVE", "ACTIVE"]);
    assert_eq!(
        states[2..6],
        [
            "PENDING",
            "INACTIVE",
            "RECOVERY_STARTED",
            "TRANSFER_SUSPENDED"
        ]
    );
    let id = TestResponse::text(&list["results"][2], "id").to_owned();
    let suspend = request("POST", &format!("{users}/{id}:suspend")).with("content-length", "0");
    let answer = send(&line, &suspend).await;
    assert_eq!(
        (answer.status, &answer.json()["state"]),
        (200, &"PENDING".into())
    );
}

#[tokio::test]
async fn the_default_output_is_export_lines() {
    let mut running = RunningCommand::start(&["--seed", "3"]);
    let lines = running.lines(4);
    let same = Simulator::builder().seed(3).start().await.unwrap();
    assert!(lines[0].starts_with("export OP_USERS_BASE_URL=http://127.0.0.1:"));
    assert_eq!(
        lines[1],
        format!("export OP_USERS_ACCOUNT_ID={}", same.account_id())
    );
    assert_eq!(
        lines[2],
        format!("export OP_USERS_CLIENT_ID={}", same.client_id())
    );
    assert_eq!(
        lines[3],
        format!("export OP_USERS_CLIENT_SECRET='{}'", same.client_secret())
    );
}

#[tokio::test]
async fn a_verbose_line_has_the_status_and_no_secret() {
    let mut running = RunningCommand::start(&["--json", "--verbose"]);
    let line: Value = serde_json::from_str(&running.lines(1)[0]).unwrap();
    let response = request_token(&line).await;
    let stderr = running.kill();
    assert!(stderr.starts_with("POST /v1/oauth/token 200 "), "{stderr}");
    assert!(stderr.ends_with(" ms\n"), "{stderr}");
    let body = response.json();
    for secret in [
        TestResponse::text(&body, "access_token"),
        TestResponse::text(&line, "client_secret"),
    ] {
        assert!(!stderr.contains(secret), "{stderr}");
    }
}

#[tokio::test]
async fn a_port_in_use_is_an_error_of_one_line() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port().to_string();
    let (code, stdout, stderr) = run(&["--port", &port]);
    assert_eq!((code, stdout.as_str()), (Some(1), ""));
    assert_eq!(
        stderr,
        format!(
            "simulator: port {port} is already in use; choose another port, or 0 for a free one\n"
        )
    );
}

#[test]
fn an_invalid_value_is_an_error_that_names_the_option() {
    for (option, value, words) in [
        ("--permissions", "get,fly", "unknown permission \"fly\""),
        ("--permissions", "", "unknown permission \"\""),
        ("--users", "1", "users must be from 2 to 1000000"),
        ("--users", "many", "users must be from 2 to 1000000"),
        ("--token-life", "0", "1..="),
        ("--port", "65536", "65535"),
        ("--seed", "-", "invalid digit"),
    ] {
        let (code, stdout, stderr) = run(&[option, value]);
        assert_eq!((option, code, stdout.as_str()), (option, Some(2), ""));
        assert!(
            stderr.contains(option) && stderr.contains(words),
            "{stderr}"
        );
    }
}

#[test]
fn the_help_has_examples() {
    let (code, stdout, _) = run(&["--help"]);
    assert_eq!(code, Some(0));
    assert!(
        stdout.contains("Examples:\n  simulator --port 8080 --users 5000\n"),
        "{stdout}"
    );
}
