//! Error code and message of the API in an error: source, length limit, redaction of secrets.

use super::{fixtures::*, scripted_server::*};
use crate::{
    Error, Operation, Secret,
    platform::{Duration, SendErrorKind},
    settings::{Credentials, RawSettings},
};

/// Returns the error of a `get_user` that is answered with 403 and this body.
fn refused(body: impl Into<Vec<u8>>) -> Error {
    error_of(Operation::GetUser, [reply(403, body)])
}

#[test]
fn api_code_and_message_are_read_from_known_json_or_text() {
    for (body, code, words) in [
        (
            r#"{"code":7,"message":"no_owner_remain","details":[]}"#,
            Some(7),
            Some("no_owner_remain"),
        ),
        (
            r#"{"error":"invalid_client","error_description":"no such client"}"#,
            None,
            Some("invalid_client: no such client"),
        ),
        (
            r#"{"error":"invalid_client"}"#,
            None,
            Some("invalid_client"),
        ),
        (
            r#"{"error":"","error_description":"no such client"}"#,
            None,
            Some("no such client"),
        ),
        (
            r#"{"error":"denied","error_description":"one","message":"two"}"#,
            None,
            Some("denied: two"),
        ),
        (r#"{"code":-1,"message":""}"#, Some(-1), None),
        (r#"{"code":"7","message":"words"}"#, None, Some("words")),
        (
            r#"{"code":99999999999,"message":"words"}"#,
            Some(i32::MAX),
            Some("words"),
        ),
        (
            r#"{"error":{"code":7,"message":"nested"}}"#,
            None,
            Some(r#"{"error":{"code":7,"message":"nested"}}"#),
        ),
        (
            r#"{"detail":"of another shape"}"#,
            None,
            Some(r#"{"detail":"of another shape"}"#),
        ),
        (
            r#"{"code":7,"message":null,"why":"words"}"#,
            Some(7),
            Some(r#"{"code":7,"message":null,"why":"words"}"#),
        ),
        (r#"["a list"]"#, None, Some(r#"["a list"]"#)),
        (r#""a text""#, None, Some(r#""a text""#)),
        (
            "<html>Forbidden</html>",
            None,
            Some("<html>Forbidden</html>"),
        ),
        (
            r#"{"code":7,"message":"cut of"#,
            None,
            Some(r#"{"code":7,"message":"cut of"#),
        ),
        ("", None, None),
        (" \r\n\t", None, None),
    ] {
        let error = refused(body);
        assert_eq!(error.api_code, code, "{body}");
        assert_eq!(error.api_message.as_deref(), words, "{body}");
    }
}

#[test]
fn an_error_response_that_breaks_off_keeps_its_status() {
    for end in [
        BodyPiece::Never,
        BodyPiece::Fails(send_error(SendErrorKind::Connection, true)),
    ] {
        let body = vec![BodyPiece::Bytes(Duration::ZERO, b"forbidden".to_vec()), end];
        let error = error_of(Operation::GetUser, [pieces(403, body)]);
        assert_eq!(error.status, Some(403));
    }
}

#[test]
fn white_space_and_control_characters_become_one_space() {
    let error = refused("{\"message\":\" a\\r\\n\\tb\\u0000c\\u001b[31md\\u0085e\\u2028f  \"}");
    assert_eq!(error.api_message.as_deref(), Some("a b c [31md e f"));
}

#[test]
fn api_message_is_cut_to_512_bytes_between_characters() {
    let words = |text: String| refused(text).api_message.unwrap();
    assert_eq!(words("x".repeat(512)).len(), 512);
    assert_eq!(words("x".repeat(513)), "x".repeat(512));
    assert_eq!(words("€".repeat(512)), "€".repeat(170));
    assert_eq!(words(format!("{}words", " ".repeat(4000))), "words");
}

#[test]
fn the_beginning_of_a_long_error_response_is_read() {
    let long = format!("no permission{}", "!".repeat(100_000));
    let at_once = refused(long.clone());
    let piecemeal = long
        .as_bytes()
        .chunks(1000)
        .map(|piece| BodyPiece::Bytes(Duration::ZERO, piece.to_vec()))
        .collect();
    let piecemeal = error_of(Operation::GetUser, [pieces(403, piecemeal)]);
    for error in [at_once, piecemeal] {
        let words = error.api_message.unwrap();
        assert!(words.starts_with("no permission!!!"), "{words}");
        assert_eq!(words.len(), 512);
    }
}

#[test]
fn text_is_read_up_to_the_first_invalid_utf_8() {
    assert_eq!(
        refused(b"verboten \xfcberall".as_slice())
            .api_message
            .as_deref(),
        Some("verboten")
    );
    // The read limit falls within a character.
    let long = format!("no permission {}", "€".repeat(10_000));
    assert_eq!(refused(long).code, crate::ErrorCode::PermissionDenied);
}

/// Formats an error in all ways in which it can be shown.
fn shown(error: &Error) -> String {
    format!("{error} {error:?}")
}

/// Returns true if the text contains eight consecutive bytes of the secret.
fn gives_away(text: &str, secret: &str) -> bool {
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
            let error = refused(body);
            for secret in [CLIENT_SECRET, BASIC, "stub-token-1"] {
                assert!(!gives_away(&shown(&error), secret), "{}", shown(&error));
            }
        }
    }
    assert_eq!(
        refused(format!("your secret is {CLIENT_SECRET}, remember"))
            .api_message
            .as_deref(),
        Some("your secret is [redacted], remember")
    );
    // A secret at the length limit is redacted before the text is cut.
    let at_the_cut = refused(format!("{}{CLIENT_SECRET}", "x".repeat(508)));
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
            assert!(!gives_away(&shown(&error), secret), "{}", shown(&error));
        }
    }
    assert!(!gives_away(&shown(&revoked), "stub-token-1"));
}

#[test]
fn preencoded_basic_credentials_are_redacted() {
    let raw_settings = RawSettings {
        credentials: Credentials::Basic(Secret::new(BASIC.into())),
        ..raw_settings()
    };
    let words = format!("Basic {BASIC}? {CLIENT_SECRET}?");
    let client = client_with(raw_settings, script([reply(401, words)]));
    let error = get_user(&client).unwrap_err();
    let blacked_out = "Basic [redacted]? [redacted]?";
    assert_eq!(error.api_message.as_deref(), Some(blacked_out));
}
