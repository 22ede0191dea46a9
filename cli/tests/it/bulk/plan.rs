//! The plan shown before a change, and the answers to its question.

use std::{
    fs::File,
    io::{Read, Write},
    process::{Child, Command, Stdio},
};

use simulator::{Action, Endpoint, Fault, Permission, State};

use super::{
    super::process::{CommandOutput, op_users_at, run, run_typing, terminal},
    Scene, command, objects, stderr_of,
};

/// A command that has shown its plan and waits for an answer.
struct Asking {
    child: Child,
    /// The person's side of the terminal.
    person: File,
    /// Standard error so far.
    stderr: String,
}

impl Asking {
    async fn start(mut command: Command) -> Self {
        let (person, input) = terminal();
        command
            .stdin(input)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let started = move || {
            let mut child = command.spawn().expect("the command starts");
            let stderr = child.stderr.as_mut().expect("its errors");
            let mut text = Vec::new();
            while !text.ends_with(b"[y/N] ") {
                let mut byte = [0];
                let read = stderr.read(&mut byte).expect("it can be read");
                assert!(read > 0, "{}", String::from_utf8_lossy(&text));
                text.push(byte[0]);
            }
            let stderr = String::from_utf8(text).expect("UTF-8");
            Self {
                child,
                person,
                stderr,
            }
        };
        tokio::task::spawn_blocking(started).await.expect("it asks")
    }

