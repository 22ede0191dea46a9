//! The question before a bulk change, at a terminal.

use simulator::State;

#[cfg(target_os = "linux")]
use super::super::process::{op_users_at, run_with};
use super::{
    super::suspend_prompt::{at_the_terminal, typing},
    Scene, command,
};

#[tokio::test]
async fn a_yes_at_the_terminal_changes_the_users_shown() {
    let scene = Scene::new().await;
    let users = scene.active(2);
    let arguments = command(&["contain"], &users);
    let status = at_the_terminal(&scene.simulator, &arguments, |session| {
        session.exp_string("2 would change (2 requests sent); nothing was changed")?;
        session.exp_string("Suspend 2 users? [y/N] ")?;
        session.send_line("y")?;
        session.exp_string("2 changed (")?;
        Ok(())
    })
    .await;
    assert_eq!(status, 0);
    for user in &users {
        assert_eq!(scene.state(user), State::Suspended);
    }
}

#[tokio::test]
async fn a_no_at_the_terminal_changes_nothing() {
    let scene = Scene::new().await;
    let users = scene.active(1);
    let arguments = command(&["contain"], &users);
    let status = at_the_terminal(&scene.simulator, &arguments, |session| {
        session.exp_string("Suspend 1 user? [y/N] ")?;
        session.send_line("n")?;
        session.exp_string("not confirmed; nothing was changed")?;
        Ok(())
    })
    .await;
    assert_eq!(status, 1);
    assert_eq!(scene.state(&users[0]), State::Active);
}

#[tokio::test]
async fn a_list_on_standard_input_asks_on_the_terminal() {
    let scene = Scene::new().await;
    let users = scene.active(1);
    let list = scene.write("list.txt", &users[0].email);
    let status = typing(&scene.simulator, &["contain", "-"], Some(list), |session| {
        session.exp_string("Suspend 1 user? [y/N] ")?;
        session.send_line("y")?;
        session.exp_string("1 changed (")?;
        Ok(())
    })
    .await;
    assert_eq!(status, 0);
    assert_eq!(scene.state(&users[0]), State::Suspended);
}

#[tokio::test]
async fn a_bar_shows_progress_on_a_terminal() {
    let scene = Scene::new().await;
    let users = scene.active(2);
    let hold = simulator::Fault::new(simulator::Action::Hold).on(simulator::Endpoint::Suspend);
    scene.simulator.fault(hold);
    let arguments = command(&["contain", "--yes", "--concurrency", "1"], &users);
    let shown = at_the_terminal(&scene.simulator, &arguments, |session| {
        session.exp_string("1 page read, 0 of at most 2 changed")?;
        session.send_control('c')?;
        session.exp_string("interrupted: no more requests are sent")?;
        session.send_control('c')?;
        session.exp_string("1 maybe changed, 1 skipped (")?;
        Ok(())
    });
    assert_eq!(shown.await, 130);
    assert_eq!(scene.state(&users[1]), State::Active);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_list_on_standard_input_needs_yes_without_a_terminal() {
    let scene = Scene::new().await;
    let users = scene.active(1);
    let there = op_users_at(&scene.simulator, &["contain", "-"]);
    // Without the terminal of the process that runs the tests.
    let mut away = std::process::Command::new("setsid");
    away.arg("--wait")
        .arg(there.get_program())
        .args(there.get_args());
    for (name, value) in there.get_envs() {
        match value {
            Some(value) => away.env(name, value),
            None => away.env_remove(name),
        };
    }
    let ended = run_with(away, &users[0].email).await;
    assert_eq!((ended.status, ended.stdout.as_str()), (1, ""), "{ended:?}");
    assert!(
        ended.stderr.contains("--yes changes without asking"),
        "{ended:?}"
    );
    assert!(scene.simulator.requests().is_empty());
}
