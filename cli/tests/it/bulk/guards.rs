//! Guards and limits of a change, with their exit statuses.

use simulator::{Endpoint, State};

use super::{
    super::process::{op_users_at, run, run_typing},
    Scene, command, document, objects, stderr_of,
};

#[tokio::test]
async fn more_than_25_changes_need_max_changes() {
    let scene = Scene::new().await;
    let users = scene.active(26);
    for arguments in [
        &["contain", "--yes"][..],
        &["contain", "--dry-run"],
        &["contain"],
    ] {
        let command = op_users_at(&scene.simulator, &command(arguments, &users));
        let ended = run_typing(command, "y\n").await;
        assert_eq!(ended.status, 3, "{ended:?}");
        assert!(
            ended
                .stderr
                .contains("26 users would be changed, and max-changes allows 25"),
            "{ended:?}"
        );
        assert!(ended.stdout.contains("26 would change ("), "{ended:?}");
    }
    assert_eq!(scene.requests(Endpoint::Suspend), 0);
    let raised = ["contain", "--yes", "--max-changes", "26"];
    let ended = run(op_users_at(&scene.simulator, &command(&raised, &users))).await;
    assert_eq!(
        (ended.status, stderr_of(&ended).as_str()),
        (0, ""),
        "{ended:?}"
    );
    assert_eq!(scene.requests(Endpoint::Suspend), 26);
}

#[tokio::test]
async fn protected_users_are_not_changed_by_any_name() {
    let scene = Scene::new().await;
    let users = scene.active(3);
    let list = format!("{}\n{}\n", users[0].id, users[1].email.to_uppercase());
    let protected = scene.write("protected.txt", &list);
    let guarded = ["contain", "--yes", "--protect-file", &protected];
    let ended = run(op_users_at(&scene.simulator, &command(&guarded, &users))).await;
    assert_eq!(ended.status, 3, "{ended:?}");
    assert!(ended.stderr.contains("the user is protected"), "{ended:?}");
    assert_eq!(scene.state(&users[0]), State::Active);
    assert_eq!(scene.state(&users[1]), State::Active);
    assert_eq!(scene.state(&users[2]), State::Suspended);
    // Any other failure takes precedence over a guard's exit status.
    let mixed = [&guarded[..], &["absent@acme.example"]].concat();
    let ended = run(op_users_at(&scene.simulator, &command(&mixed, &users))).await;
    assert_eq!(ended.status, 1, "{ended:?}");
}

#[tokio::test]
async fn a_protected_name_that_no_user_has_is_a_warning() {
    let scene = Scene::new().await;
    let users = scene.active(2);
    let protected = scene.write("protected.txt", "boss@acme.example\n");
    let report = scene.file("report.json");
    let arguments = ["contain", "--yes", "--protect-file", &protected, "--report"];
    let warning = "protected names that no user of the account has: boss@acme.example";
    let ended = run(op_users_at(
        &scene.simulator,
        &[&arguments[..], &[&report, &users[0].email]].concat(),
    ))
    .await;
    assert_eq!(
        (ended.status, stderr_of(&ended)),
        (0, format!("warning: {warning}\n")),
        "{ended:?}"
    );
    let report = document(report.as_ref());
    assert_eq!(report["warnings"], serde_json::json!([warning]));
    let ended = run(op_users_at(
        &scene.simulator,
        &[&arguments[..4], &["--json", &users[1].email]].concat(),
    ))
    .await;
    let lines = objects(&ended.stdout);
    assert_eq!(
        lines[0]["summary"]["warnings"],
        serde_json::json!([warning])
    );
}

#[tokio::test]
async fn stop_on_error_stops_at_the_first_error() {
    let scene = Scene::new().await;
    let users = scene.active(2);
    let arguments = [
        "contain",
        "--yes",
        "--json",
        "--stop-on-error",
        "absent@acme.example",
    ];
    let ended = run(op_users_at(&scene.simulator, &command(&arguments, &users))).await;
    assert_eq!(ended.status, 1);
    let lines = objects(&ended.stdout);
    assert_eq!(lines[0]["summary"]["skipped"], 2);
    assert_eq!(scene.requests(Endpoint::Suspend), 0);
}

