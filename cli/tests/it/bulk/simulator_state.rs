//! Simulated states that are kept in a file.

use super::{
    super::process::{op_users, run},
    Scene, read,
};

#[tokio::test]
async fn simulated_states_are_kept_between_commands() {
    let scene = Scene::new().await;
    let (state, report) = (scene.file("state.json"), scene.file("report.json"));
    let there = ["--simulator-state", &state];
    let shows = async |expected: &str| {
        let ended = run(op_users(
            &[&there[..], &["get", "user0007@acme.example"]].concat(),
        ))
        .await;
        assert!(
            ended.stdout.contains(&format!("  {expected}  ")),
            "{ended:?}"
        );
    };
    shows("active").await;
    let contain = [
        "contain",
        "--yes",
        "--report",
        &report,
        "user0007@acme.example",
    ];
    let ended = run(op_users(&[&there[..], &contain].concat())).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    shows("suspended").await;
    let restore = ["restore", "--yes", "--from-report", &report];
    let ended = run(op_users(&[&there[..], &restore].concat())).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    shows("active").await;
    assert_eq!(read(&scene.path("state.json")).matches("ive\"").count(), 57);
}

#[tokio::test]
async fn an_invalid_file_of_states_is_refused() {
    let scene = Scene::new().await;
    for (content, why) in [
        ("not JSON", "does not contain states of simulated users"),
        ("{\"NOSUCHUSER\":\"active\"}", "contains an unknown user"),
        (
            "{\"OGG1MAE6J44ZVOL267BVBZKNHR\":\"asleep\"}",
            "contains an unknown state",
        ),
    ] {
        let state = scene.write("state.json", content);
        let ended = run(op_users(&["--simulator-state", &state, "list"])).await;
        assert_eq!((ended.status, ended.stdout.as_str()), (2, ""), "{ended:?}");
        assert!(ended.stderr.contains(why), "{ended:?}");
    }
    let ended = run(op_users(&["--simulator-state", &scene.file("state.json")])).await;
    assert_eq!(ended.status, 2, "{ended:?}");
    assert!(ended.stderr.contains("needs a command"), "{ended:?}");
}
