//! Audit lines of changes that were acknowledged while their answer was late, or never came whole.

use std::time::Duration;

use serde_json::json;
use simulator::{Action, Endpoint, Fault, Permission, State};

use super::{
    super::operator::{op_users_at, run},
    Scene, objects, read, said,
};

#[tokio::test]
async fn an_answer_that_comes_late_leaves_a_line_all_the_same() {
    let scene = Scene::new().await;
    let user = &scene.active(1)[0];
    let audit = scene.file("audit.jsonl");
    // A byte every two milliseconds: longer than a quarter of a second for the body.
    let every = Duration::from_millis(2);
    scene
        .simulator
        .fault(Fault::new(Action::Drip { every }).on(Endpoint::Suspend));
    let arguments = ["contain", "--yes", "--audit", &audit, &user.email];
    let ended = run(op_users_at(&scene.simulator, &arguments)).await;
    assert_eq!((ended.status, said(&ended).as_str()), (0, ""), "{ended:?}");
    let lines = objects(&read(&scene.path("audit.jsonl")));
    assert_eq!(lines.len(), 1, "who it is was known from the list");
    assert_eq!(lines[0]["user"]["email_addr"], user.email.as_str());
}

#[tokio::test]
async fn who_is_not_known_when_the_change_is_acknowledged_is_told_in_a_second_line() {
    let scene = Scene::new().await;
    let user = &scene.active(1)[0];
    let audit = scene.file("audit.jsonl");
    // Nobody looked, and the answer takes longer than is waited for it.
    scene.simulator.set_permissions(Permission::SuspendUsers);
    let every = Duration::from_millis(2);
    let drip = Fault::new(Action::Drip { every }).on(Endpoint::Suspend);
    scene.simulator.fault(drip);
    let arguments = ["contain", "--yes", "--audit", &audit, &user.id];
    let ended = run(op_users_at(&scene.simulator, &arguments)).await;
    assert_eq!((ended.status, said(&ended).as_str()), (0, ""), "{ended:?}");
    let lines = objects(&read(&scene.path("audit.jsonl")));
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[0]["user"], json!({ "uid": user.id }));
    assert_eq!(lines[1]["user"]["uid"], user.id.as_str());
    assert_eq!(lines[1]["user"]["email_addr"], user.email.as_str());
    for line in &lines {
        assert_eq!(line["status"], "Success");
        assert_eq!(line["unmapped"], json!({ "outcome": "changed" }));
    }
}

#[tokio::test]
async fn a_line_that_is_not_the_whole_truth_is_followed_by_one_that_is() {
    let scene = Scene::new().await;
    let user = &scene.active(1)[0];
    let audit = scene.file("audit.jsonl");
    // Each time the change is made and acknowledged, and the answer breaks off.
    let cut = Action::after_apply(Action::CutBody { after: 10 });
    scene
        .simulator
        .fault(Fault::new(cut).on(Endpoint::Suspend).always());
    let arguments = ["contain", "--yes", "--audit", &audit, &user.email];
    let ended = run(op_users_at(&scene.simulator, &arguments)).await;
    assert_eq!(ended.status, 1, "{ended:?}");
    assert!(scene.requests(Endpoint::Suspend) > 1);
    assert_eq!(scene.state(user), State::Suspended);
    let lines = objects(&read(&scene.path("audit.jsonl")));
    let statuses: Vec<_> = lines
        .iter()
        .map(|line| line["status"].as_str().unwrap())
        .collect();
    assert_eq!(statuses, ["Success", "Unknown"]);
    assert_eq!(lines[1]["unmapped"]["effect"], "uncertain");
    assert_eq!(lines[0]["user"]["uid"], lines[1]["user"]["uid"]);
    assert_eq!(lines[0]["metadata"], lines[1]["metadata"]);
}
