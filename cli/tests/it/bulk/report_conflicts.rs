//! Two programs that write one report.

use std::fs;

use simulator::{Action, Endpoint, Fault, State};

use super::{
    super::process::{op_users_at, run, run_typing},
    Scene, command, document, read,
    running_command::Running,
};

#[tokio::test]
async fn one_report_is_written_by_one_command_at_a_time() {
    for existing in [None, Some("")] {
        let scene = Scene::new().await;
        let users = scene.active(2);
        let report = scene.file("report.json");
        if let Some(content) = existing {
            scene.write("report.json", content);
        }
        scene
            .simulator
            .fault(Fault::new(Action::Hold).on(Endpoint::Suspend));
        let first = ["contain", "--yes", "--report", &report, &users[0].id];
        let first = Running::start(op_users_at(&scene.simulator, &first));
        scene.simulator.held(1).await;
        let second = ["contain", "--yes", "--report", &report, &users[1].id];
        let refused = run(op_users_at(&scene.simulator, &second)).await;
        assert_eq!(
            (refused.status, refused.stdout.as_str()),
            (2, ""),
            "{refused:?}"
        );
        assert!(
            refused
                .stderr
                .contains("report.json cannot be written: another command is writing"),
            "{refused:?}"
        );
        scene.simulator.release();
        assert_eq!(first.ends().await.status, 0);
        assert_eq!(scene.state(&users[1]), State::Active);
        let content = document(&scene.path("report.json"));
        assert_eq!(content["targets"][0]["who"], users[0].id.as_str());
        assert_eq!(content["targets"][0]["outcome"], "changed");
    }
}

#[tokio::test]
async fn commands_at_the_same_time_lose_no_undo() {
    let scene = Scene::new().await;
    let users = scene.active(6);
    let report = scene.file("report.json");
    let runs: Vec<_> = users
        .iter()
        .map(|user| {
            let arguments = ["contain", "--yes", "--report", &report, &user.id];
            tokio::spawn(run(op_users_at(&scene.simulator, &arguments)))
        })
        .collect();
    let mut written = 0;
    for run in runs {
        let ended = run.await.expect("it ends");
        match ended.status {
            0 => written += 1,
            2 => assert!(ended.stderr.contains("cannot be written"), "{ended:?}"),
            _ => panic!("{ended:?}"),
        }
    }
    assert_eq!(written, 1);
    let changed = users
        .iter()
        .filter(|user| scene.state(user) == State::Suspended);
    assert_eq!(changed.count(), 1);
    let restore = ["restore", "--yes", "--from-report", &report];
    assert_eq!(run(op_users_at(&scene.simulator, &restore)).await.status, 0);
    assert!(users.iter().all(|user| scene.state(user) == State::Active));
}

#[tokio::test]
async fn a_report_that_another_program_wrote_is_kept() {
    for is_replaced in [true, false] {
        let scene = Scene::new().await;
        let users = scene.active(1);
        let report = scene.file("report.json");
        scene
            .simulator
            .fault(Fault::new(Action::Hold).on(Endpoint::Suspend));
        let contain = ["contain", "--yes", "--report", &report];
        let running = Running::start(op_users_at(&scene.simulator, &command(&contain, &users)));
        scene.simulator.held(1).await;
        if is_replaced {
            let other = scene.write("other", "theirs");
            fs::rename(other, &report).expect("it is replaced");
        } else {
            fs::write(&report, "theirs").expect("it is written");
        }
        scene.simulator.release();
        let ended = running.ends().await;
        assert_eq!(ended.status, 1, "{ended:?}");
        assert_eq!(read(&scene.path("report.json")), "theirs");
        let (_, kept) = ended
            .stderr
            .split_once("the report of this command is in ")
            .unwrap_or_else(|| panic!("{ended:?}"));
        let restore = ["restore", "--yes", "--from-report", kept.trim()];
        let ended = run(op_users_at(&scene.simulator, &restore)).await;
        assert_eq!(ended.status, 0, "{ended:?}");
        assert_eq!(scene.state(&users[0]), State::Active);
    }
}

#[tokio::test]
async fn a_command_that_sends_nothing_leaves_no_empty_report() {
    let scene = Scene::new().await;
    let users = scene.active(1);
    let report = scene.file("report.json");
    // The question is not answered.
    let contain = ["contain", "--report", &report];
    let asking = op_users_at(&scene.simulator, &command(&contain, &users));
    let ended = run_typing(asking, "").await;
    assert_eq!(ended.status, 1, "{ended:?}");
    assert_eq!(fs::read_dir(scene.folder.path()).unwrap().count(), 0);
    // A file that was empty before stays.
    let empty = scene.write("empty.json", "");
    let contain = ["contain", "--report", &empty];
    let asking = op_users_at(&scene.simulator, &command(&contain, &users));
    let ended = run_typing(asking, "").await;
    assert_eq!(ended.status, 1, "{ended:?}");
    assert_eq!(read(&scene.path("empty.json")), "");
}
