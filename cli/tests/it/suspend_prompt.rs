//! The question of `suspend`, at a terminal.

use std::process::{Command, Stdio};

use rexpect::{
    error::Error,
    process::WaitStatus,
    session::{PtySession, spawn_command},
};
use simulator::{Action, Endpoint, Fault, Permission, Simulator, State, User};

use super::process::{op_users_at, run, run_with, simulator};

/// Time-out in milliseconds. Only failing tests reach it.
const TIMEOUT_MS: u64 = 60_000;

/// Runs a command at a terminal, with these inputs. Returns the exit status.
pub(crate) async fn at_the_terminal(
    simulator: &Simulator,
    arguments: &[&str],
    types: impl FnOnce(&mut PtySession) -> Result<(), Error> + Send + 'static,
) -> i32 {
    typing(simulator, arguments, None, types).await
}

/// Runs a command at a terminal, optionally with a file as standard input.
pub(crate) async fn typing(
    simulator: &Simulator,
    arguments: &[&str],
    input: Option<String>,
    types: impl FnOnce(&mut PtySession) -> Result<(), Error> + Send + 'static,
) -> i32 {
    let mut command = op_users_at(simulator, arguments);
    // Standard input is the terminal.
    command.stdin(Stdio::inherit());
    if let Some(input) = input {
        // The terminal replaces standard input, so that a shell has to redirect the file.
        let mut shell = Command::new("sh");
        shell.args(["-c", "input=$1; shift; exec \"$@\" <\"$input\"", "sh"]);
        shell
            .arg(input)
            .arg(command.get_program())
            .args(command.get_args());
        for (name, value) in command.get_envs() {
            match value {
                Some(value) => shell.env(name, value),
                None => shell.env_remove(name),
            };
        }
        command = shell;
    }
    let session = move || {
        let mut session = spawn_command(command, Some(TIMEOUT_MS))?;
        types(&mut session)?;
        session.exp_eof()?;
        session.process().wait()
    };
    let ended = tokio::task::spawn_blocking(session)
        .await
        .expect("the session is waited for");
    match ended.expect("the session goes as it should") {
        WaitStatus::Exited(_, status) => status,
        other => panic!("{other:?}"),
    }
}

async fn member() -> (Simulator, User) {
    let simulator = simulator().await;
    let member = simulator.users()[2].clone();
    (simulator, member)
}

fn state(simulator: &Simulator, user: &User) -> State {
    simulator.user(&user.id).expect("the user is there").state
}

#[tokio::test]
async fn suspend_shows_the_user_and_a_yes_suspends() {
    let (simulator, member) = member().await;
    let question = format!(
        "Suspend {} <{}>, now active? [y/N] ",
        member.display_name, member.email
    );
    let status = at_the_terminal(&simulator, &["suspend", &member.id], move |session| {
        session.exp_string(&question)?;
        session.send_line("y")?;
        session.exp_string("suspended")?;
        Ok(())
    })
    .await;
    assert_eq!(status, 0);
    assert_eq!(state(&simulator, &member), State::Suspended);
}

#[tokio::test]
async fn suspend_changes_nothing_without_a_yes() {
    for answer in ["", "n", "maybe"] {
        let (simulator, member) = member().await;
        let status = at_the_terminal(&simulator, &["suspend", &member.id], move |session| {
            session.exp_string("? [y/N] ")?;
            session.send_line(answer)?;
            session.exp_string("not confirmed; nothing was changed")?;
            Ok(())
        })
        .await;
        assert_eq!(status, 1);
        assert_eq!(state(&simulator, &member), State::Active);
    }
}

#[tokio::test]
async fn suspend_asks_about_the_id_without_the_get_permission() {
    let (simulator, member) = member().await;
    simulator.set_permissions(Permission::SuspendUsers);
    let question = format!("Suspend the user {}? [y/N] ", member.id);
    let status = at_the_terminal(&simulator, &["suspend", &member.id], move |session| {
        session.exp_string(&question)?;
        session.send_line("yes")?;
        Ok(())
    })
    .await;
    assert_eq!(status, 0);
    assert_eq!(state(&simulator, &member), State::Suspended);
}

#[tokio::test]
async fn suspend_with_yes_does_not_ask() {
    let (simulator, member) = member().await;
    let status = at_the_terminal(&simulator, &["suspend", "--yes", &member.id], |_| Ok(())).await;
    assert_eq!(status, 0);
    assert_eq!(state(&simulator, &member), State::Suspended);
}

#[tokio::test]
async fn a_change_without_a_terminal_needs_yes() {
    let (simulator, member) = member().await;
    for verb in ["suspend", "reactivate", "contain", "restore"] {
        for (input, more) in [
            ("", &[][..]),
            ("n\n", &[]),
            ("y\n", &[]),
            ("yes\n", &["--json"]),
        ] {
            let arguments = [&[verb, &member.id][..], more].concat();
            let ended = run_with(op_users_at(&simulator, &arguments), input).await;
            assert_eq!((ended.status, ended.stdout.as_str()), (1, ""), "{ended:?}");
            assert!(
                ended.stderr.contains("--yes changes without asking"),
                "{ended:?}"
            );
        }
    }
    assert!(simulator.requests().is_empty());
    for (verb, expected) in [("suspend", State::Suspended), ("reactivate", State::Active)] {
        let ended = run(op_users_at(&simulator, &[verb, "-y", &member.id])).await;
        assert_eq!(ended.status, 0, "{ended:?}");
        assert_eq!(state(&simulator, &member), expected);
    }
}