#[tokio::test]
async fn concurrency_limits_the_pending_requests() {
    for concurrency in ["1", "3"] {
        let scene = Scene::new().await;
        let users = scene.active(8);
        let hold = simulator::Fault::new(simulator::Action::Hold).on(Endpoint::Suspend);
        let most: usize = concurrency.parse().expect("a number");
        scene.simulator.fault(hold.times(most));
        let arguments = ["contain", "--yes", "--concurrency", concurrency];
        let command = op_users_at(&scene.simulator, &command(&arguments, &users));
        let ended = tokio::spawn(run(command));
        scene.simulator.held(most).await;
        scene.simulator.release();
        assert_eq!(ended.await.expect("it ends").status, 0);
        assert_eq!(scene.simulator.max_in_flight(), most);
    }
}

#[tokio::test]
async fn a_row_with_an_id_and_an_address_protects_both() {
    let scene = Scene::new().await;
    let users = scene.active(2);
    let list = format!(
        "id,email\n{},gone@acme.example\nGONE0000000000000000000000,{}\n",
        users[0].id, users[1].email
    );
    let protected = scene.write("protected.csv", &list);
    let guarded = ["contain", "--yes", "--protect-file", &protected];
    let ended = run(op_users_at(&scene.simulator, &command(&guarded, &users))).await;
    assert_eq!(ended.status, 3, "{ended:?}");
    assert_eq!(scene.requests(Endpoint::Suspend), 0);
}

#[tokio::test]
async fn an_empty_list_of_protected_users_is_refused() {
    let scene = Scene::new().await;
    let users = scene.active(1);
    let protected = scene.write("protected.txt", "# no users yet\n");
    let guarded = ["contain", "--yes", "--protect-file", &protected];
    let ended = run(op_users_at(&scene.simulator, &command(&guarded, &users))).await;
    assert_eq!(ended.status, 2, "{ended:?}");
    assert!(ended.stderr.contains("no user is named"), "{ended:?}");
    assert!(scene.simulator.requests().is_empty());
}

#[tokio::test]
async fn rows_that_begin_with_a_hash_are_protected() {
    let scene = Scene::new().await;
    let users = scene.active(2);
    let content = format!(
        "ticket,email\n#1,{}\n2,{}\n",
        users[0].email, users[1].email
    );
    let guard = scene.write("protect.csv", &content);
    for user in &users {
        let arguments = ["contain", "--yes", &user.email, "--protect-file", &guard];
        let ended = run(op_users_at(&scene.simulator, &arguments)).await;
        assert_eq!(ended.status, 3, "{ended:?}");
        assert_eq!(scene.state(user), State::Active);
    }
}

#[tokio::test]
async fn a_guard_that_hides_a_row_is_refused() {
    let scene = Scene::new().await;
    let users = scene.active(2);
    let (one, boss) = (&users[0].email, &users[1].email);
    for (content, cause) in [
        (
            format!("name,email\n\"The Boss,{boss}\nUma\",{one}\n"),
            "line 2: a quote is opened here and closed in line 3, with a user in line 2",
        ),
        (
            format!("email,note\n{one},\"{boss}\n\"\n"),
            "line 2: a quote is opened here and closed in line 3, with a user in line 2",
        ),
        (
            format!("# protected users, email\n{boss}\n"),
            "line 2: it has 1 field under a header of 2, which is line 1, \"# protected users, email\"",
        ),
        (
            format!("; boss\n{boss}\n"),
            "line 1: \"; boss\" names no user and no column",
        ),
        (
            format!("[protect]\n{boss}\n"),
            "line 1: \"[protect]\" begins a section of a settings file",
        ),
    ] {
        let guard = scene.write("protect.csv", &content);
        let arguments = ["contain", "--yes", boss, "--protect-file", &guard];
        let ended = run(op_users_at(&scene.simulator, &arguments)).await;
        assert_eq!(ended.status, 2, "{ended:?}");
        assert!(ended.stderr.contains(cause), "{ended:?}");
    }
    assert!(scene.simulator.requests().is_empty());
}
