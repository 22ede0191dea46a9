//! Users named by arguments, files and standard input.

use simulator::State;

use super::{
    super::process::{op_users_at, run, run_with},
    Scene,
};

#[tokio::test]
async fn users_come_from_arguments_files_and_standard_input() {
    let scene = Scene::new().await;
    let users = scene.active(6);
    let list = scene.write(
        "list.txt",
        &format!(
            "# leavers\n\n{}\n  {} # today\n",
            users[1].id, users[2].email
        ),
    );
    let csv = scene.write(
        "list.csv",
        &format!("\u{feff}Name;E-Mail\n\"A; B\";\"{}\"\n", users[3].email),
    );
    let input = format!("user_id,name\n{},X\n", users[4].id);
    let arguments = [
        "contain",
        "--yes",
        &users[0].email,
        "-",
        "--file",
        &list,
        "--file",
        &csv,
        &users[5].id,
    ];
    let ended = run_with(op_users_at(&scene.simulator, &arguments), &input).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    for user in &users {
        assert_eq!(scene.state(user), State::Suspended);
    }
    let named: Vec<_> = ended
        .stdout
        .lines()
        .filter_map(|row| row.split_whitespace().next())
        .skip(2)
        .take(6)
        .collect();
    let [one, two, three, four, five, six] = &users[..] else {
        panic!("six users");
    };
    assert_eq!(
        named,
        [
            &one.email,
            &five.id,
            &six.id,
            &two.id,
            &three.email,
            &four.email
        ]
    );
}

#[tokio::test]
async fn invalid_users_are_reported_by_line_before_any_request() {
    let scene = Scene::new().await;
    let user = &scene.active(1)[0].email;
    let names = scene.write("names.txt", &format!("{user}\n\nWendy Smith\n"));
    let csv = scene.write("list.csv", "email,name\na@b.example,A\n,B\n");
    let empty = scene.write("empty.txt", "# no users yet\n");
    let missing = scene.file("missing.txt");
    for (arguments, input, output) in [
        (
            &["contain", "--file", &names][..],
            "",
            "names.txt, line 3: this is neither an id nor",
        ),
        (
            &["contain", user, "--file", &csv],
            "",
            "list.csv, line 3: \"email\" is empty, so the row names no user",
        ),
        (
            &["contain", "--yes", "-"],
            "a@b.example\na b\n",
            "standard input, line 2: this is neither",
        ),
        (
            &["contain", "Wendy Smith"],
            "",
            "\"Wendy Smith\" is neither an id nor",
        ),
        (
            &["contain", user, "--protect-file", &names],
            "",
            "names.txt, line 3: ",
        ),
        (
            &["contain", user, "--protect-file", &missing],
            "",
            "missing.txt cannot be read: ",
        ),
        (
            &["contain", "--file", &missing],
            "",
            "missing.txt cannot be read: ",
        ),
        (&["contain", "--file", &empty], "", "no user is named"),
        (&["contain", "--yes", "-"], "", "no user is named"),
        (&["contain"], "", "required"),
        (&["restore", "--yes"], "", "required"),
        (
            &["restore", user, "--from-report", &missing],
            "",
            "cannot be used with",
        ),
        (
            &["restore", "--file", &empty, "--from-report", &missing],
            "",
            "cannot be used with",
        ),
        (&["contain", user, "--concurrency", "17"], "", "1..=16"),
        (&["contain", user, "--concurrency", "0"], "", "1..=16"),
        (
            &["contain", user, "--max-changes", "many"],
            "",
            "invalid value",
        ),
    ] {
        let ended = run_with(op_users_at(&scene.simulator, arguments), input).await;
        assert_eq!(
            (ended.status, ended.stdout.as_str()),
            (2, ""),
            "{arguments:?}: {ended:?}"
        );
        assert!(ended.stderr.starts_with("error: "), "{ended:?}");
        assert!(ended.stderr.contains(output), "{output}: {ended:?}");
    }
    assert!(scene.simulator.requests().is_empty());
}

#[tokio::test]
async fn a_row_whose_id_and_address_differ_changes_no_user() {
    let scene = Scene::new().await;
    let users = scene.active(2);
    let csv = scene.write(
        "list.csv",
        &format!(
            "id,email\n{},{}\n{},mixed.up@acme.example\n",
            users[0].id, users[0].email, users[1].id
        ),
    );
    let ended = run(op_users_at(
        &scene.simulator,
        &["contain", "--yes", "--file", &csv],
    ))
    .await;
    assert_eq!(ended.status, 3, "{ended:?}");
    assert_eq!(scene.state(&users[0]), State::Suspended);
    assert_eq!(scene.state(&users[1]), State::Active);
}
