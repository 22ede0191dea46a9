//! Jobs without a person: users who do not exist, empty lists, blank rows, and an exit status for later.

use simulator::{Action, Endpoint, Fault, Permission, State};

use super::{
    super::process::{op_users_at, run},
    Scene, command, document, objects,
};

#[tokio::test]
async fn missing_users_are_no_failure_if_they_may_be() {
    let scene = Scene::new().await;
    let users = scene.active(1);
    let names = ["gone@acme.example", "GONE3E5QZKSZBBRZT7QKYTXQ4A"];
    let arguments = [
        &["contain", "--yes"][..],
        &[users[0].email.as_str()],
        &names,
    ]
    .concat();
    let ended = run(op_users_at(&scene.simulator, &arguments)).await;
    assert_eq!(ended.status, 1, "{ended:?}");

    let report = scene.file("report.json");
    let more = ["--missing-ok", "--report", &report];
    let arguments = [&arguments[..], &more].concat();
    let ended = run(op_users_at(&scene.simulator, &arguments)).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    assert!(
        ended.stdout.starts_with("1 unchanged, 2 missing ("),
        "{ended:?}"
    );
    assert!(!ended.stderr.contains("not-found"), "{ended:?}");
    let summary = &document(&scene.path("report.json"))["summary"];
    assert_eq!(
        (&summary["missing"], &summary["failed"]),
        (&2.into(), &0.into())
    );
    assert_eq!(scene.state(&users[0]), State::Suspended);
}

