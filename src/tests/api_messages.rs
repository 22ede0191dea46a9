//! Error code and message of the API in an error: known shapes, length limit, characters.

use super::{fixtures::*, scripted_server::*};
use crate::{
    Error, Operation,
    platform::{Duration, SendErrorKind},
};

/// Returns the error of a `get_user` that is answered with 403 and this body.
fn forbidden(body: impl Into<Vec<u8>>) -> Error {
    error_of(Operation::GetUser, [reply(403, body)])
}

#[test]
fn api_code_and_message_are_read_from_known_json_or_text() {
    for (body, code, message) in [
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
        let error = forbidden(body);
        assert_eq!(error.api_code, code, "{body}");
        assert_eq!(error.api_message.as_deref(), message, "{body}");
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
    let error = forbidden("{\"message\":\" a\\r\\n\\tb\\u0000c\\u001b[31md\\u0085e\\u2028f  \"}");
    assert_eq!(error.api_message.as_deref(), Some("a b c [31md e f"));
}

#[test]
fn api_message_is_cut_to_512_bytes_between_characters() {
    let message = |text: String| forbidden(text).api_message.unwrap();
    assert_eq!(message("x".repeat(512)).len(), 512);
    assert_eq!(message("x".repeat(513)), "x".repeat(512));
    assert_eq!(message("€".repeat(512)), "€".repeat(170));
    assert_eq!(message(format!("{}words", " ".repeat(4000))), "words");
}

#[test]
fn the_beginning_of_a_long_error_response_is_read() {
    let long = format!("no permission{}", "!".repeat(100_000));
    let at_once = forbidden(long.clone());
    let piecemeal = long
        .as_bytes()
        .chunks(1000)
        .map(|piece| BodyPiece::Bytes(Duration::ZERO, piece.to_vec()))
        .collect();
    let piecemeal = error_of(Operation::GetUser, [pieces(403, piecemeal)]);
    for error in [at_once, piecemeal] {
        let message = error.api_message.unwrap();
        assert!(message.starts_with("no permission!!!"), "{message}");
        assert_eq!(message.len(), 512);
    }
}

#[test]
fn text_is_read_up_to_the_first_invalid_utf_8() {
    assert_eq!(
        forbidden(b"verboten \xfcberall".as_slice())
            .api_message
            .as_deref(),
        Some("verboten")
    );
    // The read limit falls within a character.
    let long = forbidden(format!("no permission {}", "€".repeat(10_000)));
    assert!(long.api_message.unwrap().starts_with("no permission €€"));
}
