//! Progress without a terminal.

use std::time::Duration;

use simulator::{Action, Endpoint, Fault};

use super::{
    super::process::{op_users_at, run},
    Scene, command, objects,
};

/// Standard error of a call that takes longer than the time between two lines.
async fn output(more: &[&str]) -> String {
    let scene = Scene::new().await;
    let users = scene.active(3);
    let delay = Action::Delay(Duration::from_millis(1_200));
    scene
        .simulator
        .fault(Fault::new(delay).on(Endpoint::Suspend).always());
    let arguments = [&["contain", "--yes", "--concurrency", "1"], more].concat();
    let ended = run(op_users_at(&scene.simulator, &command(&arguments, &users))).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    ended.stderr
}

#[tokio::test]
async fn progress_is_a_line_every_few_seconds() {
    let output = output(&[]).await;
    let first = output.lines().next().expect("a line");
    assert!(
        first.starts_with("1 page read, ") && first.ends_with(" of at most 3 changed"),
        "{output}"
    );
}

#[tokio::test]
async fn progress_in_json_is_an_object_every_few_seconds() {
    let lines = objects(&output(&["--json"]).await);
    assert_eq!(lines[0]["progress"]["pages"], 1);
    assert_eq!(lines[0]["progress"]["changes_at_most"], 3);
}
