//! Refusals in every shape: what they say, how much of it, and what of it may not be repeated.

use std::time::Duration;

use host::ErrorCode::{
    ExternallyManaged, InvalidArgument, LastOwner, NotFound, Other, PermissionDenied,
    Unauthenticated,
};

use super::{
    case::{
        Ask::{Get, List, NextPage, Reactivate, Revoke, Suspend},
        Row,
    },
    response::{raw, status},
    script::Step::{Drip, Forever, Hang, Reset, Send},
    table::run,
};

#[tokio::test(flavor = "multi_thread")]
async fn refusals_in_every_shape() {
    let long = "x".repeat(1 << 20);
    let bodies = [
        (
            "of gRPC",
            r#"{"code":7,"message":"no_owner_remain","details":[]}"#.to_owned(),
            LastOwner,
        ),
        (
            "of gRPC",
            r#"{"code":7,"message":"EAM user","details":[]}"#.into(),
            ExternallyManaged,
        ),
        (
            "of gRPC",
            r#"{"code":7,"message":"permission missing"}"#.into(),
            PermissionDenied,
        ),
        (
            "of gRPC, code past 32 bits",
            r#"{"code":1e300,"message":"permission"}"#.into(),
            PermissionDenied,
        ),
        (
            "of gRPC, code of text",
            r#"{"code":"7","message":"permission"}"#.into(),
            PermissionDenied,
        ),
        (
            "of OAuth",
            r#"{"error":"access_denied","error_description":"no"}"#.into(),
            Other,
        ),
        (
            "of both",
            r#"{"code":7,"message":"permission","error":"access_denied"}"#.into(),
            PermissionDenied,
        ),
        ("of neither", r#"{"errors":[{"title":"no"}]}"#.into(), Other),
        (
            "with an object as error",
            r#"{"error":{"code":403,"message":"no"}}"#.into(),
            Other,
        ),
        ("of numbers", r#"{"message":5,"error":6}"#.into(), Other),
        (
            "in text",
            "you lack the permission".into(),
            PermissionDenied,
        ),
        (
            "in HTML",
            "<html>you lack the permission</html>".into(),
            Other,
        ),
        ("without a word", String::new(), Other),
        (
            "of control characters",
            "\u{1b}[31m\0\u{7}\u{9b}2J".into(),
            Other,
        ),
        ("of 1 MB", long.clone(), Other),
        (
            "of 1 MB of JSON",
            format!(r#"{{"message":"{long}"}}"#),
            Other,
        ),
        ("of lists 100,000 deep", "[".repeat(100_000), Other),
        ("cut within a letter", "é".repeat(10_000), Other),
    ];
    let rows = bodies.into_iter().map(|(name, body, code)| {
        Row::new(format!("403 {name}"), Suspend, status(403, &[], body)).fails(code, 2)
    });
    run("refusals in every shape", rows.collect()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_whose_words_get_lost() {
    let head = || Send(raw("HTTP/1.1 403 Forbidden", &["content-length: 500"], ""));
    let huge = raw(
        "HTTP/1.1 403 Forbidden",
        &["content-length: 99999999999"],
        "",
    );
    let chunks = || {
        Send(raw(
            "HTTP/1.1 403 Forbidden",
            &["transfer-encoding: chunked"],
            "",
        ))
    };
    let endless = Forever(b"4\r\nword\r\n".repeat(1000));
    let slow = Duration::from_millis(20);
    let rows = vec![
        Row::new("403, reset in its words", Suspend, [head(), Reset]).fails(Other, 2),
        Row::new("403, words that end too soon", Suspend, [head()]).fails(Other, 2),
        Row::new("403, words that never come", Suspend, [head(), Hang])
            .deadline_ms(1000)
            .at_the_deadline()
            .fails(Other, 2),
        Row::new(
            "403, words a byte at a time",
            Suspend,
            [head(), Drip(vec![b'x'; 500], slow)],
        )
        .deadline_ms(1000)
        .at_the_deadline()
        .fails(Other, 2),
        Row::new("403, words without an end", Suspend, [chunks(), endless]).fails(Other, 2),
        Row::new(
            "403, 100 GB promised",
            Suspend,
            [Send(huge), Forever(vec![b'x'; 1000])],
        )
        .fails(Other, 2),
        Row::new(
            "403, words in bad chunks",
            Suspend,
            [chunks(), Send(b"zz\r\n".to_vec())],
        )
        .fails(Other, 2),
    ];
    run("refusals whose words get lost", rows).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn refusals_that_repeat_a_secret() {
    let repeated = r#"{"code":3,"message":"the token $token is not good","error":"$token"}"#;
    let rows = vec![
        Row::new(
            "400 that repeats the token",
            Get,
            status(400, &[], repeated),
        )
        .fails(InvalidArgument, 2),
        Row::new(
            "400 that repeats the token",
            List,
            status(400, &[], "$token"),
        )
        .fails(InvalidArgument, 2),
        Row::new(
            "403 that repeats the token",
            Reactivate,
            status(403, &[], repeated),
        )
        .fails(Other, 2),
        Row::new(
            "404 that repeats the token",
            Suspend,
            status(404, &[], "\"$token\""),
        )
        .fails(NotFound, 2),
        Row::new(
            "400 that repeats the credentials",
            Revoke,
            status(400, &[], repeated),
        )
        .fails(Other, 1),
        Row::new(
            "token: 400 that repeats the credentials",
            Get,
            status(400, &[], repeated),
        )
        .on_token()
        .fails(Other, 1),
        Row::new(
            "401 that repeats the token",
            NextPage,
            status(401, &[], repeated),
        )
        .fails(Unauthenticated, 3),
    ];
    run("refusals that repeat a secret", rows).await;
}
