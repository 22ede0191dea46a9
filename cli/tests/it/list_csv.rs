//! CSV of `list`, and its way back into `contain`.

use std::fs;

use serde_json::Value;

use super::{
    list_options::user,
    process::{op_users_at, run, simulator},
};

#[tokio::test]
async fn the_csv_of_a_list_is_a_list_of_the_same_users() {
    let simulator = simulator().await;
    for (number, name) in [
        "=HYPERLINK(\"http://x\")",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "a;=1",
        "Smith, \"Bob\"",
        "two\r\nlines",
        "\u{202e}gnp",
        "user0002@acme.example",
        "",
        "# comment",
    ]
    .iter()
    .enumerate()
    {
        let email = format!("person{number}@acme.example");
        simulator.insert_user(number, user(&simulator, number, name, &email));
    }
    let listed = run(op_users_at(&simulator, &["list", "--csv"])).await;
    assert_eq!((listed.status, listed.stderr.as_str()), (0, ""));
    assert_eq!(listed.stdout.matches("\r\n").count(), 73);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("users.csv");
    fs::write(&file, &listed.stdout).expect("the list is written");
    let arguments = [
        "--json",
        "contain",
        "--dry-run",
        "--max-changes",
        "100",
        "--file",
        file.to_str().expect("UTF-8"),
    ];
    let ended = run(op_users_at(&simulator, &arguments)).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    let ids: Vec<_> = ended
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
        .filter_map(|target| Some(target["user"]["id"].as_str()?.to_owned()))
        .collect();
    let expected: Vec<_> = simulator.users().into_iter().map(|user| user.id).collect();
    assert_eq!(ids, expected);
}

#[tokio::test]
async fn no_cell_of_a_csv_is_a_formula() {
    let simulator = simulator().await;
    let hostile = user(&simulator, 1, "=1+1", "@acme.example");
    simulator.insert_user(0, hostile);
    let listed = run(op_users_at(&simulator, &["list", "--csv", "--limit", "1"])).await;
    let row = listed.stdout.lines().nth(1).expect("a row");
    assert_eq!(
        row,
        "00000000000000000000000001,'@acme.example,'=1+1,active,2020-01-02T03:04:05Z"
    );
}
