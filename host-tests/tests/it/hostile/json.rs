//! Answers of status 200 that are no JSON, or JSON that no user, page or token is made of.

use host::ErrorCode::MalformedResponse;

use super::{
    case::{
        Ask::{Get, List, Suspend},
        Row,
    },
    response::{ACTIVE, json, status},
    table::run,
};

/// The user with one more field, whose value is written here.
fn with(value: &str) -> String {
    ACTIVE.replacen('{', &format!("{{\"more\":{value},"), 1)
}

/// Lists in lists, so many of them.
fn nested(depth: usize) -> String {
    format!("{}{}", "[".repeat(depth), "]".repeat(depth))
}

/// The user in UTF-16, little-endian with its mark.
fn utf_16() -> Vec<u8> {
    let units = "\u{feff}{\"id\":\"x\"}".encode_utf16();
    units.flat_map(u16::to_le_bytes).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_are_no_json() {
    let bodies: Vec<(&str, Vec<u8>)> = vec![
        ("HTML", "<!doctype html><title>Sign in</title>".into()),
        ("text", "It works!".into()),
        ("white space", " \r\n\t ".into()),
        ("a NUL", "\0".into()),
        ("UTF-16", utf_16()),
        ("a byte order mark", format!("\u{feff}{ACTIVE}").into()),
        (
            "no UTF-8 in a text",
            [b"{\"id\":\"\xff\xfe\"}".as_slice(), b""].concat(),
        ),
        ("no UTF-8 outside a text", b"\xff{}".to_vec()),
        (
            "a lone surrogate",
            ACTIVE.replace("\"A\"", r#""\ud800""#).into(),
        ),
        (
            "surrogates the wrong way round",
            ACTIVE.replace("\"A\"", r#""\udc00\ud800""#).into(),
        ),
        (
            "an escape of nothing",
            ACTIVE.replace("\"A\"", r#""\x41""#).into(),
        ),
        (
            "a line break in a text",
            ACTIVE.replace("\"A\"", "\"a\nb\"").into(),
        ),
        ("single quotes", ACTIVE.replace('"', "'").into()),
        ("a comma at the end", ACTIVE.replace('}', ",}").into()),
        ("a comment", format!("{ACTIVE} // that is all").into()),
        ("garbage after it", format!("{ACTIVE}garbage").into()),
        ("itself again after it", ACTIVE.repeat(2).into()),
        ("cut in the middle", ACTIVE[..ACTIVE.len() / 2].into()),
        ("NaN", with("NaN").into()),
        ("infinity", with("-Infinity").into()),
        ("lists 65 deep", with(&nested(65)).into()),
        ("lists 1,000 deep", with(&nested(1000)).into()),
        ("lists 100,000 deep", with(&nested(100_000)).into()),
        (
            "lists 100,000 deep and nothing else",
            nested(100_000).into(),
        ),
        (
            "lists 8,000,000 deep, never closed",
            "[".repeat(8_000_000).into(),
        ),
        ("objects 100,000 deep", "{\"a\":".repeat(100_000).into()),
        (
            "objects 100,000 deep, as the id",
            format!("{{\"id\":{}", "{\"a\":".repeat(100_000)).into(),
        ),
    ];
    let rows = bodies.into_iter().flat_map(|(name, body)| {
        [
            Row::new(name, Get, json(&body)).fails(MalformedResponse, 2),
            Row::new(name, Suspend, json(body)).uncertain(MalformedResponse, 2),
        ]
    });
    // Millions of brackets are looked at, on a machine that does other things too.
    let rows = rows.map(|row| row.deadline_ms(20_000));
    run("answers that are no JSON", rows.collect()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_are_other_json() {
    let users = [
        ("null", "null".to_owned()),
        ("a text", "\"$id\"".into()),
        ("a number", "1e308".into()),
        ("a list", format!("[{ACTIVE}]")),
        ("an object of nothing", "{}".into()),
        (
            "the user within another object",
            format!("{{\"user\":{ACTIVE}}}"),
        ),
        ("a number for the id", r#"{"id":5}"#.into()),
        ("an object for the id", r#"{"id":{"id":"$id"}}"#.into()),
        ("no text for the id", r#"{"id":""}"#.into()),
        ("null for the id", r#"{"id":null}"#.into()),
        ("a number for the name", ACTIVE.replace("\"A\"", "7")),
        (
            "a list for the e-mail",
            ACTIVE.replace("\"a@acme.example\"", "[]"),
        ),
        (
            "a boolean for the state",
            ACTIVE.replace("\"ACTIVE\"", "true"),
        ),
        ("a number for the state", ACTIVE.replace("\"ACTIVE\"", "1")),
        (
            "a number past all bounds for the name",
            ACTIVE.replace("\"A\"", "1e999"),
        ),
        ("the id twice", ACTIVE.replacen('{', r#"{"id":"$id","#, 1)),
        (
            "the state twice",
            ACTIVE.replacen('{', r#"{"state":"SUSPENDED","#, 1),
        ),
    ];
    let mut rows: Vec<_> = users
        .into_iter()
        .map(|(name, body)| Row::new(name, Get, json(body)).fails(MalformedResponse, 2))
        .collect();
    let pages = [
        ("a list", "[]"),
        ("users under another name", r#"{"users":[]}"#),
        ("an object for the results", r#"{"results":{}}"#),
        ("a user of text among the results", r#"{"results":["$id"]}"#),
        ("null among the results", r#"{"results":[null]}"#),
        (
            "a user without an id among the results",
            r#"{"results":[{"email":"a@acme.example"}]}"#,
        ),
        (
            "a number for the next page",
            r#"{"results":[],"next_page_token":5}"#,
        ),
        ("the results twice", r#"{"results":[],"results":[]}"#),
    ];
    rows.extend(
        pages.map(|(name, body)| Row::new(name, List, json(body)).fails(MalformedResponse, 2)),
    );
    rows.push(Row::new("null", Suspend, json("null")).uncertain(MalformedResponse, 2));
    run("answers that are other JSON", rows).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_are_odd_but_good() {
    let users = [
        (
            "lists 60 deep in a field that nobody knows",
            with(&nested(60)),
        ),
        ("a huge number in a field that nobody knows", with("1e300")),
        ("more digits than any number has", with(&"9".repeat(10_000))),
        (
            "1,000 fields that nobody knows",
            with("0").replace("\"more\":0,", &"\"more\":0,".repeat(1000)),
        ),
        (
            "a text of 1 MB in a field that nobody knows",
            with(&format!("\"{}\"", "x".repeat(1 << 20))),
        ),
        (
            "a name in many letters",
            ACTIVE.replace("\"A\"", r#""\ud83d\ude00\u0000\u202e\u001b[31m""#),
        ),
        (
            "null for all but the id",
            r#"{"id":"$id","email":null,"state":null,"path":null}"#.into(),
        ),
        ("the id alone", r#"{"id":"$id"}"#.into()),
        ("white space around it", format!("\n\n {ACTIVE} \r\n")),
    ];
    let mut rows: Vec<_> = users
        .into_iter()
        .map(|(name, body)| Row::new(name, Get, json(body)).succeeds(2))
        .collect();
    rows.extend([
        Row::new("an object of nothing", List, json("{}")).succeeds(2),
        Row::new("null for the results", List, json(r#"{"results":null}"#)).succeeds(2),
        Row::new("no type", Get, status(200, &[], ACTIVE)).succeeds(2),
    ]);
    run("answers that are odd but good", rows).await;
}
