//! Every command, against servers that repeat secrets: not even eight characters of a secret or token are printed.

use base64::{Engine, prelude::BASE64_STANDARD};
use simulator::{Action, Endpoint, Fault, Simulator};

use super::process::{CommandOutput, op_users, op_users_at, run, simulator};

/// Seed of `--simulator`, with a known secret and known tokens.
const SEED: u64 = 1;

/// Texts that must not be printed: the secret, base64 of the pair, and every token.
fn secrets(simulator: &Simulator) -> Vec<String> {
    let pair = format!("{}:{}", simulator.client_id(), simulator.client_secret());
    let mut secrets = simulator.tokens();
    secrets.push(simulator.client_secret());
    secrets.push(BASE64_STANDARD.encode(pair));
    secrets
}

fn expect_clean(ended: &CommandOutput, secrets: &[String]) {
    let printed = format!("{}{}", ended.stdout, ended.stderr);
    assert!(!printed.is_empty());
    for secret in secrets {
        for part in secret.as_bytes().windows(8) {
            let part = str::from_utf8(part).unwrap();
            assert!(!printed.contains(part), "{part} in {printed}");
        }
    }
}

#[tokio::test]
async fn successful_commands_print_no_secret() {
    let simulator = simulator().await;
    let id = simulator.users()[2].id.clone();
    let owner = simulator.owner().id;
    for command in [
        &["check"][..],
        &["list", "--all"],
        &["get", &id],
        &["suspend", "--yes", &id],
        &["suspend", "--yes", &owner],
        &["reactivate", "--yes", &id],
        &["contain", "--dry-run", &id, "user0003@acme.example"],
        &["contain", "--yes", &id, &owner],
        &["restore", "--yes", &id],
    ] {
        for more in [&["--verbose"][..], &["--json", "--verbose"]] {
            let arguments = [command, more].concat();
            let ended = run(op_users_at(&simulator, &arguments)).await;
            expect_clean(&ended, &secrets(&simulator));
        }
    }
}

#[tokio::test]
async fn the_demonstration_prints_no_secret() {
    // A simulator with the demonstration's seed issues the same first tokens.
    let twin = Simulator::builder()
        .users(60)
        .seed(SEED)
        .start()
        .await
        .unwrap();
    run(op_users_at(&twin, &["check"])).await;
    for arguments in [&[][..], &["--json"]] {
        let ended = run(op_users(arguments)).await;
        assert_eq!(ended.status, 0, "{ended:?}");
        expect_clean(&ended, &secrets(&twin));
    }
}

#[tokio::test]
async fn secrets_that_the_server_repeats_are_not_printed() {
    let simulator = simulator().await;
    let repeated = secrets(&simulator).join(" ");
    for (endpoint, status) in [
        (Endpoint::Token, 401),
        (Endpoint::Token, 500),
        (Endpoint::List, 403),
        (Endpoint::List, 503),
    ] {
        for body in [
            repeated.clone(),
            format!(r#"{{"code":7,"message":"{repeated}","error":"{repeated}"}}"#),
        ] {
            let is_json = body.starts_with('{');
            // A wait of one hour exceeds the deadline, which prevents retries.
            let action = Action::Status {
                status,
                headers: vec![("retry-after".into(), "3600".into())],
                body: body.into_bytes(),
            };
            simulator.fault(Fault::new(action).on(endpoint).always());
            for more in ["--verbose", "--json"] {
                let ended = run(op_users_at(&simulator, &["list", more])).await;
                let expected = if status >= 500 { 75 } else { 1 };
                assert_eq!(ended.status, expected, "{ended:?}");
                // Of a response of the token endpoint, only an OAuth error is shown.
                let is_shown = endpoint != Endpoint::Token || is_json;
                assert_eq!(ended.stderr.contains("[redacted]"), is_shown, "{ended:?}");
                expect_clean(&ended, &secrets(&simulator));
            }
            simulator.clear_faults();
        }
    }
}

#[tokio::test]
async fn a_token_with_another_status_is_printed_nowhere() {
    let token = "tok-8f2kq7zr5x1mvb9d";
    let body = format!(
        r#"{{"access_token":"{token}","token_type":"bearer","expires_in":900,"error_description":"issued {token}"}}"#
    );
    for status in [201, 302, 400, 404] {
        let simulator = simulator().await;
        let answer = Fault::new(Action::json(status, body.clone()));
        simulator.fault(answer.on(Endpoint::Token).times(99));
        let folder = tempfile::tempdir().expect("a folder");
        let report = folder.path().join("report.json");
        let report_name = report.to_str().expect("UTF-8");
        for (arguments, is_reported) in [
            (&["check"][..], false),
            (&["list"], false),
            (
                &[
                    "contain",
                    "--yes",
                    "--report",
                    report_name,
                    "X@acme.example",
                ],
                true,
            ),
        ] {
            for more in ["--verbose", "--json"] {
                let arguments = [arguments, &[more]].concat();
                let ended = run(op_users_at(&simulator, &arguments)).await;
                assert_eq!(ended.status, 1, "{status} {ended:?}");
                expect_clean(&ended, &[token.to_owned()]);
                if is_reported && report.exists() {
                    let written = std::fs::read_to_string(&report).expect("it is readable");
                    assert!(!written.contains(&token[..8]), "{status} {written}");
                    std::fs::remove_file(&report).expect("it is removed");
                }
            }
        }
    }
}
