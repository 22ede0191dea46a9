//! What a report undoes: whoever may have been changed, and as many as there are.

use simulator::{Action, Endpoint, Fault, State};

use super::{
    super::process::{op_users_at, run},
    Scene, command, document, said,
};

#[tokio::test]
async fn whoever_may_have_been_changed_is_undone_too() {
    let scene = Scene::new().await;
    let users = scene.active(1);
    let report = scene.file("report.json");
    // Each time the change is made, and the answer breaks off.
    let cut = Action::after_apply(Action::CutBody { after: 10 });
    let cut = Fault::new(cut).on(Endpoint::Suspend).always();
    scene.simulator.fault(cut);
    let contain = ["contain", "--yes", "--report", &report];
    let contain = command(&contain, &users);
    let ended = run(op_users_at(&scene.simulator, &contain)).await;
    assert_eq!(ended.status, 1, "{ended:?}");
    let told = document(&scene.path("report.json"));
    assert_eq!(told["targets"][0]["error"]["effect"], "possibly-applied");

    let ended = run(op_users_at(&scene.simulator, &contain)).await;
    assert_eq!(ended.status, 2, "{ended:?}");
    assert!(ended.stderr.contains("it is there already"), "{ended:?}");

    let restore = ["restore", "--yes", "--from-report", &report];
    let ended = run(op_users_at(&scene.simulator, &restore)).await;
    assert_eq!((ended.status, said(&ended).as_str()), (0, ""), "{ended:?}");
    assert_eq!(scene.state(&users[0]), State::Active);
}

#[tokio::test]
async fn each_who_is_left_out_is_left_out_for_a_true_reason() {
    let scene = Scene::new().await;
    let users = scene.active(2);
    let report = scene.file("report.json");
    let contain = ["contain", "--yes", "--report", &report];
    run(op_users_at(&scene.simulator, &command(&contain, &users))).await;
    let mut told = document(&scene.path("report.json"));
    told["targets"][0]["previous_state"] = "INVITED".into();
    told["targets"][1]["user"]["id"] = "two words".into();
    let changed = scene.holding("changed.json", &told.to_string());
    let restore = ["restore", "--yes", "--from-report", &changed];
    let ended = run(op_users_at(&scene.simulator, &restore)).await;
    assert_eq!(ended.status, 1, "{ended:?}");
    for why in [
        "1 of the report left out, because they were not active before it\n",
        "1 of the report left out, because it has no id for them\n",
    ] {
        assert!(ended.stderr.contains(why), "{why}: {ended:?}");
    }
    assert!(!ended.stderr.contains("nobody knows"), "{ended:?}");
}

#[tokio::test]
async fn as_many_as_a_report_changed_are_undone_without_asking_for_so_many_again() {
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
    let fewer = [
        "restore",
        "--yes",
        "--max-changes",
        "25",
        "--from-report",
        &report,
    ];
    let ended = run(op_users_at(&scene.simulator, &fewer)).await;
    assert_eq!(ended.status, 3, "{ended:?}");
    let restore = ["restore", "--yes", "--from-report", &report];
    let ended = run(op_users_at(&scene.simulator, &restore)).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    assert_eq!(scene.requests(Endpoint::Reactivate), 26);
}
