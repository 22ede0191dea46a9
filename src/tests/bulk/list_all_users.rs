//! Listing all users up to a limit.

use super::fake_account::{FakeAccount, is_list};
use crate::{
    Error, ErrorCode, StateFilter, UserList,
    platform::Duration,
    tests::scripted_server::{no_response, reply},
};

fn list_all(account: &FakeAccount, limit: u32) -> Result<UserList, Error> {
    let client = account.client();
    client
        .platform()
        .run(client.list_all_users(None, limit, None))
}

fn ids(list: &UserList) -> Vec<String> {
    list.users.iter().map(|user| user.id.clone()).collect()
}

#[test]
fn list_all_users_keeps_the_servers_order_over_pages() {
    let list = list_all(&FakeAccount::with_users(2500), 100_000).unwrap();
    let expected: Vec<_> = (0..2500).map(|at| format!("U{at}")).collect();
    assert_eq!(ids(&list), expected);
    assert!(list.complete);
}

#[test]
fn a_limit_cuts_the_list_and_marks_it_incomplete() {
    let account = FakeAccount::with_users(2500);
    for (limit, complete) in [
        (1, false),
        (1000, false),
        (1001, false),
        (2499, false),
        (2500, true),
        (2501, true),
    ] {
        let list = list_all(&account, limit).unwrap();
        let count = usize::min(limit as usize, 2500);
        assert_eq!((list.users.len(), list.complete), (count, complete));
        assert_eq!(list.users[count - 1].id, format!("U{}", count - 1));
    }
}

#[test]
fn a_limit_reduces_page_size_and_number_of_pages() {
    for (limit, size, requests) in [(10, "max_page_size=10", 1), (1500, "max_page_size=1000", 2)] {
        let client = FakeAccount::with_users(5000).client();
        client
            .platform()
            .run(client.list_all_users(None, limit, None))
            .unwrap();
        let sent = client.platform().sent();
        let lists: Vec<_> = sent.iter().filter(|&sent| is_list(sent)).collect();
        assert_eq!(lists.len(), requests);
        assert!(lists.iter().all(|sent| sent.url.contains(size)));
    }
}

#[test]
fn the_filter_is_sent_with_every_page() {
    let client = FakeAccount::with_users(1500).client();
    let filter = Some(StateFilter::Suspended);
    client
        .platform()
        .run(client.list_all_users(filter, 9999, None))
        .unwrap();
    let filtered =
        |sent: &crate::tests::scripted_server::SentRequest| sent.url.contains("isSuspended");
    assert_eq!(client.platform().count(filtered), 2);
}

#[test]
fn a_user_listed_on_two_pages_is_returned_once() {
    let account = FakeAccount::with_users(1000);
    account.add("U5", "u5@acme.example", "ACTIVE");
    account.add("LAST", "last@acme.example", "ACTIVE");
    let list = list_all(&account, 9999).unwrap();
    assert_eq!((list.users.len(), list.complete), (1001, true));
    assert_eq!(list.users[1000].id, "LAST");
    // A repeated user does not count towards the limit.
    let list = list_all(&account, 1001).unwrap();
    assert_eq!((list.users.len(), list.complete), (1001, true));
}

#[test]
fn a_limit_of_zero_is_an_invalid_argument() {
    let error = list_all(&FakeAccount::with_users(1), 0).unwrap_err();
    assert_eq!(
        (error.code, error.requests),
        (ErrorCode::InvalidArgument, 0)
    );
    assert_eq!(error.message, "list-all-users: the limit must be 1 or more");
}

#[test]
fn a_list_that_shows_no_user_is_malformed_without_a_filter() {
    let error = list_all(&FakeAccount::with_users(0), 1).unwrap_err();
    assert_eq!(error.code, ErrorCode::MalformedResponse);
    assert!(error.message.contains("every account has an owner"));
    let client = FakeAccount::with_users(0).client();
    let call = client.list_all_users(Some(StateFilter::Suspended), 1, None);
    let list = client.platform().run(call).unwrap();
    assert_eq!((list.users.len(), list.complete), (0, true));
}

#[test]
fn an_address_is_not_missing_from_a_list_without_users() {
    for body in [
        "{}",
        r#"{"results":null}"#,
        r#"{"results":[]}"#,
        r#"{"results":[],"next_page_token":""}"#,
    ] {
        let client = FakeAccount::with_users(1)
            .client_except(move |sent| sent.url.contains("/users?").then(|| reply(200, body)));
        let call = client.find_user("u0@acme.example", None);
        let error = client.platform().run(call).unwrap_err();
        assert_eq!(error.code, ErrorCode::MalformedResponse, "{body}");
    }
}

#[test]
fn an_unreadable_page_fails_list_all_users() {
    let client = FakeAccount::with_users(3000).client_except(|sent| {
        sent.url
            .ends_with("page_token=2000")
            .then(|| reply(500, ""))
    });
    let error = client
        .platform()
        .run(client.list_all_users(None, 3000, None))
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::Unavailable);
    assert_eq!(error.requests, 1 + 2 + 5);
}

#[test]
fn list_all_users_obeys_a_deadline_of_its_own() {
    let client = FakeAccount::with_users(1).client_except(|sent| is_list(sent).then(no_response));
    for (deadline_ms, took) in [(Some(5_000), 5), (None, 30), (Some(50_000), 50)] {
        let before = client.platform().elapsed();
        let call = client.list_all_users(None, 10, deadline_ms);
        let error = client.platform().run(call).unwrap_err();
        assert_eq!(error.code, ErrorCode::TimedOut);
        let elapsed = client.platform().elapsed().less(before);
        assert!(elapsed <= Duration::from_secs(took), "{elapsed:?}");
        assert!(elapsed > Duration::from_secs(took * 3 / 4), "{elapsed:?}");
    }
}

#[test]
fn list_all_users_refuses_a_deadline_out_of_range() {
    let client = FakeAccount::with_users(1).client();
    for deadline_ms in [0, 3_600_001, u32::MAX] {
        let call = client.list_all_users(None, 10, Some(deadline_ms));
        let error = client.platform().run(call).unwrap_err();
        assert_eq!(
            (error.code, error.requests),
            (ErrorCode::InvalidArgument, 0)
        );
        assert_eq!(
            error.message,
            "list-all-users: the deadline must be milliseconds, from 1 to 3600000"
        );
    }
    assert!(client.platform().sent().is_empty());
}
