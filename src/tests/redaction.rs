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
        reply(403, r#"{"error":"after stub-token-1"}"#),
    ]));
    let error = get_user(&client).unwrap_err();
    assert_eq!(error.api_message.as_deref(), Some("after [redacted]"));
    // A check exchanges a new token while one is held.
    let client = self::client(script([
        reply(200, TOKEN),
        reply(200, ACTIVE),
        reply(403, r#"{"error":"beside stub-token-1"}"#),
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
    let echo = format!(r#"{{"error_description":"{CLIENT_SECRET} {BASIC} stub-token-1"}}"#);
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
    let message = format!(r#"{{"error":"Basic {BASIC}? {CLIENT_SECRET}?"}}"#);
    let client = client_with(raw_settings, script([reply(401, message)]));
    let error = get_user(&client).unwrap_err();
    let redacted = "Basic [redacted]? [redacted]?";
    assert_eq!(error.api_message.as_deref(), Some(redacted));
}

/// A token that the client has never seen before.
const FRESH_TOKEN: &str = "fresh-token-0123456789abcdef";

/// Bodies of the token endpoint that contain a token which must not be shown.
fn bodies_with_token() -> Vec<String> {
    let token = format!(r#""access_token":"{FRESH_TOKEN}","token_type":"Bearer","expires_in":900"#);
    vec![
        format!("{{{token}}}"),
        format!(r#"{{{token},"error":"invalid_client"}}"#),
        format!(r#"{{{token},"error":"invalid_client","error_description":"not {FRESH_TOKEN}"}}"#),
        format!(r#"{{{token},"error":"{FRESH_TOKEN}","message":"{FRESH_TOKEN}"}}"#),
        format!(r#"{{{token},"error":{{"x":"{FRESH_TOKEN}"}}}}"#),
        format!(r#"{{{token},{token}}}"#),
        format!(r#"{{"token":"{FRESH_TOKEN}","message":"{FRESH_TOKEN}"}}"#),
        format!(r#"{{"code":7,"message":"{FRESH_TOKEN}","details":[]}}"#),
        format!(r#"{{"refresh_token":"{FRESH_TOKEN}","error":"x {FRESH_TOKEN}"}}"#),
        format!(r#"[{{{token}}}]"#),
        format!("{{{token}"),
        format!("{{{token}}} x"),
        format!("<html>{FRESH_TOKEN}</html>"),
        FRESH_TOKEN.to_owned(),
        format!("\u{feff}{{{token}}}"),
        format!("access_token={FRESH_TOKEN}&token_type=bearer"),
    ]
}

#[test]
fn no_token_of_a_token_response_is_shown_at_any_status() {
    for status in (200_u16..=599).chain([0, 199, 600, 999]) {
        // Four of the bodies for each status, and each body with every fourth one.
        let bodies = bodies_with_token().into_iter();
        for body in bodies.skip(usize::from(status % 4)).step_by(4) {
            let answer = || reply(status, body.clone());
            let asked = client(script(vec![answer(); 5]));
            if let Err(error) = get_user(&asked) {
                let shown = formatted(&error);
                assert!(!contains_part_of(&shown, FRESH_TOKEN), "{status}: {shown}");
            }
            let granted = [reply(200, TOKEN), reply(200, ACTIVE)];
            let revoking = client(script(granted.into_iter().chain(vec![answer(); 5])));
            get_user(&revoking).unwrap();
            if let Err(error) = revoking.platform().run(revoking.revoke_token()) {
                let shown = formatted(&error);
                assert!(!contains_part_of(&shown, FRESH_TOKEN), "{status}: {shown}");
            }
        }
    }
}

#[test]
fn a_check_shows_no_token_of_a_token_response() {
    for status in [200, 201, 203, 400, 401, 403, 500] {
        for body in bodies_with_token() {
            let asked = client(move |_| reply(status, body.clone()));
            let shown = format!("{:?}", asked.platform().run(asked.check()));
            assert!(!contains_part_of(&shown, FRESH_TOKEN), "{status}: {shown}");
        }
    }
}
