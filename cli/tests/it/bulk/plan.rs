//! What is shown before anything is changed, and what a yes or a no to it does.

use std::{
    io::{Read, Write},
    process::{Child, Command, Stdio},
};

use simulator::{Action, Endpoint, Fault, Permission, State};

use super::{
    super::process::{Ended, op_users_at, run, run_with},
    Scene, command, objects, said,
};

/// A command that has shown its plan, and waits for an answer.
struct Asking {
    child: Child,
    /// What it has said so far.
    said: String,
}

impl Asking {
    async fn start(mut command: Command) -> Self {
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let started = move || {
            let mut child = command.spawn().expect("the command starts");
            let stderr = child.stderr.as_mut().expect("its errors");
            let mut said = Vec::new();
            while !said.ends_with(b"[y/N] ") {
                let mut byte = [0];
                let read = stderr.read(&mut byte).expect("it can be read");
                assert!(read > 0, "{}", String::from_utf8_lossy(&said));
                said.push(byte[0]);
            }
            let said = String::from_utf8(said).expect("UTF-8");
            Self { child, said }
        };
        tokio::task::spawn_blocking(started).await.expect("it asks")
    }

    async fn answer(mut self, answer: &str) -> Ended {
        let mut stdin = self.child.stdin.take().expect("its input");
        stdin.write_all(answer.as_bytes()).expect("it listens");
        let output = tokio::task::spawn_blocking(move || self.child.wait_with_output())
            .await
            .expect("it is waited for")
            .expect("it ends");
        Ended {
            status: output.status.code().expect("an exit status"),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}

#[tokio::test]
async fn a_dry_run_shows_who_would_change_and_changes_nothing() {
    let scene = Scene::new().await;
    let before = scene.simulator.users();
    let mut users = scene.active(2);
    users.push(scene.suspended());
    let arguments = command(&["contain", "--dry-run"], &users);
    let ended = run(op_users_at(&scene.simulator, &arguments)).await;
    assert_eq!((ended.status, said(&ended).as_str()), (0, ""), "{ended:?}");
    let rows: Vec<_> = ended.stdout.lines().collect();
    assert_eq!(rows.len(), 5);
    assert!(rows[1].contains("  would-change  "), "{ended:?}");
    assert!(rows[3].contains("  unchanged     "), "{ended:?}");
    assert_eq!(
        rows[4],
        "2 would change, 1 unchanged (2 requests sent); nothing was changed"
    );
    assert_eq!(scene.simulator.users(), before);
}

#[tokio::test]
async fn a_yes_changes_whoever_was_shown() {
    let scene = Scene::new().await;
    let users = scene.active(2);
    let arguments = command(&["contain", "nobody@acme.example"], &users);
    let asking = Asking::start(op_users_at(&scene.simulator, &arguments)).await;
    assert!(
        asking.said.contains("2 would change, 1 failed"),
        "{}",
        asking.said
    );
    assert!(
        asking.said.ends_with("Suspend 2 users? [y/N] "),
        "{}",
        asking.said
    );
    assert_eq!(scene.requests(Endpoint::Suspend), 0);
    let ended = asking.answer("y\n").await;
    assert_eq!(ended.status, 1, "nobody is not there: {ended:?}");
    let rows: Vec<_> = ended.stdout.lines().collect();
    assert!(
        rows[1].starts_with("nobody@acme.example    failed "),
        "{ended:?}"
    );
    for (row, user) in rows[2..4].iter().zip(&users) {
        assert!(
            row.starts_with(&format!("{}  changed  ", user.email)),
            "{ended:?}"
        );
        assert_eq!(scene.state(user), State::Suspended);
    }
    // The list, once; then those who were shown, by id.
    assert_eq!(scene.requests(Endpoint::List), 1);
    assert_eq!(scene.requests(Endpoint::Get), 2);
    assert_eq!(scene.requests(Endpoint::Suspend), 2);
}

#[tokio::test]
async fn a_yes_does_not_change_whoever_got_another_address_meanwhile() {
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
    assert_eq!(scene.state(&users[0]), State::Active);
    assert_eq!(scene.state(&users[1]), State::Suspended);
}

#[tokio::test]
async fn one_get_that_is_refused_opens_no_way_around_the_others() {
    let scene = Scene::new().await;
    let users = scene.active(3);
    let arguments = command(&["contain", "--concurrency", "1"], &users);
    let asking = Asking::start(op_users_at(&scene.simulator, &arguments)).await;
    scene
        .simulator
        .set_email(&users[1].id, "other@acme.example");
    let refused = Fault::new(Action::status(403)).on(Endpoint::Get);
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
async fn anything_else_changes_nothing() {
    let scene = Scene::new().await;
    let users = scene.active(2);
    let arguments = command(&["contain"], &users);
    for (answer, told) in [
        ("n\n", "error: not confirmed; nothing was changed\n"),
        ("\n", "error: not confirmed; nothing was changed\n"),
        ("suspend\n", "error: not confirmed; nothing was changed\n"),
        (
            "",
            "\nerror: not confirmed, because the input ended without an answer; nothing was changed\n  hint: --yes changes without asking\n",
        ),
    ] {
        let ended = run_with(op_users_at(&scene.simulator, &arguments), answer).await;
        assert_eq!((ended.status, ended.stdout.as_str()), (1, ""), "{ended:?}");
        assert!(
            ended.stderr.ends_with(&format!("? [y/N] {told}")),
            "{ended:?}"
        );
    }
    assert_eq!(scene.requests(Endpoint::Suspend), 0);
}

#[tokio::test]
async fn nobody_is_asked_where_there_is_nothing_to_change() {
    let scene = Scene::new().await;
    let user = scene.suspended();
    let ended = run(op_users_at(&scene.simulator, &["contain", &user.email])).await;
    assert_eq!((ended.status, said(&ended).as_str()), (0, ""), "{ended:?}");
    assert!(
        ended.stdout.ends_with("\n1 unchanged (2 requests sent)\n"),
        "{ended:?}"
    );
}

#[tokio::test]
async fn a_program_is_shown_the_plan_beside_the_result() {
    let scene = Scene::new().await;
    let users = scene.active(1);
    let arguments = command(&["restore", "--json", "nobody@acme.example"], &users);
    scene.simulator.set_state(&users[0].id, State::Suspended);
    let ended = run_with(op_users_at(&scene.simulator, &arguments), "y\n").await;
    let said = said(&ended);
    let plan = objects(&said);
    assert_eq!(plan[3]["question"], "Reactivate 1 user? [y/N]");
    assert_eq!(plan[1]["outcome"], "would-change");
    assert_eq!(plan[2]["summary"]["dry_run"], true);
    let result = objects(&ended.stdout);
    assert_eq!(result[1]["outcome"], "changed");
    assert_eq!(result[2]["summary"]["dry_run"], false);
    assert_eq!(scene.state(&users[0]), State::Active);
}

#[tokio::test]
async fn an_application_that_may_not_get_users_can_be_confirmed_too() {
    let scene = Scene::new().await;
    scene
        .simulator
        .set_permissions([Permission::ListUsers, Permission::SuspendUsers]);
    let users = scene.active(2);
    let arguments = command(&["contain"], &users);
    let ended = run_with(op_users_at(&scene.simulator, &arguments), "y\n").await;
    assert_eq!(ended.status, 0, "{ended:?}");
    assert!(ended.stdout.contains("\n2 changed ("), "{ended:?}");
    for user in &users {
        assert_eq!(scene.state(user), State::Suspended);
    }
}

#[tokio::test]
async fn whoever_is_named_twice_is_one_user() {
    let scene = Scene::new().await;
    let user = &scene.active(1)[0];
    let arguments = ["contain", &user.email, &user.id];
    let ended = run_with(op_users_at(&scene.simulator, &arguments), "y\n").await;
    assert_eq!(ended.status, 0, "{ended:?}");
    assert!(ended.stderr.contains("\n1 would change ("), "{ended:?}");
    assert!(
        ended.stderr.ends_with("Suspend 1 user? [y/N] "),
        "{ended:?}"
    );
    assert!(ended.stdout.contains("\n1 changed ("), "{ended:?}");
}
