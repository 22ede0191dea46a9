//! Responses of the token endpoint: unusable tokens, unusual lifetimes, and errors.

use host::ErrorCode::{
    MalformedResponse, NotConfigured, Other, RateLimited, Unauthenticated, Unavailable,
};

use super::{
    case::{
        Call::{Get, List, Revoke, Suspend},
        Case,
    },
    check_case::INVENTED_TOKEN,
    response::{ACTIVE, json, status},
    script::Step::Edit,
    table::{run, run_compact},
};

/// Returns a token response with this JSON value as the token.
fn token(value: &str) -> String {
    format!(r#"{{"access_token":{value},"token_type":"Bearer","expires_in":900}}"#)
}

#[tokio::test(flavor = "multi_thread")]
async fn unusable_tokens_are_malformed_responses() {
    let whole = token(&format!("\"{INVENTED_TOKEN}\""));
    let responses = [
        (
            "no token",
            r#"{"token_type":"Bearer","expires_in":900}"#.to_owned(),
        ),
        ("empty", token("\"\"")),
        ("null", token("null")),
        ("a number", token("5")),
        ("an array", token(&format!("[\"{INVENTED_TOKEN}\"]"))),
        (
            "100 kB",
            token(&format!("\"{}\"", INVENTED_TOKEN.repeat(4000))),
        ),
        ("with spaces", token(&format!("\"{INVENTED_TOKEN} x\""))),
        (
            "with CR LF",
            token(&format!("\"{INVENTED_TOKEN}\\r\\nx-injected: yes\"")),
        ),
        ("with a NUL", token(&format!("\"{INVENTED_TOKEN}\\u0000\""))),
        (
            "with letters outside ASCII",
            token(&format!("\"{INVENTED_TOKEN}é\"")),
        ),
        ("of type mac", whole.replace("Bearer", "mac")),
        ("of a type as a number", whole.replace("\"Bearer\"", "1")),
        (
            "twice",
            whole.replacen('{', &format!("{{\"access_token\":\"{INVENTED_TOKEN}\","), 1),
        ),
        ("in an array", format!("[{whole}]")),
        ("a lifetime out of range", whole.replace("900", "1e999")),
        ("cut", whole[..60].to_owned()),
        ("a user", ACTIVE.to_owned()),
        ("an empty body", String::new()),
        ("HTML", "<html>Sign in</html>".to_owned()),
    ];
    let cases = responses.into_iter().map(|(name, body)| {
        Case::new(name, Suspend, json(body))
            .on_token()
            .fails(MalformedResponse, 1)
    });
    run("unusable tokens", cases.collect()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_of_unusual_lifetime_are_accepted() {
    let lifetime = |value: &str| {
        [Edit(
            "\"expires_in\":900".into(),
            format!("\"expires_in\":{value}"),
        )]
    };
    let edit = |from: &str, to: &str| [Edit(from.into(), to.into())];
    let lifetimes = [
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
    let mut cases: Vec<_> = lifetimes
        .into_iter()
        .map(|value| Case::new(format!("a lifetime of {value}"), Suspend, lifetime(value)))
        .collect();
    cases.extend([
        Case::new("no lifetime", Suspend, edit("\"expires_in\":900,", "")),
        Case::new("of type BEARER", Suspend, edit("Bearer", "BEARER")),
        Case::new(
            "without a type",
            List,
            edit(",\"token_type\":\"Bearer\"", ""),
        ),
        Case::new("of type null", Get, edit("\"Bearer\"", "null")),
    ]);
    let cases = cases.into_iter().map(|case| case.on_token().succeeds(2));
    run("tokens of unusual lifetime", cases.collect()).await;
}

/// Checks of every case that no error shows a token that the server invented.
#[tokio::test(flavor = "multi_thread")]
async fn a_token_in_a_response_of_any_status_is_not_shown() {
    let whole = token(&format!("\"{INVENTED_TOKEN}\""));
    let described = whole.replace(
        '}',
        &format!(",\"error_description\":\"{INVENTED_TOKEN}\"}}"),
    );
    let cases = (201..=599).map(|code| {
        let body = if code % 2 == 0 { &whole } else { &described };
        let answer = status(code, &["retry-after: 0"], body.clone());
        let case = Case::new(format!("a token with {code}"), Suspend, answer).on_token();
        match code {
            201..=399 => case.fails(MalformedResponse, 1),
            401 => case.fails(Unauthenticated, 1),
            404 | 410 => case.fails(NotConfigured, 2),
            408 | 500 | 502 | 503 | 504 => case.fails(Unavailable, 5),
            429 => case.fails(RateLimited, 5),
            500.. => case.fails(Unavailable, 1),
            _ => case.fails(Other, 1),
        }
    });
    run_compact("a token with every status", cases.collect()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_in_a_body_of_any_form_is_not_shown() {
    let whole = token(&format!("\"{INVENTED_TOKEN}\""));
    let bodies = [
        ("in JSON", whole.clone()),
        ("in an array", format!("[{whole}]")),
        ("in HTML", format!("<html>{INVENTED_TOKEN}</html>")),
        (
            "in a message",
            format!(r#"{{"code":7,"message":"{INVENTED_TOKEN}"}}"#),
        ),
        ("cut", whole[..60].to_owned()),
        ("as text", INVENTED_TOKEN.to_owned()),
    ];
    let cases = bodies.into_iter().flat_map(|(name, body)| {
        [
            Case::new(
                format!("token: 203, {name}"),
                Get,
                status(203, &[], body.clone()),
            )
            .on_token()
            .fails(MalformedResponse, 1),
            Case::new(
                format!("403, {name}"),
                Revoke,
                status(403, &[], body.clone()),
            )
            .fails(Other, 1),
            Case::new(format!("202, {name}"), Revoke, status(202, &[], body))
                .fails(MalformedResponse, 1),
        ]
    });
    let refused = r#"{"error":"invalid_client","error_description":"no such client"}"#;
    let refused = Case::new("200 invalid_client", Suspend, json(refused)).on_token();
    let cases = cases.chain([refused.fails(Unauthenticated, 1)]);
    run("tokens that must not be shown", cases.collect()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn token_endpoint_errors_map_to_their_codes() {
    let retried = &["retry-after: 0"];
    let oauth = r#"{"error":"invalid_client","error_description":"no"}"#;
    let cases = vec![
        Case::new("400 invalid_client", Suspend, status(400, &[], oauth)).fails(Unauthenticated, 1),
        Case::new("400 of another kind", Suspend, status(400, &[], "{}")).fails(Other, 1),
        Case::new("401", Suspend, status(401, &[], oauth)).fails(Unauthenticated, 1),
        Case::new("403", Suspend, status(403, &[], "")).fails(Other, 1),
        Case::new("404", Suspend, status(404, &[], "")).fails(NotConfigured, 2),
        Case::new("204", Suspend, status(204, &[], "")).fails(MalformedResponse, 1),
        Case::new("302", Suspend, status(302, &["location: $elsewhere/"], ""))
            .fails(MalformedResponse, 1),
        Case::new("500, always", Suspend, status(500, retried, "")).fails(Unavailable, 5),
        Case::new("500, once", Suspend, status(500, retried, ""))
            .once()
            .succeeds(3),
        Case::new("500 in HTML, always", Get, status(500, retried, "<html>")).fails(Unavailable, 5),
    ];
    let cases = cases.into_iter().map(Case::on_token);
    run("errors of the token endpoint", cases.collect()).await;
}
