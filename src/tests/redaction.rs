//! Redaction of secrets in error messages of the server.

use super::{fixtures::*, scripted_server::*};
use crate::{
    Error, Operation, Secret,
    settings::{Credentials, RawSettings},
};

/// Returns the error of a `get_user` that is answered with 403 and this body.
fn forbidden(body: impl Into<Vec<u8>>) -> Error {
    error_of(Operation::GetUser, [reply(403, body)])
}

/// Formats an error in all ways in which it can be shown.
fn formatted(error: &Error) -> String {
    format!("{error} {error:?}")
}

/// Returns true if the text contains eight consecutive bytes of the secret.
fn contains_part_of(text: &str, secret: &str) -> bool {
    secret
        .as_bytes()
        .windows(8)
        .any(|part| text.as_bytes().windows(8).any(|window| window == part))
}

#[test]
fn secrets_in_an_error_response_are_redacted() {
    let echoes = [
        format!("secret {CLIENT_SECRET}"),
        format!("Basic {BASIC}"),
        format!("part {}", &CLIENT_SECRET[3..20]),
        format!("part {}", &BASIC[10..]),
        format!("x{CLIENT_SECRET}{BASIC}y"),
        "Bearer stub-token-1".to_owned(),
        "\u{1b}stub-token-1\u{1b}".to_owned(),
    ];
    for echo in echoes {
        for body in [
            echo.clone(),
            format!("<html>{echo}"),
            format!(r#"{{"code":7,"message":"{}"}}"#, echo.replace('\u{1b}', "")),
            format!(r#"{{"error":"{}"}}"#, echo.replace('\u{1b}', "")),
            format!("{}{echo}", "x".repeat(490)),
            format!("{}{echo}", "\n".repeat(4080)),
        ] {
            let error = forbidden(body);
            for secret in [CLIENT_SECRET, BASIC, "stub-token-1"] {
                assert!(
                    !contains_part_of(&formatted(&error), secret),
                    "{}",
                    formatted(&error)
                );
            }
        }
    }
    assert_eq!(
        forbidden(format!("your secret is {CLIENT_SECRET}, remember"))
            .api_message
            .as_deref(),
        Some("your secret is [redacted], remember")
    );
    // A secret at the length limit is redacted before the text is cut.
    let at_the_cut = forbidden(format!("{}{CLIENT_SECRET}", "x".repeat(508)));
    assert!(at_the_cut.api_message.unwrap().ends_with("x[red"));
}

#[test]
fn rejected_and_replaced_tokens_are_redacted() {
    // The first token is rejected. The refused exchange of a second token quotes the first.
    let client = client(script([
        reply(200, TOKEN),
        reply(401, ""),
        reply(403, "after stub-token-1"),
    ]));
    let error = get_user(&client).unwrap_err();
    assert_eq!(error.api_message.as_deref(), Some("after [redacted]"));
    // A check exchanges a new token while one is held.
    let client = self::client(script([
        reply(200, TOKEN),
        reply(200, ACTIVE),
        reply(403, "beside stub-token-1"),
    ]));
    get_user(&client).unwrap();
    let findings = client.platform().run(client.check());
    assert!(
        findings[2].detail.contains("beside [redacted]"),
        "{findings:?}"
    );
}

#[test]
fn secrets_in_token_and_revoke_responses_are_redacted() {
    let echo = format!("{CLIENT_SECRET} {BASIC} stub-token-1");
    let token = client(script([reply(401, echo.clone())]));
    let revoke = client(script([
        reply(200, TOKEN),
        reply(200, ACTIVE),
        reply(401, echo),
    ]));
    get_user(&revoke).unwrap();
    let revoked = revoke.platform().run(revoke.revoke_token()).unwrap_err();
    for error in [get_user(&token).unwrap_err(), revoked.clone()] {
        for secret in [CLIENT_SECRET, BASIC] {
            assert!(
                !contains_part_of(&formatted(&error), secret),
                "{}",
                formatted(&error)
            );
        }
    }
    assert!(!contains_part_of(&formatted(&revoked), "stub-token-1"));
}

#[test]
fn preencoded_basic_credentials_are_redacted() {
    let raw_settings = RawSettings {
        credentials: Credentials::Basic(Secret::new(BASIC.into())),
        ..raw_settings()
    };
    let message = format!("Basic {BASIC}? {CLIENT_SECRET}?");
    let client = client_with(raw_settings, script([reply(401, message)]));
    let error = get_user(&client).unwrap_err();
    let redacted = "Basic [redacted]? [redacted]?";
    assert_eq!(error.api_message.as_deref(), Some(redacted));
}
