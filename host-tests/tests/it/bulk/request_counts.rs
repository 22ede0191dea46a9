//! Exact numbers of requests per call.

use host::{ChangeOptions, Target};
use host_tests::{Harness, by_email, by_id, unguarded};
use simulator::{Endpoint, Role, State};

use super::account_check::count_requests;

/// Counts token requests, lists, gets and changes.
fn request_counts(harness: &Harness) -> [usize; 4] {
    let simulator = &harness.simulator;
    [
        count_requests(simulator, Endpoint::Token),
        count_requests(simulator, Endpoint::List),
        count_requests(simulator, Endpoint::Get),
        count_requests(simulator, Endpoint::Suspend),
    ]
}

async fn account() -> Harness {
    Harness::with(|builder| builder.users(2500), &[]).await
}

#[tokio::test]
async fn find_user_sends_a_token_request_and_all_pages() {
    let mut harness = account().await;
    let email = harness.member().email;
    harness.find(&email).await.unwrap();
    assert_eq!(request_counts(&harness), [1, 3, 0, 0]);
    harness.find(&email).await.unwrap();
    assert_eq!(request_counts(&harness), [1, 6, 0, 0]);
}

#[tokio::test]
async fn each_id_sends_one_get() {
    let mut harness = account().await;
    let members = harness.members(30);
    let targets: Vec<_> = members.iter().map(|user| by_id(&user.id)).collect();
    let report = harness.suspend_all(&targets, &unguarded()).await.unwrap();
    assert_eq!(request_counts(&harness), [1, 0, 30, 30]);
    assert_eq!(report.requests, 61);
}

#[tokio::test]
async fn addresses_of_any_number_read_the_list_once() {
    for addresses in [1, 30, 900] {
        let mut harness = account().await;
        let members = harness.members(addresses);
        let targets: Vec<_> = members.iter().map(|user| by_email(&user.email)).collect();
        let report = harness.suspend_all(&targets, &unguarded()).await.unwrap();
        assert_eq!(request_counts(&harness), [1, 3, 0, addresses]);
        assert_eq!(report.requests as usize, 1 + 3 + addresses);
    }
}

#[tokio::test]
async fn ids_found_on_the_list_send_no_get() {
    let mut harness = account().await;
    let members = harness.members(20);
    let by_ids = members[..10].iter().map(|user| by_id(&user.id));
    let by_emails = members[5..].iter().map(|user| by_email(&user.email));
    let targets: Vec<_> = by_ids.chain(by_emails).collect();
    harness.suspend_all(&targets, &unguarded()).await.unwrap();
    assert_eq!(request_counts(&harness), [1, 3, 5, 20]);
}

#[tokio::test]
async fn users_already_in_the_state_send_no_change() {
    let mut harness = account().await;
    let mut users = harness.simulator.users();
    users.retain(|user| user.role == Role::Member);
    let active = users.iter().filter(|user| user.state == State::Active);
    let active = active.count();
    assert!(active < users.len());
    let targets: Vec<_> = users.iter().map(|user| by_email(&user.email)).collect();
    harness.suspend_all(&targets, &unguarded()).await.unwrap();
    assert_eq!(request_counts(&harness), [1, 3, 0, active]);
}

#[tokio::test]
async fn guards_send_no_requests() {
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
    assert_eq!(request_counts(&harness), [1, 0, 10, 10]);
}

#[tokio::test]
async fn several_bulk_calls_use_one_token() {
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
    assert_eq!(count_requests(&harness.simulator, Endpoint::Token), 1);
}
