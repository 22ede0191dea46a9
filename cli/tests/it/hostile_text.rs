//! Hostile text through every command: no letter that controls a terminal or hides reaches it.

use std::fs;

use icu_properties::{CodePointMapData, props::GeneralCategory};
use simulator::{Action, Endpoint, Fault, Simulator};

use super::process::{CommandOutput, op_users_at, run, run_with, simulator};

/// Returns true if a letter must not be printed as it is.
fn is_forbidden(letter: char) -> bool {
    matches!(
        CodePointMapData::<GeneralCategory>::new().get(letter),
        GeneralCategory::Control
            | GeneralCategory::Format
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
    )
}

/// Every letter that must not be printed as it is.
fn forbidden() -> String {
    ('\0'..=char::MAX)
        .filter(|letter| is_forbidden(*letter))
        .collect()
}

fn expect_clean(name: &str, text: &str) {
    let found: Vec<_> = text
        .chars()
        .filter(|letter| *letter != '\n' && is_forbidden(*letter))
        .collect();
    assert!(found.is_empty(), "{name}: {found:?} in {text:?}");
    // Nothing that is printed by the command begins like this, but a forged line would.
    assert!(
        text.lines()
            .all(|line| !line.trim_start().starts_with("FORGED")),
        "{name}: {text}"
    );
}

fn expect_clean_output(name: &str, ended: &CommandOutput) {
    expect_clean(name, &ended.stdout);
    expect_clean(name, &ended.stderr);
}

/// A simulated account in which texts of users are hostile. Returns the id of one of them.
async fn hostile() -> (Simulator, String) {
    let simulator = simulator().await;
    let hidden = forbidden();
    let mut user = simulator.users()[2].clone();
    let id = "HOSTILEUSER".to_owned();
    user.id.clone_from(&id);
    user.email = format!("a{hidden}\nFORGED@acme.example");
    user.display_name = format!("\nFORGED {hidden}");
    user.create_time = format!("2021\n{hidden}");
    user.path = format!("x{hidden}");
    simulator.insert_user(3, user);
    let second = simulator.users()[4].id.clone();
    simulator.set_email(&second, "\u{202e}elpmaxe.emca@ecila");
    (simulator, id)
}

#[tokio::test]
async fn hostile_users_are_escaped_in_every_output() {
    for more in [&["--verbose"][..], &["--json", "--verbose"]] {
        let (simulator, id) = hostile().await;
        let folder = tempfile::tempdir().expect("a folder");
        let file = |name: &str| {
            let path = folder.path().join(name);
            path.to_str().expect("UTF-8").to_owned()
        };
        let (report, audit) = (file("report.json"), file("audit.jsonl"));
        let hidden = file("\u{202e}\u{1b}[2J\nFORGED");
        let bidi = "\u{202e}elpmaxe.emca@ecila";
        for arguments in [
            &["check"][..],
            &["list"],
            &["list", "--csv"],
            &["list", "--sort", "name", "--match", "a"],
            &["list", "--match", "\u{202e}\nFORGED"],
            &["list", "--page-token", "\u{202e}\nFORGED"],
            &["get", &id],
            &["get", bidi],
            &["get", "\u{1b}[2J\nFORGED"],
            &["suspend", "--yes", &id],
            &["reactivate", "--yes", &id],
            &["suspend", "--yes", "\u{1b}[2J\nFORGED"],
            &["contain", "--dry-run", &id, "user0002@acme.example"],
            &["contain", &id],
            &["contain", "--yes", "\u{1b}\nFORGED"],
            &[
                "contain", "--yes", "--report", &report, "--audit", &audit, &id,
            ],
            &["restore", "--yes", "--from-report", &report],
            &["contain", "--yes", "--report", &hidden, &id],
            &["restore", "--yes", "--from-report", &hidden],
            &["contain", "--yes", "--file", &hidden],
            &["contain", "--yes", "--protect-file", &hidden, &id],
            &[
                "contain",
                "--yes",
                "--audit",
                &file("\u{202e}\nFORGED/x"),
                &id,
            ],
            &["component", &file("\u{202e}\nFORGED/x")],
            &["--simulator-state", &hidden, "list"],
            &["list", "\u{202e}\nFORGED"],
            &["--\u{202e}\nFORGED"],
        ] {
            let arguments = [arguments, more].concat();
            let mut ended = run_with(op_users_at(&simulator, &arguments), "y\n").await;
            if arguments.contains(&"--csv") {
                // The end of a line in RFC 4180.
                ended.stdout = ended.stdout.replace("\r\n", "\n");
            }
            assert!(
                !(ended.stdout.is_empty() && ended.stderr.is_empty())
                    || arguments[0] == "component"
            );
            expect_clean_output(&format!("{arguments:?}"), &ended);
        }
        for name in ["report.json", "audit.jsonl"] {
            let text = fs::read_to_string(folder.path().join(name)).expect("it is written");
            expect_clean(name, &text);
            assert!(text.contains("\\u202e"), "{text}");
        }
    }
}

