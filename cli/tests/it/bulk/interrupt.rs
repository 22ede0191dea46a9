//! Ctrl-C, SIGTERM and SIGHUP during a change.

use std::time::{Duration, Instant};

use simulator::{Action, Endpoint, Fault, State, User};

use super::{
    super::process::op_users_at, Scene, command, document, objects, read, running_command::Running,
};

/// A command that suspends these users, with four responses held back.
async fn held(scene: &Scene, users: &[User], more: &[&str]) -> Running {
    let hold = Fault::new(Action::Hold).on(Endpoint::Suspend);
    scene.simulator.fault(hold.always());
    let words = [&["contain", "--yes"], more].concat();
    let running = Running::start(op_users_at(&scene.simulator, &command(&words, users)));
    scene.simulator.held(4).await;
    running
}

#[tokio::test]
async fn ctrl_c_sends_no_request_and_awaits_pending_ones() {
    let scene = Scene::new().await;
    let users = scene.active(10);
    let (report, audit) = (scene.file("report.json"), scene.file("audit.jsonl"));
    for signal in ["INT", "TERM", "HUP"] {
        let running = held(&scene, &users, &["--report", &report, "--audit", &audit]).await;
        running.signal(signal);
        let running = running.says("interrupted: no more requests are sent").await;
        scene.simulator.release();
        let ended = running.ends().await;
        assert_eq!(ended.status, 130, "{ended:?}");
        assert_eq!(scene.requests(Endpoint::Suspend), 4);
        assert!(ended.stdout.contains("4 changed, 6 skipped ("), "{ended:?}");
        assert!(
            ended
                .stderr
                .contains("hint: repeat the command to contain them"),
            "{ended:?}"
        );

        let report = document(&scene.path("report.json"));
        assert_eq!(report["interrupted"], true);
        for (target, user) in report["targets"].as_array().unwrap().iter().zip(&users) {
            let (outcome, error) = (&target["outcome"], &target["error"]);
            let is_changed = scene.state(user) == State::Suspended;
            assert_eq!(outcome, if is_changed { "changed" } else { "skipped" });
            assert!(error.is_null(), "{target}");
        }
        let lines = objects(&read(&scene.path("audit.jsonl")));
        let skipped = lines.iter().filter(|line| line["status"] == "skipped");
        assert_eq!(lines.len(), 10);
        assert!(
            skipped
                .clone()
                .all(|line| line["unmapped"]["interrupted"] == true)
        );
        assert_eq!(skipped.count(), 6);

        // Resets the account for the next signal.
        scene.simulator.clear_faults();
        scene.simulator.clear_requests();
        for user in &users {
            scene.simulator.set_state(&user.id, State::Active);
        }
        for file in ["report.json", "audit.jsonl"] {
            std::fs::remove_file(scene.path(file)).expect("it is there");
        }
    }
}

