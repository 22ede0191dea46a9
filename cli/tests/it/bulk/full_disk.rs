//! An audit file on a full disk.

use simulator::Endpoint;

use super::{
    super::process::{op_users_at, run},
    Scene, command, document,
};

#[tokio::test]
async fn a_full_disk_stops_further_requests() {
    let scene = Scene::new().await;
    let users = scene.active(10);
    let report = scene.file("report.json");
    let arguments = [
        "contain",
        "--yes",
        "--concurrency",
        "2",
        "--audit",
        "/dev/full",
        "--report",
        &report,
    ];
    let ended = run(op_users_at(&scene.simulator, &command(&arguments, &users))).await;
    assert_eq!(ended.status, 1, "{ended:?}");
    assert!(
        ended
            .stderr
            .contains("error: an audit line could not be written: No space left"),
        "{ended:?}"
    );
    let sent = scene.requests(Endpoint::Suspend);
    assert!(sent <= 2, "{sent} were sent");
    let report = document(&scene.path("report.json"));
    assert!(
        report["audit_error"]
            .as_str()
            .unwrap()
            .contains("No space left")
    );
    assert_eq!(report["interrupted"], false);
    let count = |outcome: &str| {
        let targets = report["targets"].as_array().unwrap().iter();
        targets.filter(|one| one["outcome"] == outcome).count()
    };
    assert_eq!((count("changed"), count("skipped")), (sent, 10 - sent));
}