#[tokio::test]
async fn reactivate_shows_the_user_and_asks() {
    for (answer, status, expected) in [("n", 1, State::Suspended), ("y", 0, State::Active)] {
        let (simulator, member) = member().await;
        simulator.set_state(&member.id, State::Suspended);
        let question = format!(
            "Reactivate {} <{}>, now suspended? [y/N] ",
            member.display_name, member.email
        );
        let ended = at_the_terminal(&simulator, &["reactivate", &member.id], move |session| {
            session.exp_string(&question)?;
            session.send_line(answer)?;
            Ok(())
        })
        .await;
        assert_eq!(ended, status);
        assert_eq!(state(&simulator, &member), expected);
    }
}

#[tokio::test]
async fn a_yes_expects_the_address_that_was_shown() {
    let (simulator, member) = member().await;
    // Between the question and the change, the id gets another person's address.
    let moved = serde_json::json!({
        "id": member.id, "email": "boss@acme.example", "display_name": "Boss", "state": "ACTIVE",
    });
    let moved = Action::json(200, moved.to_string());
    simulator.fault(Fault::new(moved).on(Endpoint::Get).skip(1));
    let status = at_the_terminal(&simulator, &["suspend", &member.id], |session| {
        session.exp_string("? [y/N] ")?;
        session.send_line("y")?;
        session.exp_string("error[precondition-failed]")?;
        session.exp_string("the user has the address boss@acme.example now")?;
        Ok(())
    })
    .await;
    assert_eq!(status, 1);
    assert_eq!(state(&simulator, &member), State::Active);
}

#[tokio::test]
async fn a_get_that_a_proxy_refuses_is_an_error_and_no_question() {
    let (simulator, member) = member().await;
    let page = Action::Status {
        status: 403,
        headers: vec![("content-type".to_owned(), "text/html".to_owned())],
        body: b"<html>Access denied</html>".to_vec(),
    };
    simulator.fault(Fault::new(page).on(Endpoint::Get).always());
    let status = at_the_terminal(&simulator, &["suspend", &member.id], |session| {
        session.exp_string("error[")?;
        Ok(())
    })
    .await;
    assert_eq!(status, 1);
    assert_eq!(state(&simulator, &member), State::Active);
}

/// A user as the server shows them, without some fields.
fn shown(user: &User, email: &serde_json::Value, state: &str) -> Action {
    let mut object = serde_json::json!({
        "id": user.id, "email": email, "display_name": user.display_name, "state": state,
    });
    if email == "missing" {
        object.as_object_mut().expect("an object").remove("email");
    }
    Action::json(200, object.to_string())
}

#[tokio::test]
async fn a_user_without_an_address_is_shown_as_such() {
    let emails = [
        serde_json::json!("missing"),
        serde_json::Value::Null,
        serde_json::json!(""),
    ];
    for (verb, now) in [("suspend", "ACTIVE"), ("reactivate", "SUSPENDED")] {
        for email in &emails {
            let (simulator, member) = member().await;
            if verb == "reactivate" {
                simulator.set_state(&member.id, State::Suspended);
            }
            let without = shown(&member, email, now);
            simulator.fault(Fault::new(without).on(Endpoint::Get).always());
            let question = format!(
                "{} (the server shows no e-mail address), now {}? [y/N] ",
                member.display_name,
                now.to_lowercase()
            );
            let warning = format!(
                "warning: the question showed no e-mail address, and the response to the change shows \"{}\"",
                member.email
            );
            let status = at_the_terminal(&simulator, &[verb, &member.id], move |session| {
                session.exp_string("warning: the server shows no e-mail address")?;
                session.exp_string(&question)?;
                session.send_line("y")?;
                session.exp_string(&warning)?;
                Ok(())
            })
            .await;
            assert_eq!(status, 0);
        }
    }
}

#[tokio::test]
async fn another_user_in_the_response_is_a_warning() {
    let (simulator, member) = member().await;
    let other = shown(
        &member,
        &serde_json::json!("boss@acme.example"),
        "SUSPENDED",
    );
    simulator.fault(Fault::new(other).on(Endpoint::Suspend));
    let warning = format!(
        "{{\"warning\":\"the question showed \\\"{}\\\", and the response to the change shows \\\"boss@acme.example\\\"",
        member.email
    );
    let arguments = ["--json", "suspend", &member.id];
    let status = at_the_terminal(&simulator, &arguments, move |session| {
        session.exp_string("\"question\"")?;
        session.send_line("y")?;
        session.exp_string(&warning)?;
        Ok(())
    })
    .await;
    assert_eq!(status, 0);
}