#[tokio::test]
async fn a_second_ctrl_c_ends_at_once_and_reports_what_is_known() {
    let scene = Scene::new().await;
    let users = scene.active(8);
    // The first two requests end; the responses to the others are held.
    let refusal = Action::json(403, r#"{"code":7,"message":"not this one","details":[]}"#);
    let refused = Fault::new(refusal).of_user(&users[0].id);
    scene.simulator.fault(refused.on(Endpoint::Suspend));
    let passes = Fault::new(Action::Delay(Duration::ZERO)).of_user(&users[1].id);
    scene.simulator.fault(passes.on(Endpoint::Suspend));
    let report = scene.file("report.json");
    let running = held(&scene, &users, &["--report", &report]).await;
    running.signal("INT");
    let running = running.says("interrupted: ").await;
    running.signal("INT");
    let ended = running.ends().await;
    assert_eq!(ended.status, 130, "{ended:?}");
    let report = document(&scene.path("report.json"));
    let targets = report["targets"].as_array().unwrap();
    let outcomes: Vec<_> = targets.iter().map(|one| one["outcome"].clone()).collect();
    assert_eq!(
        outcomes,
        [
            "failed", "changed", "failed", "failed", "failed", "failed", "skipped", "skipped"
        ]
    );
    assert_eq!(targets[0]["error"]["effect"], "not-applied");
    assert_eq!(targets[0]["error"]["status"], 403);
    assert_eq!(targets[1]["user"]["state"], "suspended");
    for (target, user) in targets[2..6].iter().zip(&users[2..]) {
        assert_eq!(target["error"]["effect"], "possibly-applied");
        assert_eq!(target["user"]["id"], user.id.as_str());
        assert_eq!(target["previous_state"], "active");
    }
    assert_eq!(report["requests"], 8, "a token, a list, six changes");
}

#[tokio::test]
async fn ctrl_c_ends_a_wait_that_the_server_asked_for() {
    let scene = Scene::new().await;
    let users = scene.active(1);
    let wait = Action::Status {
        status: 429,
        headers: vec![
            ("content-type".into(), "application/json".into()),
            ("retry-after".into(), "120".into()),
        ],
        body: br#"{"code":8,"message":"slow down","details":[]}"#.to_vec(),
    };
    scene
        .simulator
        .fault(Fault::new(wait).on(Endpoint::Suspend));
    let arguments = command(&["contain", "--yes", "--verbose"], &users);
    let running = Running::start(op_users_at(&scene.simulator, &arguments));
    // Longer than the default deadline of 30 seconds.
    let refused = "POST /v1beta1/accounts/";
    let running = running.says(refused).await;
    let asked = Instant::now();
    running.signal("INT");
    let running = running.says("interrupted: ").await;
    running.signal("INT");
    let ended = running.ends().await;
    assert_eq!(ended.status, 130, "{ended:?}");
    assert!(asked.elapsed() < Duration::from_secs(100), "it waited");
    assert!(ended.stdout.contains("1 failed ("), "{ended:?}");
    assert_eq!(scene.state(&users[0]), State::Active);
}

#[tokio::test]
async fn an_interrupt_before_the_first_change_skips_every_user() {
    let scene = Scene::new().await;
    let users = scene.active(3);
    let hold = Fault::new(Action::Hold).on(Endpoint::Token);
    scene.simulator.fault(hold);
    let arguments = command(&["contain", "--yes", "--json"], &users);
    let running = Running::start(op_users_at(&scene.simulator, &arguments));
    scene.simulator.held(1).await;
    running.signal("INT");
    let running = running.says("{\"interrupted\":").await;
    scene.simulator.release();
    let ended = running.ends().await;
    assert_eq!(ended.status, 130, "{ended:?}");
    let lines = objects(&ended.stdout);
    assert!(
        lines[1..].iter().all(|one| one["outcome"] == "skipped"),
        "{lines:?}"
    );
    assert_eq!(lines[0]["summary"]["interrupted"], true);
    assert_eq!(scene.simulator.requests().len(), 1);
}

#[tokio::test]
async fn an_interrupt_during_look_up_skips_every_user() {
    let scene = Scene::new().await;
    let users = scene.active(8);
    let hold = Fault::new(Action::Hold).on(Endpoint::Get);
    scene.simulator.fault(hold.always());
    let ids = users.iter().map(|user| user.id.as_str());
    let arguments: Vec<_> = ["contain", "--yes"].into_iter().chain(ids).collect();
    let running = Running::start(op_users_at(&scene.simulator, &arguments));
    scene.simulator.held(4).await;
    running.signal("INT");
    let running = running.says("interrupted: ").await;
    scene.simulator.release();
    let ended = running.ends().await;
    assert_eq!(ended.status, 130, "{ended:?}");
    assert!(
        ended.stdout.starts_with("8 skipped (5 requests sent)\n"),
        "{ended:?}"
    );
    assert_eq!(scene.simulator.requests().len(), 5);
}

#[tokio::test]
async fn an_interrupt_after_the_last_change_skips_no_user() {
    let scene = Scene::new().await;
    let users = scene.active(4);
    let running = held(&scene, &users, &[]).await;
    running.signal("INT");
    let running = running.says("interrupted: no more requests").await;
    scene.simulator.release();
    let ended = running.ends().await;
    assert_eq!(ended.status, 130, "{ended:?}");
    assert!(ended.stdout.contains("4 changed ("), "{ended:?}");
    assert!(
        !ended.stderr.contains("skipped users were not"),
        "{ended:?}"
    );
}

#[tokio::test]
async fn an_unclear_response_is_possibly_applied_after_ctrl_c() {
    let scene = Scene::new().await;
    let users = scene.active(5);
    let page = Fault::new(Action::json(200, "<html>")).of_user(&users[0].id);
    scene.simulator.fault(page.on(Endpoint::Suspend).always());
    let report = scene.file("report.json");
    let running = held(&scene, &users, &["--report", &report]).await;
    running.signal("INT");
    let running = running.says("interrupted: ").await;
    running.signal("INT");
    let ended = running.ends().await;
    assert_eq!(ended.status, 130, "{ended:?}");
    let report = document(&scene.path("report.json"));
    assert_eq!(report["targets"][0]["error"]["effect"], "possibly-applied");
}
