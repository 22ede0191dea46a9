//! Operations on a single user: accepted responses and their limits.

use super::{fixtures::*, scripted_server::*};
use crate::{Effect, Error, ErrorCode, Operation, UserState};

/// Calls `get_user`, answered with this body.
fn get_answered(answer: &str) -> Result<crate::User, Error> {
    let client = client(with_tokens(script([reply(200, answer)])));
    get_user(&client)
}

#[test]
fn a_user_that_contains_a_secret_is_malformed() {
    // The third secret is the token in JSON escapes.
    for secret in ["stub-token-1", CLIENT_SECRET, r"\u0073tub\u002dtoken-1"] {
        for field in ["display_name", "email", "path", "create_time"] {
            for (operation, state, effect) in [
                (Operation::GetUser, "ACTIVE", Effect::NotApplied),
                (Operation::GetUser, secret, Effect::NotApplied),
                (Operation::SuspendUser, "SUSPENDED", Effect::PossiblyApplied),
            ] {
                let text = if state == secret { "" } else { secret };
                let body = format!(r#"{{"id":"{ID}","state":"{state}","{field}":"is {text}"}}"#);
                let error = error_of(operation, [reply(200, body)]);
                assert_eq!(
                    (error.code, error.effect),
                    (ErrorCode::MalformedResponse, effect)
                );
                assert!(error.message.contains("it repeats a secret"), "{error}");
            }
        }
    }
}

#[test]
fn a_page_that_contains_a_secret_is_malformed() {
    for body in [
        r#"{"results":[{"id":"A"},{"id":"B","email":"stub-token-1"}]}"#,
        r#"{"results":[{"id":"stub-token-1"}]}"#,
        r#"{"next_page_token":"after stub-token-1"}"#,
    ] {
        let error = error_of(Operation::ListUsers, [reply(200, body)]);
        assert_eq!(error.code, ErrorCode::MalformedResponse, "{body}");
    }
}

#[test]
fn get_user_returns_all_fields_of_the_response() {
    let user = get_answered(ACTIVE).unwrap();
    assert_eq!(user.id, ID);
    assert_eq!(user.email, "wendy_appleseed@agilebits.com");
    assert_eq!(user.display_name, "Wendy Appleseed");
    assert_eq!(user.state, UserState::Active);
    assert_eq!(user.create_time, "2024-01-15T10:30:00Z");
    assert_eq!(
        user.path,
        "accounts/ACCOUNT123/users/IR7VJHJ36JHINBFAD7V2T5MP3E"
    );
}

#[test]
fn a_change_returns_the_user_in_the_new_state() {
    let client = client(with_tokens(script([
        reply(200, SUSPENDED),
        reply(200, ACTIVE),
    ])));
    let suspended = client.platform().run(client.suspend_user(ID)).unwrap();
    assert_eq!(suspended.state, UserState::Suspended);
    let active = client.platform().run(client.reactivate_user(ID)).unwrap();
    assert_eq!(active.state, UserState::Active);
}

#[test]
fn an_invalid_user_id_is_rejected_without_a_request() {
    let long = "x".repeat(1025);
    for (id, message) in [
        ("", "the user's id must not be empty"),
        ("..", "the user's id must not be a dot segment"),
        ("a\nb", "the user's id must not contain control characters"),
        (&long, "the user's id must not be longer than 1024 bytes"),
    ] {
        let client = client(script([]));
        for (name, result) in [
            ("get-user", client.platform().run(client.get_user(id))),
            (
                "suspend-user",
                client.platform().run(client.suspend_user(id)),
            ),
            (
                "reactivate-user",
                client.platform().run(client.reactivate_user(id)),
            ),
        ] {
            let error = result.unwrap_err();
            assert_eq!(error.code, ErrorCode::InvalidArgument);
            assert_eq!(error.message, format!("{name}: {message}"));
            assert_eq!((error.effect, error.requests), (Effect::NotApplied, 0));
        }
    }
}

#[test]
fn a_response_with_another_user_is_malformed() {
    let other = r#"{"id":"ir7vjhj36jhinbfad7v2t5mp3e","state":"SUSPENDED"}"#;
    let message = "the server's response does not fit: it is not the requested user";
    for (operation, effect) in [
        (Operation::GetUser, Effect::NotApplied),
        (Operation::SuspendUser, Effect::PossiblyApplied),
    ] {
        let error = error_of(operation, [reply(200, other)]);
        assert_eq!(error.code, ErrorCode::MalformedResponse);
        let message = format!("{}: {message}", operation.name());
        assert_eq!(
            message_and_hint(&error),
            (message.as_str(), Some(CHECK_BASE_URL))
        );
        assert_eq!(error.effect, effect);
    }
}

#[test]
fn a_change_answered_with_another_state_is_malformed() {
    let unspecified = r#"{"id":"IR7VJHJ36JHINBFAD7V2T5MP3E"}"#;
    let deleted = r#"{"id":"IR7VJHJ36JHINBFAD7V2T5MP3E","state":"DELETED"}"#;
    for (operation, answer) in [
        (Operation::SuspendUser, ACTIVE),
        (Operation::SuspendUser, unspecified),
        (Operation::SuspendUser, deleted),
        (Operation::ReactivateUser, SUSPENDED),
        (Operation::ReactivateUser, unspecified),
    ] {
        let error = error_of(operation, [reply(200, answer)]);
        assert_eq!(error.code, ErrorCode::MalformedResponse);
        let message = format!(
            "{}: the server's response does not fit: the user is not in the requested state",
            operation.name()
        );
        assert_eq!(
            message_and_hint(&error),
            (message.as_str(), Some(CHECK_BASE_URL))
        );
        assert_eq!(error.effect, Effect::PossiblyApplied);
    }
}

#[test]
fn a_response_may_have_8_mib_and_no_more() {
    let sized = |size: usize| {
        let user = SUSPENDED.strip_suffix('}').unwrap();
        let padding = size - user.len() - r#","x":""}"#.len();
        format!(r#"{user},"x":"{}"}}"#, " ".repeat(padding))
    };
    let limit = 8 << 20;
    assert!(get_answered(&sized(limit)).is_ok());
    let error = get_answered(&sized(limit + 1)).unwrap_err();
    assert_eq!(error.code, ErrorCode::MalformedResponse);
    assert_eq!(
        message_and_hint(&error),
        (
            "get-user: the server's response does not fit: it is larger than 8 MiB",
            Some(CHECK_BASE_URL)
        )
    );
}