#[tokio::test]
async fn a_missing_user_is_a_failure_if_the_list_cannot_be_read() {
    let scene = Scene::new().await;
    // Gateways without the API's paths answer like this.
    let gone = Action::json(404, r#"{"code":5,"message":"Not Found","details":[]}"#);
    scene
        .simulator
        .fault(Fault::new(gone).on(Endpoint::Get).always());
    scene.simulator.set_permissions([
        Permission::GetUser,
        Permission::SuspendUsers,
        Permission::ReactivateUsers,
    ]);
    let user = scene.active(1).remove(0);
    let arguments = ["contain", "--yes", "--missing-ok", &user.id];
    let ended = run(op_users_at(&scene.simulator, &arguments)).await;
    assert_eq!(ended.status, 1, "{ended:?}");
    assert!(
        ended.stderr.contains("could not be read to make sure"),
        "{ended:?}"
    );
    assert!(ended.stdout.starts_with("1 failed ("), "{ended:?}");
}

#[tokio::test]
async fn users_of_an_account_that_does_not_exist_are_not_missing() {
    let scene = Scene::new().await;
    let user = scene.active(1).remove(0);
    for who in [&user.id, &user.email] {
        for more in [&[][..], &["--dry-run"]] {
            let arguments = [&["contain", "--yes", "--missing-ok", who][..], more].concat();
            let mut command = op_users_at(&scene.simulator, &arguments);
            command.env("OP_USERS_ACCOUNT_ID", "ELSEWHERE");
            let ended = run(command).await;
            assert_eq!(ended.status, 1, "{ended:?}");
            assert!(ended.stdout.starts_with("1 failed ("), "{ended:?}");
        }
    }
}

#[tokio::test]
async fn an_empty_list_is_no_failure_if_it_may_be() {
    let scene = Scene::new().await;
    let report = scene.file("report.json");
    for content in ["", "\n# none left\n", "Name,Email\n"] {
        let list = scene.write("leavers.csv", content);
        let arguments = ["contain", "--yes", "--file", &list];
        let ended = run(op_users_at(&scene.simulator, &arguments)).await;
        assert_eq!(ended.status, 2, "{content:?}: {ended:?}");
        assert!(ended.stderr.contains("--empty-ok"), "{ended:?}");

        std::fs::remove_file(scene.path("report.json")).ok();
        let arguments = [&arguments[..], &["--empty-ok", "--report", &report]].concat();
        let ended = run(op_users_at(&scene.simulator, &arguments)).await;
        assert_eq!(ended.status, 0, "{content:?}: {ended:?}");
        assert_eq!(
            ended.stdout,
            "no user is named (0 requests sent); nothing was changed\n"
        );
        assert_eq!(
            document(&scene.path("report.json"))["targets"],
            serde_json::json!([])
        );
    }
    assert_eq!(scene.simulator.requests().len(), 0);
}

#[tokio::test]
async fn an_empty_guard_is_a_failure_even_if_lists_may_be_empty() {
    let scene = Scene::new().await;
    let user = scene.active(1).remove(0);
    for (guard, option) in [("", "--empty-ok"), ("Email,Name\n,Boss\n", "--skip-blank")] {
        let guard = scene.write("guard.csv", guard);
        let arguments = [
            "contain",
            "--yes",
            option,
            "--protect-file",
            &guard,
            &user.id,
        ];
        let ended = run(op_users_at(&scene.simulator, &arguments)).await;
        assert_eq!(ended.status, 2, "{ended:?}");
        assert!(!ended.stderr.contains("--empty-ok"), "{ended:?}");
    }
    assert_eq!(scene.state(&user), State::Active);
}

#[tokio::test]
async fn blank_rows_are_skipped_with_a_note() {
    let scene = Scene::new().await;
    let user = scene.active(1).remove(0);
    let list = scene.write(
        "leavers.csv",
        &format!("Name,Email\nRobot,\nA,{}\n", user.email),
    );
    let arguments = ["contain", "--yes", "--json", "--file", &list];
    let ended = run(op_users_at(&scene.simulator, &arguments)).await;
    assert_eq!(ended.status, 2, "{ended:?}");
    assert!(ended.stderr.contains("--skip-blank skips"), "{ended:?}");
    let ended = run(op_users_at(
        &scene.simulator,
        &[&arguments[..], &["--skip-blank"]].concat(),
    ))
    .await;
    assert_eq!(ended.status, 0, "{ended:?}");
    assert!(
        ended
            .stderr
            .contains("1 row that names no user was skipped: line 2"),
        "{ended:?}"
    );
    assert_eq!(objects(&ended.stdout)[0]["summary"]["changed"], 1);
}

#[tokio::test]
async fn what_can_succeed_later_ends_with_75() {
    let scene = Scene::new().await;
    let users = scene.active(2);
    let busy = Fault::new(Action::json(503, "{}"))
        .on(Endpoint::Suspend)
        .always();
    scene.simulator.fault(busy);
    let contain = command(&["contain", "--yes"], &users);
    let ended = run(op_users_at(&scene.simulator, &contain)).await;
    assert_eq!(ended.status, 75, "{ended:?}");
    // Another failure that time does not mend.
    let mixed = [&contain[..], &["gone@acme.example"]].concat();
    assert_eq!(run(op_users_at(&scene.simulator, &mixed)).await.status, 1);
    let single = ["suspend", "--yes", &users[0].id];
    assert_eq!(run(op_users_at(&scene.simulator, &single)).await.status, 75);

    let busy = Fault::new(Action::json(503, "{}"))
        .on(Endpoint::Token)
        .always();
    scene.simulator.fault(busy);
    for arguments in [&contain[..], &["list"], &["get", &users[0].id]] {
        let ended = run(op_users_at(&scene.simulator, arguments)).await;
        assert_eq!(ended.status, 75, "{ended:?}");
    }
    // A report that is lost does not come later.
    let full = [&contain[..], &["--report", "/dev/full"]].concat();
    if cfg!(target_os = "linux") {
        assert_eq!(run(op_users_at(&scene.simulator, &full)).await.status, 1);
    }
}

#[tokio::test]
async fn no_command_changes_anything_without_a_yes_or_a_terminal() {
    let scene = Scene::new().await;
    let (active, suspended) = (scene.active(1).remove(0), scene.suspended());
    for (verb, user) in [
        ("suspend", &active),
        ("contain", &active),
        ("reactivate", &suspended),
        ("restore", &suspended),
    ] {
        for who in [&user.id, &user.email] {
            let before = scene.state(user);
            let ended = run(op_users_at(&scene.simulator, &[verb, who])).await;
            assert_eq!(ended.status, 1, "{verb}: {ended:?}");
            assert!(
                ended.stderr.contains("--yes changes without asking"),
                "{ended:?}"
            );
            assert_eq!(scene.state(user), before);
            assert_eq!(scene.simulator.requests().len(), 0, "{verb}");
        }
    }
    for (verb, user, state) in [
        ("suspend", &active, State::Suspended),
        ("reactivate", &active, State::Active),
        ("contain", &active, State::Suspended),
        ("restore", &active, State::Active),
    ] {
        let ended = run(op_users_at(&scene.simulator, &[verb, "-y", &user.email])).await;
        assert_eq!(ended.status, 0, "{verb}: {ended:?}");
        assert_eq!(scene.state(user), state, "{verb}");
    }
}

#[tokio::test]
async fn a_name_of_a_file_is_no_user() {
    let scene = Scene::new().await;
    let list = scene.write("leavers.csv", "email\nuser0002@acme.example\n");
    for verb in ["suspend", "contain"] {
        let ended = run(op_users_at(&scene.simulator, &[verb, "-y", &list])).await;
        assert_eq!(ended.status, 2, "{ended:?}");
        assert!(ended.stderr.contains("a list with --file"), "{ended:?}");
    }
    assert_eq!(scene.simulator.requests().len(), 0);
}

#[tokio::test]
async fn a_name_of_a_person_is_told_where_to_look() {
    let scene = Scene::new().await;
    for verb in ["get", "suspend", "reactivate", "contain", "restore"] {
        let ended = run(op_users_at(&scene.simulator, &[verb, "Wendy Appleseed"])).await;
        assert_eq!(ended.status, 2, "{ended:?}");
        assert!(
            ended
                .stderr
                .contains("names are not looked up; `op-users list --match TEXT`"),
            "{ended:?}"
        );
    }
    assert_eq!(scene.simulator.requests().len(), 0);
}
