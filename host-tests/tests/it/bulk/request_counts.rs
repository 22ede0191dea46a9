//! What a call costs, to the request.

use host::{ChangeOptions, Target};
use host_tests::{Harness, by_email, by_id, unguarded};
use simulator::{Endpoint, Role, State};

use super::account_check::count;

/// Token requests, lists, gets and changes.
fn costs(harness: &Harness) -> [usize; 4] {
    let simulator = &harness.simulator;
    [
        count(simulator, Endpoint::Token),
        count(simulator, Endpoint::List),
        count(simulator, Endpoint::Get),
        count(simulator, Endpoint::Suspend),
    ]
}

async fn account() -> Harness {
    Harness::with(|builder| builder.users(2500), &[]).await
}

#[tokio::test]
async fn finding_somebody_costs_a_token_and_the_pages() {
    let mut harness = account().await;
    let email = harness.member().email;
    harness.find(&email).await.unwrap();
    assert_eq!(costs(&harness), [1, 3, 0, 0]);
    harness.find(&email).await.unwrap();
    assert_eq!(costs(&harness), [1, 6, 0, 0]);
}

#[tokio::test]
async fn ids_cost_a_get_each() {
    let mut harness = account().await;
    let members = harness.members(30);
    let targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
    let report = harness.suspend_all(&targets, &unguarded()).await.unwrap();
    assert_eq!(costs(&harness), [1, 0, 30, 30]);
    assert_eq!(report.requests, 61);
}

#[tokio::test]
async fn e_mail_addresses_cost_the_pages_once_however_many_they_are() {
    for addresses in [1, 30, 900] {
        let mut harness = account().await;
        let members = harness.members(addresses);
        let targets: Vec<_> = members.iter().map(|user| by_email(&user.email)).collect();
        let report = harness.suspend_all(&targets, &unguarded()).await.unwrap();
        assert_eq!(costs(&harness), [1, 3, 0, addresses]);
        assert_eq!(report.requests as usize, 1 + 3 + addresses);
    }
}

#[tokio::test]
async fn a_mixture_costs_the_pages_once_and_a_get_for_each_id_that_was_not_on_it() {
    let mut harness = account().await;
    let members = harness.members(20);
    let by_ids = members[..10].iter().map(|user| by_id(&user.id));
    let by_emails = members[5..].iter().map(|user| by_email(&user.email));
    let targets: Vec<_> = by_ids.chain(by_emails).collect();
    harness.suspend_all(&targets, &unguarded()).await.unwrap();
    assert_eq!(costs(&harness), [1, 3, 5, 20]);
}

#[tokio::test]
async fn only_those_who_are_not_there_yet_cost_a_change() {
    let mut harness = account().await;
    let mut users = harness.simulator.users();
    users.retain(|user| user.role == Role::Member);
    let active = users.iter().filter(|user| user.state == State::Active);
    let active = active.count();
    assert!(active < users.len());
    let targets: Vec<_> = users.iter().map(|user| by_email(&user.email)).collect();
    harness.suspend_all(&targets, &unguarded()).await.unwrap();
    assert_eq!(costs(&harness), [1, 3, 0, active]);
}

#[tokio::test]
async fn guards_cost_nothing() {
    let mut harness = account().await;
    let members = harness.members(10);
    let targets: Vec<_> = members
        .iter()
        .map(|user| Target {
            expect_email: Some(user.email.clone()),
            ..by_id(&user.id)
        })
        .collect();
    let options = ChangeOptions {
        protect: vec![by_email("boss@acme.example").who, by_id("BOSS").who],
        max_changes: Some(10),
        stop_on_error: true,
        ..unguarded()
    };
    harness.suspend_all(&targets, &options).await.unwrap();
    assert_eq!(costs(&harness), [1, 0, 10, 10]);
}

#[tokio::test]
async fn one_token_serves_call_after_call() {
    let mut harness = account().await;
    let members = harness.members(10);
    let targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
    harness.suspend_all(&targets, &unguarded()).await.unwrap();
    harness
        .reactivate_all(&targets, &unguarded())
        .await
        .unwrap();
    harness.find(&members[0].email).await.unwrap();
    harness.list_all(None, 5000).await.unwrap();
    harness.suspend_all(&targets, &unguarded()).await.unwrap();
    assert_eq!(count(&harness.simulator, Endpoint::Token), 1);
}
