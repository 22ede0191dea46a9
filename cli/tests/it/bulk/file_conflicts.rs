//! Files that are named for two purposes.

use super::{
    super::process::{op_users_at, run},
    Scene, command, read,
};

#[tokio::test]
async fn a_written_file_must_not_be_named_for_another_purpose() {
    let scene = Scene::new().await;
    let users = scene.active(1);
    let new = scene.file("new.json");
    let around = scene.file("./new.json");
    let list = scene.write("list.txt", &users[0].email);
    for arguments in [
        ["--report", &new, "--audit", &new],
        ["--report", &new, "--audit", &around],
        ["--file", &list, "--audit", &list],
        ["--protect-file", &list, "--audit", &list],
        ["--file", &list, "--report", &list],
        ["--protect-file", &list, "--report", &list],
        ["--from-report", &list, "--audit", &list],
    ] {
        let from = arguments[0] == "--from-report";
        if from {
            // The file must be a report, or an earlier check refuses it.
            let report = ["contain", "--yes", "--report", &new];
            run(op_users_at(&scene.simulator, &command(&report, &users))).await;
            std::fs::copy(&new, &list).expect("the file is copied");
        }
        let before = read(&scene.path("list.txt"));
        let named = if from { &[][..] } else { &users };
        let verb = if from { "restore" } else { "contain" };
        let words = [&[verb, "--yes"][..], &arguments].concat();
        scene.simulator.clear_requests();
        let ended = run(op_users_at(&scene.simulator, &command(&words, named))).await;
        assert_eq!((ended.status, ended.stdout.as_str()), (2, ""), "{ended:?}");
        assert!(ended.stderr.contains("are the same file"), "{ended:?}");
        assert!(scene.simulator.requests().is_empty());
        assert_eq!(read(&scene.path("list.txt")), before);
        assert!(from || !scene.path("new.json").exists(), "nothing is made");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_to_the_report_counts_as_the_report() {
    let scene = Scene::new().await;
    let users = scene.active(1);
    let (report, link) = (scene.file("report.json"), scene.file("link"));
    std::os::unix::fs::symlink(&report, &link).expect("a link");
    let contain = ["contain", "--yes", "--report", &report, "--audit", &link];
    let ended = run(op_users_at(&scene.simulator, &command(&contain, &users))).await;
    assert_eq!(ended.status, 2, "{ended:?}");
    assert!(ended.stderr.contains("are the same file"), "{ended:?}");
    assert!(scene.simulator.requests().is_empty());
}

#[cfg(unix)]
#[tokio::test]
async fn a_new_audit_file_is_accessible_to_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;

    let scene = Scene::new().await;
    let users = scene.active(1);
    let audit = scene.file("audit.jsonl");
    let contain = ["contain", "--yes", "--audit", &audit];
    run(op_users_at(&scene.simulator, &command(&contain, &users))).await;
    let metadata = std::fs::metadata(&audit).expect("it is there");
    assert_eq!(metadata.permissions().mode() & 0o777, 0o600);
}

#[tokio::test]
async fn a_dry_run_checks_the_audit_file_and_creates_none() {
    let scene = Scene::new().await;
    let users = scene.active(1);
    let nowhere = scene.file("nowhere/audit.jsonl");
    let contain = ["contain", "--dry-run", "--audit", &nowhere];
    let ended = run(op_users_at(&scene.simulator, &command(&contain, &users))).await;
    assert_eq!(ended.status, 2, "{ended:?}");
    assert!(ended.stderr.contains("cannot be appended to"), "{ended:?}");
    assert!(!ended.stderr.contains(".op-users-"), "{ended:?}");
    assert!(scene.simulator.requests().is_empty());

    let new = scene.file("audit.jsonl");
    let contain = ["contain", "--dry-run", "--audit", &new];
    let ended = run(op_users_at(&scene.simulator, &command(&contain, &users))).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    assert_eq!(scene.folder.path().read_dir().unwrap().count(), 0);
}
