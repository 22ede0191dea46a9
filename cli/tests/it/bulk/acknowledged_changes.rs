//! Audit lines of changes whose response is late, incomplete, or not the API's.

use std::time::Duration;

use serde_json::{Value, json};
use simulator::{Action, Endpoint, Fault, Permission, State};

use super::{
    super::process::{op_users_at, run},
    Scene, objects, read, stderr_of,
};

/// Statuses of the lines, in order.
fn statuses(lines: &[Value]) -> Vec<&str> {
    let statuses = lines.iter().map(|line| line["status"].as_str());
    statuses.map(|status| status.expect("a status")).collect()
}

#[tokio::test]
async fn a_late_response_leaves_one_line() {
    let scene = Scene::new().await;
    let user = &scene.active(1)[0];
    let audit = scene.file("audit.jsonl");
    // A byte every two milliseconds.
    let every = Duration::from_millis(2);
    scene
        .simulator
        .fault(Fault::new(Action::Drip { every }).on(Endpoint::Suspend));
    let arguments = ["contain", "--yes", "--audit", &audit, &user.email];
    let ended = run(op_users_at(&scene.simulator, &arguments)).await;
    assert_eq!(
        (ended.status, stderr_of(&ended).as_str()),
        (0, ""),
        "{ended:?}"
    );
    let lines = objects(&read(&scene.path("audit.jsonl")));
    assert_eq!(statuses(&lines), ["Success"]);
    assert_eq!(lines[0]["user"]["email_addr"], user.email.as_str());
}

#[tokio::test]
async fn a_user_who_was_not_looked_up_is_that_of_the_response() {
    let scene = Scene::new().await;
    let user = &scene.active(1)[0];
    let audit = scene.file("audit.jsonl");
    // No look-up is permitted.
    scene.simulator.set_permissions(Permission::SuspendUsers);
    let arguments = ["contain", "--yes", "--audit", &audit, &user.id];
    let ended = run(op_users_at(&scene.simulator, &arguments)).await;
    let stderr = stderr_of(&ended);
    assert_eq!((ended.status, stderr.lines().count()), (0, 1), "{ended:?}");
    assert!(
        stderr.starts_with("warning: no look-up of 1 user"),
        "{ended:?}"
    );
    let lines = objects(&read(&scene.path("audit.jsonl")));
    assert_eq!(statuses(&lines), ["Success"]);
    assert_eq!(lines[0]["user"]["uid"], user.id.as_str());
    assert_eq!(lines[0]["user"]["email_addr"], user.email.as_str());
    assert_eq!(lines[0]["unmapped"], json!({ "outcome": "changed" }));
}

#[tokio::test]
async fn a_truncated_response_leaves_no_line_with_success() {
    let scene = Scene::new().await;
    let user = &scene.active(1)[0];
    let audit = scene.file("audit.jsonl");
    // Each request makes and acknowledges the change, and its response breaks off.
    let cut = Action::after_apply(Action::CutBody { after: 10 });
    scene
        .simulator
        .fault(Fault::new(cut).on(Endpoint::Suspend).always());
    let arguments = ["contain", "--yes", "--audit", &audit, &user.email];
    let ended = run(op_users_at(&scene.simulator, &arguments)).await;
    assert_eq!(ended.status, 75, "{ended:?}");
    assert!(scene.requests(Endpoint::Suspend) > 1);
    assert_eq!(scene.state(user), State::Suspended);
    let lines = objects(&read(&scene.path("audit.jsonl")));
    assert_eq!(statuses(&lines), ["Unknown"]);
    assert_eq!(lines[0]["status_id"], 0);
    assert_eq!(lines[0]["unmapped"]["effect"], "possibly-applied");
}

#[tokio::test]
async fn a_page_of_a_proxy_is_not_audited_as_a_change() {
    let scene = Scene::new().await;
    let user = &scene.active(1)[0];
    let audit = scene.file("audit.jsonl");
    let page = Action::json(200, "<html>Sign in</html>");
    let page = Fault::new(page).on(Endpoint::Suspend).always();
    scene.simulator.fault(page);
    let arguments = ["contain", "--yes", "--audit", &audit, &user.email];
    let ended = run(op_users_at(&scene.simulator, &arguments)).await;
    assert_eq!(ended.status, 1, "{ended:?}");
    assert_eq!(scene.state(user), State::Active);
    let lines = objects(&read(&scene.path("audit.jsonl")));
    assert!(!statuses(&lines).contains(&"Success"), "{lines:?}");
    assert_eq!(lines[0]["unmapped"]["effect"], "possibly-applied");
}
