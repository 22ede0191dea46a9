//! Revocation of the held token.

use super::{fixtures::*, scripted_server::*, virtual_clock::Task};
use crate::{
    ErrorCode,
    platform::{Duration, Platform},
};

#[test]
fn a_revoked_token_is_forgotten() {
    let client = client(with_tokens(script([
        reply(200, ACTIVE),
        reply(200, ""),
        reply(200, ACTIVE),
    ])));
    get_user(&client).unwrap();
    client.platform().run(client.revoke_token()).unwrap();
    get_user(&client).unwrap();
    let sent = client.platform().sent();
    assert_eq!(sent[2].body.as_deref(), Some("token=stub-token-1"));
    assert_eq!(sent[4].authorization(), "Bearer stub-token-2");
}

#[test]
fn revoke_token_without_a_token_sends_nothing() {
    let client = client(script([]));
    client.platform().run(client.revoke_token()).unwrap();
    assert!(client.platform().sent().is_empty());
}

#[test]
fn a_token_is_revoked_once() {
    let client = client(with_tokens(script([reply(200, ACTIVE), reply(200, "")])));
    get_user(&client).unwrap();
    client.platform().run(client.revoke_token()).unwrap();
    client.platform().run(client.revoke_token()).unwrap();
}

#[test]
fn a_token_of_unknown_lifetime_is_revoked() {
    let client = client(script([
        reply(200, r#"{"access_token":"once"}"#),
        reply(200, ACTIVE),
        reply(200, ""),
    ]));
    get_user(&client).unwrap();
    client.platform().run(client.revoke_token()).unwrap();
    assert_eq!(client.platform().sent().len(), 3);
}

#[test]
fn a_token_too_old_to_use_is_still_revoked() {
    let client = client(with_tokens(script([reply(200, ACTIVE), reply(200, "")])));
    get_user(&client).unwrap();
    client.platform().advance(Duration::from_secs(850));
    client.platform().run(client.revoke_token()).unwrap();
    assert_eq!(client.platform().sent().len(), 3);
}

#[test]
fn a_failed_revocation_keeps_the_token_and_can_be_retried() {
    for (status, code, attempts) in [
        (401, ErrorCode::Unauthenticated, 1),
        (404, ErrorCode::NotConfigured, 1),
        (204, ErrorCode::MalformedResponse, 1),
        (503, ErrorCode::Unavailable, 5),
    ] {
        let mut revocable = false;
        let client = client(with_tokens(move |sent| {
            if sent.url.ends_with("/revoke") {
                reply(if revocable { 200 } else { status }, "")
            } else {
                revocable = sent.at > Duration::from_secs(100);
                reply(200, ACTIVE)
            }
        }));
        get_user(&client).unwrap();
        let error = client.platform().run(client.revoke_token()).unwrap_err();
        assert_eq!((error.code, error.requests), (code, attempts));
        client.platform().advance(Duration::from_secs(101));
        get_user(&client).unwrap();
        assert_eq!(client.platform().count(SentRequest::is_token), 1);
        client.platform().run(client.revoke_token()).unwrap();
    }
}

#[test]
fn an_html_page_as_revocation_response_keeps_the_token() {
    for body in ["<html>Sign in</html>", " \r\n<!doctype html>"] {
        let client = client(with_tokens(script([
            reply(200, ACTIVE),
            reply(200, body),
            reply(200, "{}"),
        ])));
        get_user(&client).unwrap();
        let error = client.platform().run(client.revoke_token()).unwrap_err();
        assert_eq!(error.code, ErrorCode::MalformedResponse);
        client.platform().run(client.revoke_token()).unwrap();
    }
}

#[test]
fn a_token_exchanged_during_revocation_is_kept() {
    // During the revocation of the first token, another call gets a 401 and exchanges a second token.
    let client = client(with_tokens(script([
        reply(200, ACTIVE),
        reply(200, "").after(Duration::from_secs(5)),
        reply(401, ""),
        reply(200, ACTIVE),
        reply(200, ACTIVE),
    ])));
    get_user(&client).unwrap();
    let revoke = async { client.revoke_token().await.map(drop) };
    let meanwhile = async { client.get_user(ID).await.map(drop) };
    for result in client
        .platform()
        .join([Box::pin(revoke) as Task<'_, _>, Box::pin(meanwhile)])
    {
        result.unwrap();
    }
    get_user(&client).unwrap();
    assert_eq!(client.platform().count(SentRequest::is_token), 2);
}

#[test]
fn a_token_that_another_call_revoked_is_not_used_again() {
    let tokens = core::cell::Cell::new(0);
    let client = client(move |sent| {
        if sent.is_token() {
            tokens.set(tokens.get() + 1);
            // Without a lifetime: it is the call's own until the call ends.
            return reply(
                200,
                format!(r#"{{"access_token":"token-{}"}}"#, tokens.get()),
            );
        }
        let second = Duration::from_secs(1);
        if sent.url.contains("page_token=") {
            reply(200, r#"{"results":[]}"#)
        } else if sent.url.contains("/users?") {
            reply(200, r#"{"results":[{"id":"U"}],"next_page_token":"x"}"#).after(second)
        } else {
            reply(200, "")
        }
    });
    let list = async { client.list_all_users(None, 9, None).await.map(drop) };
    let revoke = async {
        Platform::sleep(client.platform(), Duration::from_millis(500)).await;
        client.revoke_token().await
    };
    let results = client
        .platform()
        .join([Box::pin(list) as Task<'_, _>, Box::pin(revoke)]);
    assert!(results.iter().all(Result::is_ok), "{results:?}");
    let sent = client.platform().sent();
    let last = sent.last().unwrap();
    assert!(last.url.contains("page_token="));
    assert_eq!(last.authorization(), "Bearer token-2");
}
