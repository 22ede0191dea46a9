//! The files of references in `deploy/env`, one for each team, and the page for managers.

use std::{fs, path::PathBuf};

use simulator::{Permission, Permissions, Simulator};

use super::process::{op_users, op_users_at, run, simulator};

const TEAMS: [(&str, [i32; 2]); 3] = [
    // Exit status of a containment and of a restoration.
    ("reader", [1, 1]),
    ("responder", [0, 1]),
    ("restorer", [1, 0]),
];

fn in_repository(name: &str) -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "..", name].iter().collect()
}

fn read(name: &str) -> String {
    fs::read_to_string(in_repository(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Settings of a file of references, as `op run` reads them: comments and quotes removed.
fn settings(team: &str) -> Vec<(String, String)> {
    let file = read(&format!("deploy/env/{team}.env"));
    let lines = file
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, value) = line.split_once('=').expect("a name and a value");
            let value = value.trim_matches('"').to_owned();
            (name.to_owned(), value)
        })
        .collect()
}

/// Permissions that the comment of a file says to tick.
fn permissions(team: &str) -> Permissions {
    let file = read(&format!("deploy/env/{team}.env"));
    let ticked = file
        .lines()
        .find_map(|line| line.strip_prefix("# permissions: "));
    let permission = |name: &str| match name {
        "list users" => Permission::ListUsers,
        "get user" => Permission::GetUser,
        "suspend users" => Permission::SuspendUsers,
        "reactivate users" => Permission::ReactivateUsers,
        _ => panic!("{name} is no permission"),
    };
    let ticked = ticked.expect("the permissions").split(", ");
    ticked.map(permission).collect()
}

/// Settings with the references filled in, for a simulator in the place of the region.
fn filled(team: &str, simulator: &Simulator) -> Vec<(String, String)> {
    let fill = |(name, value): (String, String)| {
        let value = match name.as_str() {
            "OP_USERS_ACCOUNT_ID" => simulator.account_id().to_owned(),
            "OP_USERS_CLIENT_ID" => simulator.client_id().to_owned(),
            "OP_USERS_CLIENT_SECRET" => simulator.client_secret(),
            "OP_USERS_REGION" => {
                assert_eq!(value, "eu", "{team}");
                return ("OP_USERS_BASE_URL".to_owned(), simulator.url().to_owned());
            }
            _ => panic!("{name} is not expected in {team}"),
        };
        (name, value)
    };
    settings(team).into_iter().map(fill).collect()
}

#[tokio::test]
async fn each_team_can_do_what_its_boxes_say() {
    for (team, expected) in TEAMS {
        let simulator = simulator().await;
        simulator.set_permissions(permissions(team));
        let settings = filled(team, &simulator);
        let of_team = |arguments: &[&str]| {
            let mut command = op_users(arguments);
            command.envs(settings.iter().map(|(name, value)| (name, value)));
            run(command)
        };
        let check = of_team(&["check"]).await;
        assert_eq!(check.status, 0, "{team}: {check:?}");
        let contain = of_team(&["contain", "--yes", "user0007@acme.example"]).await;
        let restore = of_team(&["restore", "--yes", "user0015@acme.example"]).await;
        assert_eq!(
            [contain.status, restore.status],
            expected,
            "{team}: {contain:?} {restore:?}"
        );
    }
}

#[tokio::test]
async fn references_that_were_not_filled_in_send_nothing() {
    let simulator = simulator().await;
    for (team, _) in TEAMS {
        let mut command = op_users_at(&simulator, &["check"]);
        for (name, value) in settings(team) {
            if name != "OP_USERS_REGION" {
                command.env(name, value);
            }
        }
        let ended = run(command).await;
        assert_ne!(ended.status, 0, "{team}: {ended:?}");
        let printed = ended.stdout + &ended.stderr;
        assert!(printed.contains("OP_USERS_CLIENT_ID"), "{printed}");
    }
    assert!(simulator.requests().is_empty());
}

#[test]
fn references_have_only_letters_that_1password_accepts() {
    let files = [
        "deploy/env/reader.env",
        "deploy/env/responder.env",
        "deploy/env/restorer.env",
        "deploy/onepassword-users.env",
        "deploy/spin.toml",
        "docs/setup.md",
        "deploy/README.md",
        "README.md",
    ];
    let mut references = 0;
    for name in files {
        for line in read(name).lines().filter(|line| line.contains("=")) {
            let Some((before, rest)) = line.split_once("op://") else {
                continue;
            };
            let end = rest.find(['"', '}', '`']).unwrap_or(rest.len());
            let reference = rest[..end].trim_end();
            // developer.1password.com/docs/cli/secret-reference-syntax
            let is_allowed =
                |letter: char| letter.is_ascii_alphanumeric() || "-_. /".contains(letter);
            assert!(reference.chars().all(is_allowed), "{name}: {line}");
            assert_eq!(reference.split('/').count(), 3, "{name}: {line}");
            let is_quoted = before.ends_with('"') || before.ends_with("{{ ");
            assert!(is_quoted || !reference.contains(' '), "{name}: {line}");
            references += 1;
        }
    }
    assert!(references >= 20, "{references} references were found");
}

#[tokio::test]
async fn the_documented_numbers_of_requests_are_sent() {
    let page = read("docs/cost.md");
    let rows = page
        .lines()
        .filter_map(|line| line.strip_prefix("| `op-users "));
    let mut counted = 0;
    for row in rows {
        let (command, rest) = row.split_once("` | ").expect("a command and a number");
        let expected: usize = rest.trim_end_matches(" |").parse().expect("a number");
        let simulator = simulator().await;
        let users = simulator.users();
        let mut next = users[2..].iter();
        let mut arguments = vec!["--verbose".to_owned()];
        for word in command.split(' ') {
            arguments.push(match word {
                "ID" => next.next().expect("a user").id.clone(),
                "ADDRESS" => next.next().expect("a user").email.clone(),
                _ => word.to_owned(),
            });
        }
        let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
        let ended = run(op_users_at(&simulator, &arguments)).await;
        assert_eq!(ended.status, 0, "{row}: {ended:?}");
        assert_eq!(simulator.requests().len(), expected, "{row}");
        counted += 1;
    }
    assert_eq!(counted, 6);
}
