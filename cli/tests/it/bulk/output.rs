//! Output of a bulk change: tables, objects, errors and exit statuses.

use serde_json::json;
use simulator::{Action, Endpoint, Fault, State};

use super::{
    super::process::{op_users_at, run},
    Scene, command, objects, stderr_of,
};

#[tokio::test]
async fn yes_sends_one_list_and_a_change_per_active_user() {
    let scene = Scene::new().await;
    let mut users = scene.active(5);
    users.push(scene.suspended());
    let ended = run(op_users_at(
        &scene.simulator,
        &command(&["contain", "--yes"], &users),
    ))
    .await;
    assert_eq!(
        (ended.status, stderr_of(&ended).as_str()),
        (0, ""),
        "{ended:?}"
    );
    assert_eq!(scene.requests(Endpoint::Token), 1);
    assert_eq!(scene.requests(Endpoint::List), 1);
    assert_eq!(scene.requests(Endpoint::Suspend), 5);
    assert_eq!(scene.simulator.requests().len(), 7);
    for user in &users {
        assert_eq!(scene.state(user), State::Suspended);
    }
}

#[tokio::test]
async fn text_output_is_a_table_and_each_error_once_with_hint() {
    let scene = Scene::new().await;
    let owner = scene.simulator.owner();
    let arguments = [
        "contain",
        "--yes",
        "USER0002@acme.example",
        &owner.id,
        "absent@acme.example",
        "missing@acme.example",
    ];
    let ended = run(op_users_at(&scene.simulator, &arguments)).await;
    assert_eq!(ended.status, 1);
    assert_eq!(
        ended.stdout,
        "\
1 changed, 3 failed (5 requests sent)
WHO                         OUTCOME  NAME           E-MAIL                 PREVIOUS  ERROR
USER0002@acme.example       changed  Dmitri Castro  user0002@acme.example  active
OGG1MAE6J44ZVOL267BVBZKNHR  failed   Ingrid Çelik   user0000@acme.example  active    last-owner
absent@acme.example         failed                                                   not-found
missing@acme.example        failed                                                   not-found
"
    );
    assert_eq!(
        stderr_of(&ended),
        "\
error[last-owner]: suspend-users: this is the last remaining owner, who cannot be suspended (403, it says: no_owner_remain)
  for: OGG1MAE6J44ZVOL267BVBZKNHR
  hint: make another person an owner first
error[not-found]: suspend-users: no user of the account has this e-mail address
  for: absent@acme.example, missing@acme.example
  hint: check the spelling of the address, and the account id
"
    );
}

#[tokio::test]
async fn json_output_is_an_object_per_target_and_a_summary() {
    let scene = Scene::new().await;
    let user = &scene.active(1)[0];
    let arguments = [
        "contain",
        "--yes",
        "--json",
        "--correlation-id",
        "C-1",
        &user.id,
        "absent@acme.example",
        &user.email,
    ];
    let ended = run(op_users_at(&scene.simulator, &arguments)).await;
    assert_eq!(
        (ended.status, stderr_of(&ended).as_str()),
        (1, ""),
        "{ended:?}"
    );
    let lines = objects(&ended.stdout);
    assert_eq!(lines.len(), 4);
    assert_eq!(
        lines[1],
        json!({
            "who": user.id,
            "outcome": "changed",
            "user": {
                "id": user.id,
                "email": user.email,
                "display_name": user.display_name,
                "state": "suspended",
                "create_time": user.create_time,
                "path": user.path,
            },
            "previous_state": "active",
            "error": null,
        })
    );
    assert_eq!(lines[2]["error"]["code"], "not-found");
    assert_eq!(lines[2]["user"], json!(null));
    assert_eq!(lines[3]["outcome"], "changed");
    assert_eq!(
        lines[0]["summary"],
        json!({
            "operation": "contain",
            "correlation_id": "C-1",
            "dry_run": false,
            "interrupted": false,
            "audit_error": null,
            "refused": null,
            "warnings": [],
            "changed": 2,
            "unchanged": 0,
            "would_change": 0,
            "maybe_changed": 0,
            "protected": 0,
            "missing": 0,
            "failed": 1,
            "skipped": 0,
            "requests": 3,
        })
    );
}

#[tokio::test]
async fn an_error_of_the_whole_call_is_printed_once() {
    let scene = Scene::new().await;
    let users = scene.active(3);
    let mut refused = op_users_at(&scene.simulator, &command(&["contain", "--yes"], &users));
    refused.env("OP_USERS_CLIENT_SECRET", "wrong-secret-of-a-client");
    let ended = run(refused).await;
    assert_eq!((ended.status, ended.stdout.as_str()), (1, ""));
    assert!(
        ended.stderr.starts_with("error[unauthenticated]: "),
        "{ended:?}"
    );
}

#[tokio::test]
async fn control_characters_of_the_server_are_escaped() {
    let scene = Scene::new().await;
    let user = &scene.active(1)[0];
    scene
        .simulator
        .set_email(&user.id, "a\u{1b}[2J@acme.example");
    let ended = run(op_users_at(
        &scene.simulator,
        &["contain", "--yes", &user.id],
    ))
    .await;
    assert_eq!(ended.status, 0, "{ended:?}");
    assert!(
        ended.stdout.contains("a\\u{1b}[2J@acme.example"),
        "{ended:?}"
    );
    assert!(!ended.stdout.contains('\u{1b}'));
}

#[tokio::test]
async fn get_finds_a_user_by_id_or_e_mail_address() {
    let scene = Scene::new().await;
    let user = &scene.active(1)[0];
    let by_id = run(op_users_at(&scene.simulator, &["get", &user.id])).await;
    let by_email = run(op_users_at(&scene.simulator, &["get", &user.email])).await;
    assert_eq!((by_email.status, by_email.stdout), (0, by_id.stdout));
    let absent = run(op_users_at(
        &scene.simulator,
        &["get", "absent@acme.example"],
    ))
    .await;
    assert_eq!(absent.status, 1);
    assert!(
        absent.stderr.starts_with("error[not-found]: find-user: "),
        "{absent:?}"
    );
}

#[tokio::test]
async fn the_deadline_in_the_settings_applies_to_a_bulk_change() {
    let scene = Scene::new().await;
    let user = &scene.active(1)[0];
    let wait = Action::Status {
        status: 429,
        headers: vec![("retry-after".into(), "120".into())],
        body: Vec::new(),
    };
    let fault = Fault::new(wait).on(Endpoint::Get).always();
    scene.simulator.fault(fault);
    let mut hasty = op_users_at(&scene.simulator, &["contain", "--yes", &user.id]);
    hasty.env("OP_USERS_DEADLINE_MS", "60000");
    let ended = run(hasty).await;
    assert_eq!(ended.status, 75);
    assert!(ended.stderr.contains("error[rate-limited]"), "{ended:?}");
}
