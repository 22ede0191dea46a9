//! Token endpoints that give no token, a bad one, or one of an odd life.

use host::ErrorCode::{MalformedResponse, NotConfigured, Other, Unauthenticated, Unavailable};

use super::{
    case::{
        Ask::{Get, List, Suspend},
        Row,
    },
    check_case::MADE_UP,
    response::{ACTIVE, json, status},
    script::Step::Edit,
    table::run,
};

/// The answer with a token of the server's invention, written as JSON.
fn token(value: &str) -> String {
    format!(r#"{{"access_token":{value},"token_type":"Bearer","expires_in":900}}"#)
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_that_cannot_be_used() {
    let whole = token(&format!("\"{MADE_UP}\""));
    let answers = [
        (
            "no token",
            r#"{"token_type":"Bearer","expires_in":900}"#.to_owned(),
        ),
        ("empty", token("\"\"")),
        ("null", token("null")),
        ("a number", token("5")),
        ("a list", token(&format!("[\"{MADE_UP}\"]"))),
        ("100 kB", token(&format!("\"{}\"", MADE_UP.repeat(4000)))),
        ("with spaces", token(&format!("\"{MADE_UP} x\""))),
        (
            "with CR LF",
            token(&format!("\"{MADE_UP}\\r\\nx-injected: yes\"")),
        ),
        ("with a NUL", token(&format!("\"{MADE_UP}\\u0000\""))),
        (
            "of letters that no header has",
            token(&format!("\"{MADE_UP}é\"")),
        ),
        ("of type mac", whole.replace("Bearer", "mac")),
        (
            "of a type that is a number",
            whole.replace("\"Bearer\"", "1"),
        ),
        (
            "twice",
            whole.replacen('{', &format!("{{\"access_token\":\"{MADE_UP}\","), 1),
        ),
        ("in a list", format!("[{whole}]")),
        ("a life past all numbers", whole.replace("900", "1e999")),
        ("cut", whole[..60].to_owned()),
        ("a user", ACTIVE.to_owned()),
        ("nothing", String::new()),
        ("HTML", "<html>Sign in</html>".to_owned()),
    ];
    let rows = answers.into_iter().map(|(name, body)| {
        Row::new(name, Suspend, json(body))
            .on_token()
            .fails(MalformedResponse, 1)
    });
    run("tokens that cannot be used", rows.collect()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_of_an_odd_life() {
    let life = |value: &str| {
        [Edit(
            "\"expires_in\":900".into(),
            format!("\"expires_in\":{value}"),
        )]
    };
    let kind = |from: &str, to: &str| [Edit(from.into(), to.into())];
    let lives = [
        "-1",
        "0",
        "-0.0",
        "null",
        "\"900\"",
        "true",
        "[]",
        "1e300",
        "0.001",
        "1e-300",
        "18446744073709551616",
    ];
    let mut rows: Vec<_> = lives
        .into_iter()
        .map(|value| Row::new(format!("a life of {value}"), Suspend, life(value)))
        .collect();
    rows.extend([
        Row::new("no life", Suspend, kind("\"expires_in\":900,", "")),
        Row::new("of type BEARER", Suspend, kind("Bearer", "BEARER")),
        Row::new("of no type", List, kind(",\"token_type\":\"Bearer\"", "")),
        Row::new("of a type that is null", Get, kind("\"Bearer\"", "null")),
    ]);
    let rows = rows.into_iter().map(|row| row.on_token().succeeds(2));
    run("tokens of an odd life", rows.collect()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn token_endpoints_that_refuse() {
    let retried = &["retry-after: 0"];
    let oauth = r#"{"error":"invalid_client","error_description":"no"}"#;
    let rows = vec![
        Row::new("400 invalid_client", Suspend, status(400, &[], oauth)).fails(Unauthenticated, 1),
        Row::new("400 of another kind", Suspend, status(400, &[], "{}")).fails(Other, 1),
        Row::new("401", Suspend, status(401, &[], oauth)).fails(Unauthenticated, 1),
        Row::new("403", Suspend, status(403, &[], "")).fails(Other, 1),
        Row::new("404", Suspend, status(404, &[], "")).fails(NotConfigured, 1),
        Row::new("204", Suspend, status(204, &[], "")).fails(MalformedResponse, 1),
        Row::new("302", Suspend, status(302, &["location: $elsewhere/"], ""))
            .fails(MalformedResponse, 1),
        Row::new("500, always", Suspend, status(500, retried, "")).fails(Unavailable, 5),
        Row::new("500, once", Suspend, status(500, retried, ""))
            .once()
            .succeeds(3),
        Row::new("500 in HTML, always", Get, status(500, retried, "<html>")).fails(Unavailable, 5),
    ];
    let rows = rows.into_iter().map(Row::on_token);
    run("token endpoints that refuse", rows.collect()).await;
}
