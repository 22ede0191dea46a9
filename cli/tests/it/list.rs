//! Output of the commands for single users, lists and checks.

use serde_json::{Value, json};
use simulator::State;

use super::process::{op_users, op_users_at, run, simulator};

fn objects(lines: &str) -> Vec<Value> {
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test]
async fn a_page_is_a_table_with_a_remark_on_further_pages() {
    let ended = run(op_users(&["--simulator", "list", "--page-size", "2"])).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    assert_eq!(
        ended.stdout,
        "\
ID                          E-MAIL                 NAME          STATE   CREATED
OGG1MAE6J44ZVOL267BVBZKNHR  user0000@acme.example  Ingrid Çelik  active  2021-06-26T21:40:37Z
VLDVIRDURORDXMSS32Y59P4ZGR  user0001@acme.example  Noah Jensen   active  2019-08-16T03:07:32Z
"
    );
    assert!(
        ended.stderr.starts_with("more users follow: --page-token="),
        "{ended:?}"
    );
}

#[tokio::test]
async fn a_page_token_continues_after_the_previous_page() {
    let simulator = simulator().await;
    let first = run(op_users_at(
        &simulator,
        &["--json", "list", "--page-size", "40"],
    ))
    .await;
    assert_eq!(objects(&first.stdout).len(), 40);
    let token = objects(&first.stderr)[0]["next_page_token"]
        .as_str()
        .unwrap()
        .to_owned();
    let arguments = [
        "--json",
        "list",
        "--page-size",
        "40",
        "--page-token",
        &token,
    ];
    let second = run(op_users_at(&simulator, &arguments)).await;
    assert_eq!(second.stderr, "");
    let ids: Vec<_> = [first, second]
        .iter()
        .flat_map(|ended| objects(&ended.stdout))
        .map(|user| user["id"].as_str().unwrap().to_owned())
        .collect();
    let all: Vec<_> = simulator.users().into_iter().map(|user| user.id).collect();
    assert_eq!(ids, all);
}

#[tokio::test]
async fn a_list_has_every_page() {
    let simulator = simulator().await;
    let ended = run(op_users_at(&simulator, &["list"])).await;
    assert_eq!((ended.status, ended.stderr.as_str()), (0, ""), "{ended:?}");
    assert_eq!(ended.stdout.lines().count(), 61);
    // A page of the maximum size and a token request.
    assert_eq!(simulator.requests().len(), 2);

    simulator.clear_requests();
    let arguments = ["list", "--all", "--page-size", "7"];
    let ended = run(op_users_at(&simulator, &arguments)).await;
    assert_eq!((ended.status, ended.stderr.as_str()), (0, ""), "{ended:?}");
    assert_eq!(ended.stdout.lines().count(), 61);
    // 9 pages and a token request.
    assert_eq!(simulator.requests().len(), 10);

    simulator.clear_requests();
    let ended = run(op_users_at(
        &simulator,
        &["--json", "list", "--state", "suspended"],
    ))
    .await;
    let suspended = objects(&ended.stdout);
    assert_eq!(suspended.len(), 3);
    assert!(suspended.iter().all(|user| user["state"] == "suspended"));
    assert_eq!(simulator.requests().len(), 2);
}

#[tokio::test]
async fn json_shows_every_field_of_a_user() {
    let simulator = simulator().await;
    let owner = simulator.owner();
    let ended = run(op_users_at(&simulator, &["get", &owner.id, "--json"])).await;
    assert_eq!(
        objects(&ended.stdout),
        [json!({
            "id": owner.id,
            "email": owner.email,
            "display_name": owner.display_name,
            "state": "active",
            "create_time": owner.create_time,
            "path": owner.path,
        })]
    );
}

#[tokio::test]
async fn suspend_and_reactivate_change_and_show_the_user() {
    let simulator = simulator().await;
    let id = &simulator.users()[2].id;
    for (verb, state, shown) in [
        ("suspend", State::Suspended, "suspended"),
        ("suspend", State::Suspended, "suspended"),
        ("reactivate", State::Active, "active"),
    ] {
        let ended = run(op_users_at(&simulator, &[verb, "--yes", id])).await;
        assert_eq!((ended.status, ended.stderr.as_str()), (0, ""), "{ended:?}");
        assert!(ended.stdout.contains(&format!("  {shown}")), "{ended:?}");
        assert_eq!(simulator.user(id).unwrap().state, state);
    }
}

#[tokio::test]
async fn check_prints_a_table_or_an_object_per_finding() {
    let ended = run(op_users(&["--simulator", "check"])).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    assert!(
        ended
            .stdout
            .starts_with("CHECK            VERDICT  DETAIL\n"),
        "{ended:?}"
    );
    assert_eq!(ended.stdout.lines().count(), 9);
    let ended = run(op_users(&["--simulator", "check", "--json"])).await;
    let findings = objects(&ended.stdout);
    assert_eq!(findings[2]["check"], "token");
    assert_eq!(findings[2]["verdict"], "passed");
}

#[tokio::test]
async fn verbose_shows_requests_on_standard_error() {
    let ended = run(op_users(&["--simulator", "-v", "list"])).await;
    let wire: Vec<_> = ended.stderr.lines().collect();
    assert_eq!(wire.len(), 2, "{ended:?}");
    assert!(wire[0].starts_with("POST /v1beta1/users/oauth2/token  200  "));
    assert!(wire[1].contains("/users?max_page_size=1000  200  "));
}