    async fn answer(self, answer: &str) -> CommandOutput {
        let mut person = self.person;
        person.write_all(answer.as_bytes()).expect("it listens");
        let output = tokio::task::spawn_blocking(move || self.child.wait_with_output())
            .await
            .expect("it is waited for")
            .expect("it ends");
        CommandOutput {
            status: output.status.code().expect("an exit status"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}

#[tokio::test]
async fn a_dry_run_shows_the_changes_and_makes_none() {
    let scene = Scene::new().await;
    let before = scene.simulator.users();
    let mut users = scene.active(2);
    users.push(scene.suspended());
    let arguments = command(&["contain", "--dry-run"], &users);
    let ended = run(op_users_at(&scene.simulator, &arguments)).await;
    assert_eq!(
        (ended.status, stderr_of(&ended).as_str()),
        (0, ""),
        "{ended:?}"
    );
    let rows: Vec<_> = ended.stdout.lines().collect();
    assert_eq!(rows.len(), 5);
    assert!(rows[2].contains("  would-change  "), "{ended:?}");
    assert!(rows[4].contains("  unchanged     "), "{ended:?}");
    assert_eq!(
        rows[0],
        "1 unchanged, 2 would change (2 requests sent); nothing was changed"
    );
    assert_eq!(scene.simulator.users(), before);
}

#[tokio::test]
async fn a_yes_changes_the_users_shown() {
    let scene = Scene::new().await;
    let users = scene.active(2);
    let arguments = command(&["contain", "absent@acme.example"], &users);
    let asking = Asking::start(op_users_at(&scene.simulator, &arguments)).await;
    assert!(
        asking.stderr.contains("2 would change, 1 failed"),
        "{}",
        asking.stderr
    );
    assert!(
        asking.stderr.ends_with("Suspend 2 users? [y/N] "),
        "{}",
        asking.stderr
    );
    assert_eq!(scene.requests(Endpoint::Suspend), 0);
    let ended = asking.answer("y\n").await;
    assert_eq!(ended.status, 1, "one user does not exist: {ended:?}");
    let rows: Vec<_> = ended.stdout.lines().collect();
    assert!(
        rows[2].starts_with("absent@acme.example    failed "),
        "{ended:?}"
    );
    for (row, user) in rows[3..5].iter().zip(&users) {
        assert!(
            row.starts_with(&format!("{}  changed  ", user.email)),
            "{ended:?}"
        );
        assert_eq!(scene.state(user), State::Suspended);
    }
    // One list; then the users shown, by id.
    assert_eq!(scene.requests(Endpoint::List), 1);
    assert_eq!(scene.requests(Endpoint::Get), 2);
    assert_eq!(scene.requests(Endpoint::Suspend), 2);
}

#[tokio::test]
async fn a_yes_does_not_change_a_user_whose_address_changed() {
    let scene = Scene::new().await;
    let users = scene.active(2);
    let arguments = command(&["contain"], &users);
    let asking = Asking::start(op_users_at(&scene.simulator, &arguments)).await;
    scene
        .simulator
        .set_email(&users[0].id, "other@acme.example");
    let ended = asking.answer("yes\n").await;
    assert_eq!(ended.status, 3);
    assert!(
        ended.stderr.contains("error[precondition-failed]"),
        "{ended:?}"
    );
    assert!(
        ended
            .stderr
            .contains("(who has the address other@acme.example)"),
        "{ended:?}"
    );
    assert_eq!(scene.state(&users[0]), State::Active);
    assert_eq!(scene.state(&users[1]), State::Suspended);
}

#[tokio::test]
async fn a_forbidden_get_does_not_weaken_the_other_guards() {
    let scene = Scene::new().await;
    let users = scene.active(3);
    let arguments = command(&["contain", "--concurrency", "1"], &users);
    let asking = Asking::start(op_users_at(&scene.simulator, &arguments)).await;
    scene
        .simulator
        .set_email(&users[1].id, "other@acme.example");
    let body = r#"{"code":7,"message":"permission denied","details":[]}"#;
    let refused = Fault::new(Action::json(403, body)).on(Endpoint::Get);
    scene
        .simulator
        .fault(refused.of_user(&users[2].id).always());
    let ended = asking.answer("y\n").await;
    assert_eq!(ended.status, 3, "{ended:?}");
    assert_eq!(scene.state(&users[0]), State::Suspended);
    assert_eq!(scene.state(&users[1]), State::Active);
    assert_eq!(scene.state(&users[2]), State::Active);
}

#[tokio::test]
async fn a_403_of_a_proxy_after_the_plan_changes_no_user() {
    let forbidden = Action::Status {
        status: 403,
        headers: vec![("content-type".into(), "text/html".into())],
        body: b"<html>403 Forbidden: permission denied</html>".to_vec(),
    };
    let forbidden = Fault::new(forbidden).on(Endpoint::Get).always();
    for is_by_id in [false, true] {
        let scene = Scene::new().await;
        let users = scene.active(3);
        let mut arguments = vec!["contain"];
        for user in &users {
            arguments.push(if is_by_id { &user.id } else { &user.email });
        }
        let asking = Asking::start(op_users_at(&scene.simulator, &arguments)).await;
        scene
            .simulator
            .set_email(&users[0].id, "other@acme.example");
        scene.simulator.fault(forbidden.clone());
        let ended = asking.answer("y\n").await;
        assert_eq!(ended.status, 1, "{ended:?}");
        assert!(ended.stdout.contains("3 failed"), "{ended:?}");
        assert_eq!(scene.requests(Endpoint::Suspend), 0);
    }
}

#[tokio::test]
async fn any_answer_but_yes_changes_nothing() {
    let scene = Scene::new().await;
    let users = scene.active(2);
    let arguments = command(&["contain"], &users);
    for (answer, output) in [
        ("n\n", "error: not confirmed; nothing was changed\n"),
        ("\n", "error: not confirmed; nothing was changed\n"),
        ("suspend\n", "error: not confirmed; nothing was changed\n"),
        (
            "",
            "\nerror: not confirmed, because the input ended without an answer; nothing was changed\n  hint: --yes changes without asking\n",
        ),
    ] {
        let ended = run_typing(op_users_at(&scene.simulator, &arguments), answer).await;
        assert_eq!((ended.status, ended.stdout.as_str()), (1, ""), "{ended:?}");
        assert!(
            ended.stderr.ends_with(&format!("? [y/N] {output}")),
            "{ended:?}"
        );
    }
    assert_eq!(scene.requests(Endpoint::Suspend), 0);
}

#[tokio::test]
async fn no_question_is_asked_if_there_is_nothing_to_change() {
    let scene = Scene::new().await;
    let user = scene.suspended();
    let contain = op_users_at(&scene.simulator, &["contain", &user.email]);
    let ended = run_typing(contain, "n\n").await;
    assert_eq!(
        (ended.status, stderr_of(&ended).as_str()),
        (0, ""),
        "{ended:?}"
    );
    assert!(
        ended.stdout.starts_with("1 unchanged (2 requests sent)\n"),
        "{ended:?}"
    );
}

#[tokio::test]
async fn json_shows_the_plan_on_standard_error() {
    let scene = Scene::new().await;
    let users = scene.active(1);
    let arguments = command(&["restore", "--json", "absent@acme.example"], &users);
    scene.simulator.set_state(&users[0].id, State::Suspended);
    let ended = run_typing(op_users_at(&scene.simulator, &arguments), "y\n").await;
    let stderr = stderr_of(&ended);
    let plan = objects(&stderr);
    assert_eq!(plan[3]["question"], "Reactivate 1 user? [y/N]");
    assert_eq!(plan[2]["outcome"], "would-change");
    assert_eq!(plan[0]["summary"]["dry_run"], true);
    let result = objects(&ended.stdout);
    assert_eq!(result[2]["outcome"], "changed");
    assert_eq!(result[0]["summary"]["dry_run"], false);
    assert_eq!(scene.state(&users[0]), State::Active);
}

#[tokio::test]
async fn a_plan_can_be_confirmed_without_the_get_permission() {
    let scene = Scene::new().await;
    scene
        .simulator
        .set_permissions([Permission::ListUsers, Permission::SuspendUsers]);
    let users = scene.active(2);
    let arguments = command(&["contain"], &users);
    let ended = run_typing(op_users_at(&scene.simulator, &arguments), "y\n").await;
    assert_eq!(ended.status, 0, "{ended:?}");
    assert!(ended.stdout.starts_with("2 changed ("), "{ended:?}");
    assert!(
        ended.stderr.contains("no look-up of 2 users, "),
        "{ended:?}"
    );
    for user in &users {
        assert_eq!(scene.state(user), State::Suspended);
    }
}

#[tokio::test]
async fn a_user_named_twice_is_changed_once() {
    let scene = Scene::new().await;
    let user = &scene.active(1)[0];
    let arguments = ["contain", &user.email, &user.id];
    let ended = run_typing(op_users_at(&scene.simulator, &arguments), "y\n").await;
    assert_eq!(ended.status, 0, "{ended:?}");
    assert!(ended.stderr.starts_with("1 would change ("), "{ended:?}");
    assert!(
        ended.stderr.ends_with("Suspend 1 user? [y/N] "),
        "{ended:?}"
    );
    assert!(ended.stdout.starts_with("1 changed ("), "{ended:?}");
}
