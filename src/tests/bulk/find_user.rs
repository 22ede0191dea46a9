//! Finding a user by e-mail address.

use super::fake_account::{FakeAccount, is_list};
use crate::{
    Client, Error, ErrorCode, User, UserState,
    platform::Duration,
    tests::{
        fake_platform::FakePlatform,
        fixtures::message_and_hint,
        scripted_server::{no_response, reply, with_tokens},
    },
};

fn find(client: &Client<FakePlatform>, email: &str) -> Result<User, Error> {
    client.platform().run(client.find_user(email, None))
}

#[test]
fn find_user_finds_a_user_on_any_page() {
    let account = FakeAccount::with_users(2500);
    for at in [0, 999, 1000, 2499] {
        let client = account.client();
        let user = find(&client, &format!("u{at}@acme.example")).unwrap();
        assert_eq!(user.id, format!("U{at}"));
        assert_eq!(user.state, UserState::Active);
        // All pages are read: a second user with the address may be on the last one.
        assert_eq!(client.platform().count(is_list), 3);
        assert_eq!(client.platform().sent().len(), 4);
    }
}

#[test]
fn find_user_ignores_case_and_surrounding_space() {
    let account = FakeAccount::with_users(3);
    account.add("E", "Élodie@BÜCHER.example ", "SUSPENDED");
    let client = account.client();
    let user = find(&client, "\télodie@bücher.EXAMPLE").unwrap();
    assert_eq!(
        (user.id.as_str(), user.email.as_str()),
        ("E", "Élodie@BÜCHER.example ")
    );
}

#[test]
fn an_unknown_address_is_not_found_after_the_last_page() {
    let client = FakeAccount::with_users(1001).client();
    let error = find(&client, "unknown@acme.example").unwrap_err();
    assert_eq!((error.code, error.requests), (ErrorCode::NotFound, 3));
    assert_eq!(
        message_and_hint(&error),
        (
            "find-user: no user of the account has this e-mail address",
            Some("check the spelling of the address, and the account id")
        )
    );
}

#[test]
fn a_shared_address_is_ambiguous_with_candidates() {
    let account = FakeAccount::with_users(1500);
    account.add("U9\\u0007X", "U700@Acme.Example", "ACTIVE");
    account.add("U10", "u700@acme.example", "SUSPENDED");
    let error = find(&account.client(), "u700@acme.example").unwrap_err();
    assert_eq!(error.code, ErrorCode::Ambiguous);
    assert_eq!(
        message_and_hint(&error),
        (
            "find-user: several users have this e-mail address",
            Some("name the user by id; the candidates are the ids of those who have the address")
        )
    );
    // An id with a control character cannot be named in a call.
    assert_eq!(error.candidates, ["U700", "U10"]);
}

#[test]
fn an_ambiguous_address_has_at_most_eight_candidates() {
    let id = |at: usize| format!("{at}{}", "x".repeat(500));
    let account = FakeAccount::default();
    for at in 0..3000 {
        account.add(&id(at), "all@acme.example", "ACTIVE");
    }
    let error = find(&account.client(), "all@acme.example").unwrap_err();
    assert_eq!(error.code, ErrorCode::Ambiguous);
    let first_eight: Vec<_> = (0..8).map(id).collect();
    assert_eq!(error.candidates, first_eight);
}

#[test]
fn a_user_listed_on_two_pages_is_not_ambiguous() {
    let account = FakeAccount::with_users(999);
    account.add("MOVED", "moved@acme.example", "ACTIVE");
    account.add("MOVED", "moved@acme.example", "SUSPENDED");
    let user = find(&account.client(), "moved@acme.example").unwrap();
    // The last occurrence in the list counts.
    assert_eq!(
        (user.id.as_str(), user.state),
        ("MOVED", UserState::Suspended)
    );
}

#[test]
fn an_invalid_address_is_rejected_without_a_request() {
    let client = FakeAccount::with_users(1).client();
    for email in ["", "  ", "U0", "a\n@b"] {
        let error = find(&client, email).unwrap_err();
        assert_eq!(
            (error.code, error.requests),
            (ErrorCode::InvalidArgument, 0)
        );
    }
    assert_eq!(
        find(&client, "U0").unwrap_err().message,
        "find-user: the e-mail address must have an @"
    );
}

#[test]
fn an_unreadable_page_fails_find_user() {
    let account = FakeAccount::with_users(3000);
    for (status, code) in [
        (503, ErrorCode::Unavailable),
        (404, ErrorCode::NotFound),
        (400, ErrorCode::InvalidArgument),
        (403, ErrorCode::Other),
    ] {
        // The user is on the first page. Only the last page fails.
        let client = account.client_except(move |sent| {
            let is_last = is_list(sent) && sent.url.ends_with("page_token=2000");
            is_last.then(|| reply(status, r#"{"code":5,"message":""}"#))
        });
        let error = find(&client, "u0@acme.example").unwrap_err();
        assert_eq!((error.code, error.status), (code, Some(status)));
    }
}

#[test]
fn pages_that_form_a_circle_are_malformed() {
    for round in 2..40 {
        let mut read = 0;
        let server = with_tokens(move |_| {
            read += 1;
            reply(
                200,
                format!(r#"{{"next_page_token":"page-{}"}}"#, read % round),
            )
        });
        let client = crate::tests::fixtures::client(server);
        let error = find(&client, "u0@acme.example").unwrap_err();
        assert_eq!(error.code, ErrorCode::MalformedResponse);
        assert!(
            error.message.contains("the pages of the list repeat"),
            "{error}"
        );
        assert!(client.platform().count(is_list) <= 3 * round + 1, "{round}");
    }
}

#[test]
fn find_user_obeys_a_deadline_of_its_own() {
    let client = FakeAccount::with_users(1).client_except(|sent| is_list(sent).then(no_response));
    for (deadline_ms, took) in [(Some(5_000), 5), (None, 30), (Some(50_000), 50)] {
        let before = client.platform().elapsed();
        let call = client.find_user("u0@acme.example", deadline_ms);
        let error = client.platform().run(call).unwrap_err();
        assert_eq!(error.code, ErrorCode::TimedOut);
        let elapsed = client.platform().elapsed().less(before);
        assert!(elapsed <= Duration::from_secs(took), "{elapsed:?}");
        assert!(elapsed > Duration::from_secs(took * 3 / 4), "{elapsed:?}");
    }
}

#[test]
fn find_user_refuses_a_deadline_out_of_range() {
    let client = FakeAccount::with_users(1).client();
    for deadline_ms in [0, 3_600_001, u32::MAX] {
        let call = client.find_user("u0@acme.example", Some(deadline_ms));
        let error = client.platform().run(call).unwrap_err();
        assert_eq!(
            (error.code, error.requests),
            (ErrorCode::InvalidArgument, 0)
        );
        assert_eq!(
            error.message,
            "find-user: the deadline must be milliseconds, from 1 to 3600000"
        );
    }
    assert!(client.platform().sent().is_empty());
}
