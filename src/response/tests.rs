//! Tests of the JSON reader with bodies from the API and from proxies.

use proptest::{collection::vec, prelude::*, sample::Index};

use super::*;
use crate::{
    error::ErrorCode,
    failure::Failure,
    user::{User, UserPage, UserState},
};

const ID: &str = "IR7VJHJ36JHINBFAD7V2T5MP3E";

/// Returns the cause of a malformed response without its common prefix, and asserts the hint.
fn cause<T>(result: Result<T, Failure>) -> String {
    let Err(failure) = result else {
        panic!("it should not fit");
    };
    assert_eq!(failure.code, ErrorCode::MalformedResponse);
    assert_eq!(
        failure.hint,
        Some("check that the base URL is that of the API, and that no proxy answers in its place")
    );
    let cause = failure
        .cause
        .strip_prefix("the server's response does not fit: ");
    cause.unwrap().to_owned()
}

fn page(body: &str) -> Result<UserPage, Failure> {
    super::page(body.as_bytes(), 1000)
}

fn user(body: &str) -> Result<User, Failure> {
    super::user(body.as_bytes())
}

#[test]
fn user_states_are_known_unspecified_or_other() {
    for (state, expected) in [
        (r#""ACTIVE""#, UserState::Active),
        (r#""SUSPENDED""#, UserState::Suspended),
        (r#""STATE_UNSPECIFIED""#, UserState::Unspecified),
        (r#""""#, UserState::Unspecified),
        ("null", UserState::Unspecified),
        (
            r#""TRANSFER_PENDING""#,
            UserState::Other("TRANSFER_PENDING".into()),
        ),
        (r#""active""#, UserState::Other("active".into())),
    ] {
        let body = format!(r#"{{"id":"x","state":{state}}}"#);
        assert_eq!(user(&body).unwrap().state, expected);
    }
}

#[test]
fn missing_and_null_fields_become_empty_strings() {
    for body in [
        r#"{"id":"x"}"#,
        r#"{"id":"x","email":null,"display_name":null,"create_time":null,"path":null}"#,
    ] {
        let user = user(body).unwrap();
        assert_eq!(user.state, UserState::Unspecified);
        for field in [user.email, user.display_name, user.create_time, user.path] {
            assert_eq!(field, "");
        }
    }
}

#[test]
fn unknown_fields_of_any_type_are_ignored() {
    let user = user(
        r#"{"n":null,"b":true,"i":-1,"f":1e999,"s":"\u0041","l":[[{}]],"o":{"id":"y"},"id":"x","groups":[{"id":"z"}]}"#,
    );
    assert_eq!(user.unwrap().id, "x");
}

#[test]
fn json_escapes_are_decoded() {
    let user = user(r#"{"\u0069d":"\u00e9\ud83d\ude00\n"}"#).unwrap();
    assert_eq!(user.id, "é\u{1f600}\n");
}

#[test]
fn a_body_that_is_not_a_user_is_malformed() {
    for (body, expected) in [
        ("{}", "a user has no id"),
        (r#"{"id":""}"#, "a user has no id"),
        (r#"{"id":null}"#, "a user has no id"),
        (r#"{"id":7}"#, "a field is not a string"),
        (r#"{"id":"x","email":["a"]}"#, "a field is not a string"),
        (r#"{"id":"x","state":{"a":1}}"#, "a field is not a string"),
        (r#"{"id":"x","path":false}"#, "a field is not a string"),
        (
            r#"{"id":"x","id":"x"}"#,
            "the JSON has an unexpected structure",
        ),
        (
            r#"{"id":"x","state":"ACTIVE","state":"SUSPENDED"}"#,
            "the JSON has an unexpected structure",
        ),
        (r#"[{"id":"x"}]"#, "the JSON has an unexpected structure"),
        (r#""x""#, "the JSON has an unexpected structure"),
        ("null", "the JSON has an unexpected structure"),
        ("true", "the JSON has an unexpected structure"),
        ("7", "the JSON has an unexpected structure"),
        ("-7", "the JSON has an unexpected structure"),
        ("7.5", "the JSON has an unexpected structure"),
        ("", "it is empty"),
        (" \r\n", "it is empty"),
        (
            "<!doctype html><title>Sign in</title>",
            "it is a page of HTML, not JSON",
        ),
        ("\n <html>", "it is a page of HTML, not JSON"),
        (r#"{"id":"x"#, "it ends in the middle"),
        (r#"{"id":"x""#, "it ends in the middle"),
        (r#"{"id":"x"}}"#, "it is not JSON"),
        (r#"{"id":"x"} {"id":"x"}"#, "it is not JSON"),
        ("\u{feff}{\"id\":\"x\"}", "it is not JSON"),
        (r#"{"id":"\ud800"}"#, "it is not JSON"),
        ("{'id':'x'}", "it is not JSON"),
        ("Service Unavailable", "it is not JSON"),
    ] {
        assert_eq!(cause(user(body)), expected, "{body}");
    }
    assert_eq!(cause(super::user(b"{\"id\":\"\xff\"}")), "it is not JSON");
}

#[test]
fn nesting_deeper_than_64_is_malformed() {
    let nested = |open: &str, close: &str, depth| {
        format!(
            r#"{{"x":{}1{},"id":"{ID}"}}"#,
            open.repeat(depth),
            close.repeat(depth)
        )
    };
    for (open, close) in [("[", "]"), (r#"{"y":"#, "}")] {
        assert_eq!(user(&nested(open, close, 63)).unwrap().id, ID);
        for depth in [64, 100, 1000] {
            let failure = user(&nested(open, close, depth)).unwrap_err();
            assert_eq!(failure.code, ErrorCode::MalformedResponse);
        }
    }
    assert!(user(&"[".repeat(100_000)).is_err());
}

#[test]
fn brackets_in_strings_do_not_count_as_nesting() {
    let text = r#"[{\"[\\"#.repeat(100);
    let body = format!(r#"{{"id":"{ID}","display_name":"{text}"}}"#);
    assert_eq!(user(&body).unwrap().id, ID);
}

#[test]
fn a_page_without_results_is_empty() {
    for body in [
        "{}",
        r#"{"results":[]}"#,
        r#"{"results":null}"#,
        r#"{"results":[],"next_page_token":null}"#,
        r#"{"results":null,"next_page_token":"","total":0}"#,
        r#"{"next_page_token":null}"#,
    ] {
        let page = page(body).unwrap();
        assert_eq!(
            (page.users.len(), page.next_page_token),
            (0, None),
            "{body}"
        );
    }
}

#[test]
fn the_last_page_has_no_token_or_an_empty_one() {
    for (token, expected) in [
        ("", None),
        (r#","next_page_token":null"#, None),
        (r#","next_page_token":"""#, None),
        (r#","next_page_token":"CAIQAg""#, Some("CAIQAg")),
    ] {
        let page = page(&format!(r#"{{"results":[{{"id":"x"}}]{token}}}"#)).unwrap();
        assert_eq!(page.users.len(), 1);
        assert_eq!(page.next_page_token.as_deref(), expected);
    }
}

#[test]
fn an_empty_page_can_have_a_next_page() {
    let page = page(r#"{"next_page_token":"CAIQAg"}"#).unwrap();
    assert_eq!(page.next_page_token.as_deref(), Some("CAIQAg"));
}

#[test]
fn a_body_that_is_not_a_page_is_malformed() {
    let no_list = "`results` is not a list of users, or is longer than requested";
    let long = format!(r#"{{"next_page_token":"{}"}}"#, "x".repeat(4097));
    for (body, expected) in [
        (r#"{"users":[{"id":"x"}]}"#, "the list has no `results`"),
        (
            r#"{"users":[],"next_page_token":""}"#,
            "the list has no `results`",
        ),
        (r#"{"code":0}"#, "the list has no `results`"),
        (r#"{"results":{"id":"x"}}"#, no_list),
        (r#"{"results":"x"}"#, no_list),
        (r#"{"results":0}"#, no_list),
        (r#"{"results":false}"#, no_list),
        (
            r#"{"results":[null]}"#,
            "a user has an unexpected structure",
        ),
        (r#"{"results":["x"]}"#, "a user has an unexpected structure"),
        (
            r#"{"results":[["x"]]}"#,
            "a user has an unexpected structure",
        ),
        (
            r#"{"results":[7,-7,0.5,true]}"#,
            "a user has an unexpected structure",
        ),
        (
            r#"{"results":[{"id":"x","id":"y"}]}"#,
            "a user has an unexpected structure",
        ),
        (r#"{"results":[{"id":"x"},{}]}"#, "a user has no id"),
        (
            r#"{"results":[],"results":[]}"#,
            "the JSON has an unexpected structure",
        ),
        (
            r#"{"results":[],"next_page_token":7}"#,
            "a field is not a string",
        ),
        (r#"[{"id":"x"}]"#, "the JSON has an unexpected structure"),
        (&long, "the next page token is longer than 4096 bytes"),
    ] {
        assert_eq!(cause(page(body)), expected, "{body}");
    }
    assert!(page(&long.replacen("xx", "x", 1)).is_ok());
}

#[test]
fn a_token_is_visible_ascii_of_at_most_8192_bytes() {
    let token = |value: &str| token(format!(r#"{{"access_token":"{value}"}}"#).as_bytes());
    assert!(token("stub-token-1").is_ok());
    assert!(token(&"x".repeat(8192)).is_ok());
    for value in [
        "",
        " ",
        "a b",
        "a\\r\\nb",
        "a\\u0000",
        "\\u007f",
        "é",
        &"x".repeat(8193),
    ] {
        assert_eq!(cause(token(value)), "the token is missing or invalid");
    }
}

#[test]
fn a_body_that_is_not_a_bearer_token_is_malformed() {
    for (body, expected) in [
        (
            r#"{"access_token":"x","token_type":"mac"}"#,
            "the token is not a bearer token",
        ),
        (
            r#"{"access_token":"x","token_type":7}"#,
            "a field is not a string",
        ),
        (r#"{"access_token":["x"]}"#, "a field is not a string"),
        (
            r#"{"access_token":"x","access_token":"y"}"#,
            "the JSON has an unexpected structure",
        ),
        (
            r#"{"error":"invalid_client"}"#,
            "the token is missing or invalid",
        ),
        ("access_token=x", "it is not JSON"),
    ] {
        assert_eq!(cause(token(body.as_bytes())), expected, "{body}");
    }
}

/// Reads a body as each kind of response.
fn read_all(body: &[u8]) {
    let _ = (super::user(body), super::page(body, 3), token(body));
    let _ = problem(body);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn random_bytes_do_not_make_the_reader_panic(body in vec(any::<u8>(), 0..200)) {
        read_all(&body);
    }

    #[test]
    fn mutated_responses_do_not_make_the_reader_panic(
        changes in vec((any::<Index>(), any::<u8>(), 0..3), 1..5),
    ) {
        let mut body = br#"{"results":[{"id":"USER","state":"ACTIVE","n":-1.5e3}],"next_page_token":"CAI","access_token":"x","expires_in":900,"code":7,"message":"\u00e9"}"#.to_vec();
        for (at, byte, change) in changes {
            let at = at.index(body.len());
            match change {
                0 => body[at] = byte,
                1 => body.insert(at, byte),
                _ => body.truncate(at.max(1)),
            }
        }
        read_all(&body);
    }
}
