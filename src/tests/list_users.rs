//! Listing users by page: options, and accepted responses.

use super::{fixtures::*, scripted_server::*};
use crate::{Effect, Error, ErrorCode, ListOptions, UserPage, UserState};

/// Lists one page that is answered with this body.
fn list(options: ListOptions, answer: impl Into<Vec<u8>>) -> Result<UserPage, Error> {
    let client = client(with_tokens(script([reply(200, answer)])));
    client.platform().run(client.list_users(&options))
}

fn sized(size: u32) -> ListOptions {
    ListOptions {
        max_page_size: Some(size),
        ..ListOptions::default()
    }
}

fn paged(token: &str) -> ListOptions {
    ListOptions {
        page_token: Some(token.into()),
        ..ListOptions::default()
    }
}

fn results(count: usize) -> String {
    format!(
        r#"{{"results":[{}]}}"#,
        vec![r#"{"id":"x"}"#; count].join(",")
    )
}

#[test]
fn a_page_has_users_and_a_next_page_token() {
    let answer = r#"{"results":[{"id":"USER1234567890ABCDEF12","email":"example1@example.com","display_name":"Example1 Name","state":"ACTIVE","create_time":"2024-01-15T10:30:00Z","path":"accounts/ACCOUNT123/users/USER1234567890ABCDEF12"},{"id":"b","state":"SUSPENDED"}],"next_page_token":"CAIQAg"}"#;
    let page = list(ListOptions::default(), answer).unwrap();
    assert_eq!(page.next_page_token.as_deref(), Some("CAIQAg"));
    let [first, second] = &page.users[..] else {
        panic!("{page:?}");
    };
    assert_eq!(first.id, "USER1234567890ABCDEF12");
    assert_eq!(first.email, "example1@example.com");
    assert_eq!(first.display_name, "Example1 Name");
    assert_eq!(first.state, UserState::Active);
    assert_eq!(first.create_time, "2024-01-15T10:30:00Z");
    assert_eq!(
        first.path,
        "accounts/ACCOUNT123/users/USER1234567890ABCDEF12"
    );
    assert_eq!(second.state, UserState::Suspended);
}

#[test]
fn a_page_with_more_users_than_requested_is_malformed() {
    assert_eq!(list(sized(2), results(2)).unwrap().users.len(), 2);
    let error = list(sized(2), results(3)).unwrap_err();
    assert_eq!(error.code, ErrorCode::MalformedResponse);
    assert_eq!(
        message_and_hint(&error),
        (
            "list-users: the server's response does not fit: `results` is not a list of users, or is longer than requested",
            Some(CHECK_BASE_URL)
        )
    );
}

#[test]
fn a_page_of_unspecified_size_has_at_most_1000_users() {
    let default = ListOptions::default;
    assert_eq!(list(default(), results(1000)).unwrap().users.len(), 1000);
    let error = list(default(), results(1001)).unwrap_err();
    assert_eq!(error.code, ErrorCode::MalformedResponse);
}

#[test]
fn a_page_that_refers_to_itself_is_malformed() {
    let again = r#"{"results":[],"next_page_token":"CAIQAg"}"#;
    assert!(list(paged("CAIQAQ"), again).is_ok());
    let error = list(paged("CAIQAg"), again).unwrap_err();
    assert_eq!(error.code, ErrorCode::MalformedResponse);
    assert_eq!(
        message_and_hint(&error),
        (
            "list-users: the server's response does not fit: the server returned the same page token again",
            Some(CHECK_BASE_URL)
        )
    );
}

#[test]
fn invalid_list_options_are_rejected_without_a_request() {
    for (options, message) in [
        (sized(0), "list-users: the page size must be from 1 to 1000"),
        (
            sized(1001),
            "list-users: the page size must be from 1 to 1000",
        ),
        (
            paged(""),
            "list-users: the page token must not be empty; leave it out for the first page",
        ),
        (
            paged(&"x".repeat(4097)),
            "list-users: the page token must not be longer than 4096 bytes",
        ),
    ] {
        let client = client(script([]));
        let error = client
            .platform()
            .run(client.list_users(&options))
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidArgument);
        assert_eq!(error.message, message);
        assert_eq!((error.effect, error.requests), (Effect::NotApplied, 0));
    }
}
