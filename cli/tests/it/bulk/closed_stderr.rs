//! A change with a closed standard error.

use std::process::Stdio;

use simulator::State;

use super::{super::process::op_users_at, Scene, command, document};

#[tokio::test]
async fn a_closed_standard_error_does_not_stop_a_change() {
    let scene = Scene::new().await;
    let users = scene.active(8);
    let report = scene.file("report.json");
    let contain = ["contain", "--yes", "--verbose", "--report", &report];
    let mut contain = op_users_at(&scene.simulator, &command(&contain, &users));
    contain.stdout(Stdio::null());
    // The reader is closed before the command starts.
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    contain.stderr(writer);
    let status = tokio::task::spawn_blocking(move || contain.status());
    let status = status.await.expect("it is waited for").expect("it starts");
    assert_eq!(status.code(), Some(0));
    let report = document(&scene.path("report.json"));
    assert_eq!(report["targets"].as_array().map(Vec::len), Some(8));
    assert!(
        users
            .iter()
            .all(|user| scene.state(user) == State::Suspended)
    );
}
