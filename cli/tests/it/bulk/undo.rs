//! Undo of a report: possible changes, users left out, and the number of changes.

use simulator::{Action, Endpoint, Fault, State};

use super::{
    super::process::{op_users_at, run},
    Scene, command, document, stderr_of,
};

#[tokio::test]
async fn a_possible_change_is_undone() {
    let scene = Scene::new().await;
    let users = scene.active(1);
    let report = scene.file("report.json");
    // Each request makes the change, and its response breaks off.
    let cut = Action::after_apply(Action::CutBody { after: 10 });
    let cut = Fault::new(cut).on(Endpoint::Suspend).always();
    scene.simulator.fault(cut);
    let contain = ["contain", "--yes", "--report", &report];
    let contain = command(&contain, &users);
    let ended = run(op_users_at(&scene.simulator, &contain)).await;
    assert_eq!(ended.status, 75, "{ended:?}");
    assert!(ended.stdout.starts_with("1 maybe changed ("), "{ended:?}");
    let content = document(&scene.path("report.json"));
    assert_eq!(content["targets"][0]["error"]["effect"], "possibly-applied");

    let ended = run(op_users_at(&scene.simulator, &contain)).await;
    assert_eq!(ended.status, 2, "{ended:?}");
    assert!(ended.stderr.contains("the file exists"), "{ended:?}");

    let restore = ["restore", "--yes", "--from-report", &report];
    let ended = run(op_users_at(&scene.simulator, &restore)).await;
    assert_eq!(
        (ended.status, stderr_of(&ended).as_str()),
        (0, ""),
        "{ended:?}"
    );
    assert_eq!(scene.state(&users[0]), State::Active);
}

#[tokio::test]
async fn users_left_out_of_undo_are_reported_with_the_cause() {
    let scene = Scene::new().await;
    let users = scene.active(2);
    let report = scene.file("report.json");
    let contain = ["contain", "--yes", "--report", &report];
    run(op_users_at(&scene.simulator, &command(&contain, &users))).await;
    let mut content = document(&scene.path("report.json"));
    content["targets"][0]["previous_state"] = "INVITED".into();
    content["targets"][1]["user"]["id"] = "two words".into();
    let changed = scene.write("changed.json", &content.to_string());
    let restore = ["restore", "--yes", "--from-report", &changed];
    let ended = run(op_users_at(&scene.simulator, &restore)).await;
    assert_eq!(ended.status, 1, "{ended:?}");
    for why in [
        "1 user in the report was left out: their previous state is not active\n",
        "1 user in the report was left out: the report contains no id for them\n",
    ] {
        assert!(ended.stderr.contains(why), "{why}: {ended:?}");
    }
    assert!(
        !ended.stderr.contains("previous state is unknown"),
        "{ended:?}"
    );
}

#[tokio::test]
async fn the_maximum_number_of_changes_counts_for_undo_too() {
    let scene = Scene::new().await;
    let users = scene.active(26);
    let report = scene.file("report.json");
    let contain = [
        "contain",
        "--yes",
        "--max-changes",
        "26",
        "--report",
        &report,
    ];
    run(op_users_at(&scene.simulator, &command(&contain, &users))).await;
    let restore = ["restore", "--yes", "--from-report", &report];
    let ended = run(op_users_at(&scene.simulator, &restore)).await;
    assert_eq!(ended.status, 3, "{ended:?}");
    assert!(ended.stderr.contains("max-changes allows 25"), "{ended:?}");
    assert_eq!(scene.requests(Endpoint::Reactivate), 0);
    let all = [&restore[..], &["--max-changes", "26"]].concat();
    let ended = run(op_users_at(&scene.simulator, &all)).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    assert_eq!(scene.requests(Endpoint::Reactivate), 26);
}
