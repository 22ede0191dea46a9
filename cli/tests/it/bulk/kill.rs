//! The audit of a command that is killed.

use simulator::{Action, Endpoint, Fault, State, User};

use super::{super::process::op_users_at, Scene, command, objects, read, running_command::Running};

#[tokio::test]
async fn a_killed_command_leaves_a_line_per_acknowledged_change() {
    let scene = Scene::new().await;
    let users = scene.active(40);
    let audit = scene.file("audit.jsonl");
    // 20 changes complete before the others are held.
    let hold = Fault::new(Action::Hold).on(Endpoint::Suspend).skip(20);
    scene.simulator.fault(hold.always());
    let arguments = ["contain", "--yes", "--max-changes", "40", "--audit", &audit];
    let running = Running::start(op_users_at(&scene.simulator, &command(&arguments, &users)));
    scene.simulator.held(4).await;
    running.signal("KILL");
    running.dies().await;

    let lines = objects(&read(&scene.path("audit.jsonl")));
    let written: Vec<_> = lines
        .iter()
        .map(|line| line["user"]["uid"].as_str().unwrap())
        .collect();
    for id in &written {
        let user = scene.simulator.user(id).expect("a user of the account");
        assert_eq!(user.state, State::Suspended, "{id}");
    }
    let suspended = users
        .iter()
        .filter(|user| scene.state(user) == State::Suspended);
    // All four pending requests are held, so that no response is on its way.
    for user in suspended {
        assert!(
            written.contains(&user.id.as_str()),
            "{} is not written",
            user.email
        );
    }
    assert_eq!(written.len(), 20);
}

#[tokio::test]
async fn a_killed_command_misses_only_pending_changes() {
    for answered in [3, 11] {
        let scene = Scene::new().await;
        let users = scene.active(25);
        let audit = scene.file("audit.jsonl");
        // The command cannot end before it is killed.
        let hold = Fault::new(Action::Hold).on(Endpoint::Suspend).skip(20);
        scene.simulator.fault(hold.always());
        let arguments = ["contain", "--yes", "--audit", &audit];
        let running = Running::start(op_users_at(&scene.simulator, &command(&arguments, &users)));
        while scene.requests(Endpoint::Suspend) < answered {
            tokio::task::yield_now().await;
        }
        running.signal("KILL");
        running.dies().await;
        let lines = objects(&read(&scene.path("audit.jsonl")));
        let is_written = |user: &User| lines.iter().any(|line| line["user"]["uid"] == *user.id);
        let changed = users
            .iter()
            .filter(|user| scene.state(user) == State::Suspended);
        let missing = changed.filter(|user| !is_written(user)).count();
        assert!(missing <= 4, "{missing} are missing");
        let is_true = |user: &&User| !is_written(user) || scene.state(user) == State::Suspended;
        assert_eq!(users.iter().filter(is_true).count(), users.len());
    }
}