#[tokio::test]
async fn hostile_responses_are_escaped_in_every_error() {
    let hidden = forbidden();
    let body = serde_json::json!({
        "code": 3, "message": format!("\nFORGED {hidden}"), "details": [],
        "error": format!("\nFORGED {hidden}"), "error_description": format!("\nFORGED {hidden}"),
        "results": [{ "id": format!("X\nFORGED{hidden}") }],
        "next_page_token": format!("t\nFORGED{hidden}"),
        "id": "X", "email": hidden, "display_name": "\nFORGED", "state": format!("\nFORGED {hidden}"),
    })
    .to_string();
    for endpoint in [
        Endpoint::Token,
        Endpoint::List,
        Endpoint::Get,
        Endpoint::Suspend,
    ] {
        for status in [200, 400, 403, 404] {
            for more in [&["--verbose"][..], &["--json"]] {
                let simulator = simulator().await;
                let action = Action::json(status, body.clone());
                simulator.fault(Fault::new(action).on(endpoint).always());
                let id = simulator.users()[2].id.clone();
                let arguments = match endpoint {
                    Endpoint::Token | Endpoint::List => vec!["list"],
                    Endpoint::Get => vec!["get", &id],
                    _ => vec!["contain", "--yes", &id],
                };
                let mut command = op_users_at(&simulator, &[&arguments[..], more].concat());
                command.env("OP_USERS_DEADLINE_MS", "1000");
                let ended = run(command).await;
                expect_clean_output(&format!("{endpoint:?} {status}"), &ended);
            }
        }
    }
}

#[tokio::test]
async fn a_page_token_is_quoted_for_a_shell_or_not_offered() {
    for (token, shown) in [
        ("it's $(reboot); `x`", "--page-token="),
        ("-x", "--page-token=-x continues"),
        ("a\u{1b}]0;x\u{7}b", "cannot be shown, and --json prints it"),
        ("a\u{202e}b", "cannot be shown, and --json prints it"),
    ] {
        let simulator = simulator().await;
        let body = serde_json::json!({ "results": [{ "id": "X" }], "next_page_token": token });
        let page = Fault::new(Action::json(200, body.to_string())).on(Endpoint::List);
        simulator.fault(page.always());
        let ended = run(op_users_at(&simulator, &["list", "--page-size", "1"])).await;
        assert_eq!(ended.status, 0, "{ended:?}");
        assert!(ended.stderr.contains(shown), "{ended:?}");
        if let Some((_, rest)) = ended.stderr.split_once(": ")
            && let Some((option, _)) = rest.split_once(" continues")
        {
            let words = shlex::split(option).expect("words of a shell");
            assert_eq!(words, [format!("--page-token={token}")]);
        }
        let arguments = ["list", "--json", "--page-size", "1"];
        let ended = run(op_users_at(&simulator, &arguments)).await;
        let object: serde_json::Value = serde_json::from_str(&ended.stderr).expect("an object");
        assert_eq!(object["next_page_token"], token);
    }
}

#[tokio::test]
async fn arabic_and_hebrew_names_stay_as_they_are() {
    let simulator = simulator().await;
    for (position, name) in ["دينا عبد الله", "שָׁלוֹם כהן", "山田　太郎"]
        .into_iter()
        .enumerate()
    {
        let mut user = simulator.users()[2].clone();
        user.id = format!("USER{position}");
        user.display_name = name.to_owned();
        simulator.insert_user(3, user);
        let ended = run(op_users_at(
            &simulator,
            &["get", &format!("USER{position}")],
        ))
        .await;
        assert!(ended.stdout.contains(name), "{ended:?}");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn hostile_users_are_escaped_in_every_question() {
    use super::process::run_typing;
    for command in ["suspend", "contain"] {
        let (simulator, id) = hostile().await;
        let ended = run_typing(op_users_at(&simulator, &[command, &id]), "n\n").await;
        let printed = format!("{}{}", ended.stdout, ended.stderr);
        assert!(printed.contains("\\u{202e}"), "{command}: {printed}");
        expect_clean_output(command, &ended);
        let is_change = |endpoint| matches!(endpoint, Endpoint::Suspend | Endpoint::Reactivate);
        let requests = simulator.requests();
        assert!(!requests.iter().any(|request| is_change(request.endpoint)));
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_hostile_path_is_escaped_in_the_lines_of_serve() {
    use super::serve::{Running, ask, serve};
    let mut running = Running::start(serve(&["--simulator", "--verbose", "--json"]));
    let object: serde_json::Value = serde_json::from_str(&running.line()).expect("JSON");
    let url = object["url"].as_str().expect("a URL").to_owned();
    let authority = url.trim_start_matches("http://");
    for path in [
        "/plain",
        "/\u{202e}FORGED",
        "/\u{9b}31m",
        "/%1b%5b31m\u{ad}",
    ] {
        let head = format!("GET {path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close");
        ask(authority, &format!("{head}\r\n\r\n"));
    }
    let (_, stderr) = running.interrupt();
    assert!(stderr.contains("/plain"), "{stderr}");
    expect_clean("serve", &stderr);
}
