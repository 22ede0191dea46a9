//! Options of `list`: what is searched, sorted, counted and left out.

use serde_json::{Value, json};
use simulator::{Action, Endpoint, Fault, Role, Simulator, State, User};

use super::process::{CommandOutput, op_users_at, run, simulator};

/// A member with a name, an address and a time of creation.
pub(crate) fn user(simulator: &Simulator, number: usize, name: &str, email: &str) -> User {
    let id = format!("{number:0>26}");
    User {
        path: format!("accounts/{}/users/{id}", simulator.account_id()),
        id,
        email: email.to_owned(),
        display_name: name.to_owned(),
        state: State::Active,
        create_time: "2020-01-02T03:04:05Z".to_owned(),
        role: Role::Member,
    }
}

async fn list(simulator: &Simulator, options: &[&str]) -> CommandOutput {
    run(op_users_at(simulator, &[&["list"], options].concat())).await
}

/// A field of the users that a list shows as JSON.
async fn listed(simulator: &Simulator, options: &[&str], field: &str) -> Vec<String> {
    let ended = list(simulator, &[&["--json"], options].concat()).await;
    assert_eq!(ended.status, 0, "{ended:?}");
    let value = |line: &str| {
        let user: Value = serde_json::from_str(line).expect("JSON");
        user[field].as_str().expect("a text").to_owned()
    };
    ended.stdout.lines().map(value).collect()
}

#[tokio::test]
async fn match_finds_names_and_addresses_without_accents() {
    let simulator = simulator().await;
    for (number, name, email) in [
        (1, "Łukasz Żak", "lz@acme.example"),
        (2, "Grüße STRAẞE", "g@acme.example"),
        (3, "\u{1b}[31mIngrid", "ESCAPED@acme.example"),
    ] {
        simulator.insert_user(number, user(&simulator, number, name, email));
    }
    for (text, expected) in [
        ("lukasz zak", &["Łukasz Żak"][..]),
        ("ŁUKASZ Ż", &["Łukasz Żak"]),
        ("strasse", &["Grüße STRAẞE"]),
        ("escaped@", &["\u{1b}[31mIngrid"]),
        ("INGRID CELIK", &["Ingrid Çelik"]),
        ("ser0002@ACME", &["Dmitri Castro"]),
        ("acme.example lz", &[]),
        (".*", &[]),
    ] {
        let found = listed(&simulator, &["--match", text], "display_name").await;
        assert_eq!(found, expected, "{text}");
    }
    let suspended = listed(
        &simulator,
        &["--match", "user", "--state", "suspended"],
        "state",
    )
    .await;
    assert_eq!(suspended, ["suspended"; 3]);
}

#[tokio::test]
async fn a_search_reads_every_page() {
    let builder = Simulator::builder().users(2500).seed(1);
    let simulator = builder.start().await.expect("a simulator starts");
    let found = listed(&simulator, &["--match", "user24"], "email").await;
    assert_eq!(found.len(), 100);
}

#[tokio::test]
async fn sort_orders_the_whole_list() {
    let simulator = simulator().await;
    for (by, field) in [
        ("name", "display_name"),
        ("email", "email"),
        ("created", "create_time"),
        ("state", "state"),
    ] {
        let values = listed(&simulator, &["--sort", by], field).await;
        assert_eq!(values.len(), 60);
        if by == "name" {
            let plain = |name: &String| {
                let is_plain = name.is_ascii();
                is_plain.then(|| name.to_lowercase())
            };
            let plain: Vec<_> = values.iter().filter_map(plain).collect();
            assert!(plain.is_sorted(), "{values:?}");
            // Not after the last plain name, where its code is.
            let celik = values.iter().position(|name| name.contains('Ç'));
            assert!(celik < Some(59), "{values:?}");
        } else {
            assert!(values.is_sorted(), "{by}: {values:?}");
        }
    }
    let first = list(&simulator, &["--sort", "created", "--limit", "2", "--json"]).await;
    let all = listed(&simulator, &["--sort", "created"], "id").await;
    let ids: Vec<Value> = first
        .stdout
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["id"].take())
        .collect();
    assert_eq!(ids, all[..2]);
    assert_eq!(
        serde_json::from_str::<Value>(&first.stderr).ok(),
        Some(json!({ "limit": 2, "complete": false }))
    );
}

