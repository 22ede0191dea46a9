//! Responses of status 200 with malformed JSON, unexpected JSON, or unusual valid JSON.

use host::ErrorCode::MalformedResponse;

use super::{
    case::{
        Call::{Get, List, Suspend},
        Case,
    },
    response::{ACTIVE, json, status},
    table::run,
};

/// Returns the user with one more field of this value.
fn with(value: &str) -> String {
    ACTIVE.replacen('{', &format!("{{\"more\":{value},"), 1)
}

/// Returns nested arrays of this depth.
fn nested(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

/// Returns a user in UTF-16, little-endian with a byte order mark.
fn utf_16() -> Vec<u8> {
    let units = "\u{feff}{\"id\":\"x\"}".encode_utf16();
    units.flat_map(u16::to_le_bytes).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_json_is_a_malformed_response() {
    let bodies: Vec<(&str, Vec<u8>)> = vec![
        ("HTML", "<!doctype html><title>Sign in</title>".into()),
        ("text", "It works!".into()),
        ("white space", " \r\n\t ".into()),
        ("a NUL", "\0".into()),
        ("UTF-16", utf_16()),
        ("a byte order mark", format!("\u{feff}{ACTIVE}").into()),
        (
            "invalid UTF-8 in a string",
            [b"{\"id\":\"\xff\xfe\"}".as_slice(), b""].concat(),
        ),
        ("invalid UTF-8 outside a string", b"\xff{}".to_vec()),
        (
            "a lone surrogate",
            ACTIVE.replace("\"A\"", r#""\ud800""#).into(),
        ),
        (
            "surrogates in the wrong order",
            ACTIVE.replace("\"A\"", r#""\udc00\ud800""#).into(),
        ),
        (
            "an unknown escape",
            ACTIVE.replace("\"A\"", r#""\x41""#).into(),
        ),
        (
            "a line break in a string",
            ACTIVE.replace("\"A\"", "\"a\nb\"").into(),
        ),
        ("single quotes", ACTIVE.replace('"', "'").into()),
        ("a trailing comma", ACTIVE.replace('}', ",}").into()),
        ("a comment", format!("{ACTIVE} // a comment").into()),
        ("garbage after the user", format!("{ACTIVE}garbage").into()),
        ("the user twice", ACTIVE.repeat(2).into()),
        ("cut in the middle", ACTIVE[..ACTIVE.len() / 2].into()),
        ("NaN", with("NaN").into()),
        ("infinity", with("-Infinity").into()),
        ("arrays nested 65 deep", with(&nested(65)).into()),
        ("arrays nested 1,000 deep", with(&nested(1000)).into()),
        ("arrays nested 100,000 deep", with(&nested(100_000)).into()),
        ("only arrays nested 100,000 deep", nested(100_000).into()),
        (
            "arrays nested 8,000,000 deep, never closed",
            "[".repeat(8_000_000).into(),
        ),
        (
            "objects nested 100,000 deep",
            "{\"a\":".repeat(100_000).into(),
        ),
        (
            "objects nested 100,000 deep as the id",
            format!("{{\"id\":{}", "{\"a\":".repeat(100_000)).into(),
        ),
    ];
    let cases = bodies.into_iter().flat_map(|(name, body)| {
        [
            Case::new(name, Get, json(&body)).fails(MalformedResponse, 2),
            Case::new(name, Suspend, json(body)).possibly_applied(MalformedResponse, 2),
        ]
    });
    // Parsing millions of brackets takes long on a busy machine.
    let cases = cases.map(|case| case.deadline_ms(20_000));
    run("malformed JSON", cases.collect()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unexpected_json_is_a_malformed_response() {
    let users = [
        ("null", "null".to_owned()),
        ("a string", "\"$id\"".into()),
        ("a number", "1e308".into()),
        ("an array", format!("[{ACTIVE}]")),
        ("an empty object", "{}".into()),
        (
            "the user within another object",
            format!("{{\"user\":{ACTIVE}}}"),
        ),
        ("a number as the id", r#"{"id":5}"#.into()),
        ("an object as the id", r#"{"id":{"id":"$id"}}"#.into()),
        ("an empty id", r#"{"id":""}"#.into()),
        ("null as the id", r#"{"id":null}"#.into()),
        ("a number as the name", ACTIVE.replace("\"A\"", "7")),
        (
            "an array as the e-mail address",
            ACTIVE.replace("\"a@acme.example\"", "[]"),
        ),
        (
            "a boolean as the state",
            ACTIVE.replace("\"ACTIVE\"", "true"),
        ),
        ("a number as the state", ACTIVE.replace("\"ACTIVE\"", "1")),
        (
            "a number out of range as the name",
            ACTIVE.replace("\"A\"", "1e999"),
        ),
        ("the id twice", ACTIVE.replacen('{', r#"{"id":"$id","#, 1)),
        (
            "the state twice",
            ACTIVE.replacen('{', r#"{"state":"SUSPENDED","#, 1),
        ),
    ];
    let mut cases: Vec<_> = users
        .into_iter()
        .map(|(name, body)| Case::new(name, Get, json(body)).fails(MalformedResponse, 2))
        .collect();
    let pages = [
        ("an array", "[]"),
        ("users under another name", r#"{"users":[]}"#),
        ("an object as the results", r#"{"results":{}}"#),
        ("a string among the results", r#"{"results":["$id"]}"#),
        ("null among the results", r#"{"results":[null]}"#),
        (
            "a user without an id among the results",
            r#"{"results":[{"email":"a@acme.example"}]}"#,
        ),
        (
            "a number as the next page",
            r#"{"results":[],"next_page_token":5}"#,
        ),
        ("the results twice", r#"{"results":[],"results":[]}"#),
    ];
    cases.extend(
        pages.map(|(name, body)| Case::new(name, List, json(body)).fails(MalformedResponse, 2)),
    );
    cases.push(Case::new("null", Suspend, json("null")).possibly_applied(MalformedResponse, 2));
    run("unexpected JSON", cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unusual_valid_json_succeeds() {
    let users = [
        (
            "arrays nested 60 deep in an unknown field",
            with(&nested(60)),
        ),
        ("a huge number in an unknown field", with("1e300")),
        (
            "a number of 10,000 digits in an unknown field",
            with(&"9".repeat(10_000)),
        ),
        (
            "1,000 unknown fields",
            with("0").replace("\"more\":0,", &"\"more\":0,".repeat(1000)),
        ),
        (
            "a string of 1 MB in an unknown field",
            with(&format!("\"{}\"", "x".repeat(1 << 20))),
        ),
        (
            "a name with emoji and control characters",
            ACTIVE.replace("\"A\"", r#""\ud83d\ude00\u0000\u202e\u001b[31m""#),
        ),
        (
            "null in all fields except the id",
            r#"{"id":"$id","email":null,"state":null,"path":null}"#.into(),
        ),
        ("only the id", r#"{"id":"$id"}"#.into()),
        ("surrounding white space", format!("\n\n {ACTIVE} \r\n")),
    ];
    let mut cases: Vec<_> = users
        .into_iter()
        .map(|(name, body)| Case::new(name, Get, json(body)).succeeds(2))
        .collect();
    cases.extend([
        Case::new("an empty object", List, json("{}")).succeeds(2),
        Case::new("null as the results", List, json(r#"{"results":null}"#)).succeeds(2),
        Case::new("no content type", Get, status(200, &[], ACTIVE)).succeeds(2),
    ]);
    run("unusual valid JSON", cases).await;
}
