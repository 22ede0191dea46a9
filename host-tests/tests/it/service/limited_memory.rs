//! Changes by a service with little memory, in accounts with large users: a change that was made is always in the response.

use std::collections::{BTreeMap, BTreeSet};

use host::{Server, ServerLimits, ServiceOptions};
use host_tests::environment;
use serde_json::{Value, json};
use simulator::{Simulator, State};

use super::{
    deployment::{CONTAIN_KEY, keys, runtime},
    raw_client::{RawRequest, RawResponse},
};

/// Shape of an account.
#[derive(Clone, Copy, Debug)]
enum Shape {
    /// Users as the simulator makes them.
    Plain,
    /// Every user has an address of 3,000 letters before the `@`.
    LongAddresses,
    /// Users 2 to 26 have a name of 450,000 letters.
    LongNames,
}

struct Account {
    simulator: Simulator,
    server: Server,
}

impl Account {
    async fn new(users: usize, shape: Shape, memory: usize) -> Self {
        let simulator = Simulator::builder().users(users).seed(1).start().await;
        let simulator = simulator.expect("a simulator starts");
        for (index, user) in simulator.users().into_iter().enumerate() {
            match shape {
                Shape::LongAddresses => {
                    let email = format!("{}{}", "x".repeat(3000), user.email);
                    simulator.set_email(&user.id, &email);
                }
                Shape::LongNames if (2..27).contains(&index) => {
                    simulator.remove_user(&user.id);
                    let user = simulator::User {
                        display_name: "\u{1}é".repeat(225_000),
                        ..user
                    };
                    simulator.insert_user(index, user);
                }
                _ => {}
            }
        }
        let mut variables = environment(&simulator);
        for (name, value) in [
            ("OP_SERVICE_KEYS", keys().as_str()),
            ("OP_SERVICE_MAX_CHANGES", "1000"),
            ("OP_USERS_DEADLINE_MS", "300000"),
        ] {
            variables.push((name.to_owned(), value.to_owned()));
        }
        let service = runtime().service(ServiceOptions::new(variables).max_memory(memory));
        let server = Server::start(
            ([127, 0, 0, 1], 0).into(),
            service,
            ServerLimits::default(),
            |_| (),
        );
        Self {
            server: server.await.expect("a port is free"),
            simulator,
        }
    }

    /// States of all users by id.
    fn states(&self) -> BTreeMap<String, State> {
        let users = self.simulator.users().into_iter();
        users.map(|user| (user.id, user.state)).collect()
    }

    async fn send(&self, request: RawRequest) -> RawResponse {
        request.send(self.server.address()).await
    }
}

/// Ids that an answer names with one of these outcomes or effects, among its outcomes and among its audit events.
fn named(answer: &Value, words: &[&str]) -> [BTreeSet<String>; 2] {
    let report = answer.get("report").unwrap_or(answer);
    let array = |name: &str| report[name].as_array().cloned().unwrap_or_default();
    let is_named = |value: &Value| value.as_str().is_some_and(|word| words.contains(&word));
    let outcomes = array("outcomes").into_iter().filter_map(|outcome| {
        let id = outcome["user"]["id"].as_str().or(outcome["who"].as_str());
        let is_named = is_named(&outcome["outcome"]) || is_named(&outcome["error"]["effect"]);
        id.filter(|_| is_named).map(str::to_owned)
    });
    let events = array("audit").into_iter().filter_map(|event| {
        let facts = &event["unmapped"];
        let is_named = is_named(&facts["outcome"]) || is_named(&facts["effect"]);
        let id = event["user"]["uid"].as_str();
        id.filter(|_| is_named).map(str::to_owned)
    });
    [outcomes.collect(), events.collect()]
}

/// Contains users, and asserts that the answer names every user who was changed, and no other as changed. Returns their number.
async fn contain(account: &Account, names: &[String], notes: &str) -> usize {
    let before = account.states();
    let body = json!({ "users": names, "reason": notes, "ticket": notes });
    let response = account
        .send(RawRequest::json("/v1/contain", CONTAIN_KEY, &body))
        .await;
    let after = account.states();
    let made: BTreeSet<_> = before
        .iter()
        .filter(|(id, state)| after.get(*id) != Some(state))
        .map(|(id, _)| id.clone())
        .collect();
    assert_ne!(response.status, 500, "{} were changed", made.len());
    let answer: Value = serde_json::from_str(&response.body).expect("JSON");
    for changed in named(&answer, &["changed"]) {
        assert!(changed.is_subset(&made), "{changed:?} {made:?}");
    }
    for told in named(&answer, &["changed", "possibly-applied"]) {
        assert!(made.is_subset(&told), "{made:?} {told:?}");
    }
    if response.status == 413 {
        assert!(made.is_empty());
        let detail = answer["detail"].as_str().unwrap_or_default();
        assert!(detail.contains("memory"), "{detail}");
    }
    made.len()
}

#[tokio::test]
async fn a_change_is_never_answered_with_a_trap() {
    for (users, shape) in [
        (1100, Shape::Plain),
        (300, Shape::LongAddresses),
        (30, Shape::LongNames),
    ] {
        for memory in [4, 8, 16, 64] {
            let account = Account::new(users, shape, memory << 20).await;
            let listed: Vec<_> = account.simulator.users().into_iter().skip(2).collect();
            let mut most = 0;
            for (index, count) in [1, 25, 100, 200, 1000].into_iter().enumerate() {
                let users = listed.iter().take(count);
                let names: Vec<_> = match (index % 2, shape) {
                    (1, Shape::Plain | Shape::LongNames) => {
                        users.map(|user| user.email.clone()).collect()
                    }
                    _ => users.map(|user| user.id.clone()).collect(),
                };
                let notes = if index % 2 == 0 { "\u{1}" } else { "é" }.repeat(256);
                for user in &listed {
                    if user.role == simulator::Role::Member {
                        account.simulator.set_state(&user.id, State::Active);
                    }
                }
                most = most.max(contain(&account, &names, &notes).await);
            }
            println!("{shape:?}: {most} users changed by one call in {memory} MiB");
            let is_large_enough = memory >= 64 || !matches!(shape, Shape::LongNames);
            assert!(most >= 20 || !is_large_enough, "{shape:?} {memory}: {most}");
        }
    }
}

#[tokio::test]
async fn a_single_change_is_answered_whatever_the_name() {
    for memory in [4, 16, 64] {
        let account = Account::new(30, Shape::LongNames, memory << 20).await;
        let user = account.simulator.users().remove(5);
        account.simulator.set_state(&user.id, State::Active);
        let target = format!("/v1/users/{}:suspend", user.id);
        let response = account.send(RawRequest::post(&target, CONTAIN_KEY)).await;
        let is_suspended = account.states()[&user.id] == State::Suspended;
        assert_ne!(response.status, 500, "{memory}");
        assert_eq!(
            response.status == 200,
            is_suspended,
            "{memory} {response:?}"
        );
        if is_suspended {
            let answer = response.value();
            assert_eq!(answer["id"], user.id);
            assert_eq!(answer["audit"][0]["user"]["uid"], user.id);
        }
    }
}