#[tokio::test]
async fn limit_stops_after_the_first_users_and_tells_it() {
    let simulator = simulator().await;
    for (options, rows, remark) in [
        (
            &["--limit", "5"][..],
            5,
            "more users may follow the first 5: the next page was not read\n",
        ),
        (
            &["--limit", "5", "--match", "user"],
            5,
            "more users follow the first 5\n",
        ),
        (&["--limit", "60"], 60, ""),
        (&["--limit", "61"], 60, ""),
        (&["--limit", "10", "--match", "user005"], 10, ""),
        (&["--limit", "18446744073709551615"], 60, ""),
    ] {
        simulator.clear_requests();
        let ended = list(&simulator, options).await;
        assert_eq!((ended.status, ended.stderr.as_str()), (0, remark));
        assert_eq!(ended.stdout.lines().count(), rows + 1, "{ended:?}");
        assert_eq!(simulator.requests().len(), 2);
    }
}

#[tokio::test]
async fn count_is_a_number_or_an_object() {
    let simulator = simulator().await;
    for (options, count) in [
        (&[][..], 60),
        (&["--state", "suspended"], 3),
        (&["--match", "user005"], 10),
        (&["--match", "no such text"], 0),
    ] {
        let ended = list(&simulator, &[&["--count"], options].concat()).await;
        assert_eq!(ended.stdout, format!("{count}\n"), "{ended:?}");
        assert_eq!((ended.status, ended.stderr.as_str()), (0, ""));
        let ended = list(&simulator, &[&["--json", "--count"], options].concat()).await;
        assert_eq!(ended.stdout, format!("{{\"count\":{count}}}\n"));
    }
}

#[tokio::test]
async fn no_user_is_a_remark_and_no_failure() {
    let simulator = simulator().await;
    for (options, stdout, stderr) in [
        (&[][..], "", "no user was found\n"),
        (&["--sort", "name"], "", "no user was found\n"),
        (&["--json"], "", "{\"found\":0}\n"),
        (
            &["--csv"],
            "id,email,display_name,state,create_time\r\n",
            "no user was found\n",
        ),
    ] {
        let ended = list(&simulator, &[&["--match", "zzz"], options].concat()).await;
        assert_eq!(
            (ended.status, ended.stdout.as_str(), ended.stderr.as_str()),
            (0, stdout, stderr)
        );
    }
}

#[tokio::test]
async fn csv_and_json_exclude_each_other_in_any_place() {
    let simulator = simulator().await;
    for arguments in [
        &["--json", "list", "--csv"][..],
        &["list", "--json", "--csv"],
        &["list", "--csv", "--json"],
    ] {
        let ended = run(op_users_at(&simulator, arguments)).await;
        assert_eq!((ended.status, ended.stdout.as_str()), (2, ""), "{ended:?}");
        assert!(ended.stderr.contains("cannot be used with"), "{ended:?}");
    }
    assert!(simulator.requests().is_empty());
}

#[tokio::test]
async fn a_list_cut_short_shows_what_was_read_and_fails() {
    for (options, lines, remark) in [
        (&["--csv"][..], 21, "not complete: 20 users were read"),
        (&["--json"], 20, "{\"complete\":false}"),
        (&["--sort", "name"], 21, "not complete: 20 users were read"),
        (&["--count"], 0, "not complete: 20 users were read"),
        (&["--limit", "50"], 21, "not complete: 20 users were read"),
    ] {
        let simulator = simulator().await;
        let users = simulator.users();
        let shown = |user: &User| {
            json!({ "id": user.id, "email": user.email, "display_name": user.display_name,
                "state": "ACTIVE", "create_time": user.create_time, "path": user.path })
        };
        let page: Vec<_> = users[..20].iter().map(shown).collect();
        let page = json!({ "results": page, "next_page_token": "second" }).to_string();
        simulator.fault(Fault::new(Action::json(200, page)).on(Endpoint::List));
        simulator.fault(Fault::new(Action::status(403)).on(Endpoint::List));
        let ended = list(&simulator, options).await;
        assert_eq!(ended.status, 1, "{ended:?}");
        assert_eq!(ended.stdout.lines().count(), lines, "{ended:?}");
        assert!(ended.stderr.contains(remark), "{ended:?}");
    }
}
