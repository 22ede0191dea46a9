//! Error responses: formats, broken bodies, and secrets in their texts.

use std::time::Duration;

use host::ErrorCode::{
    ExternallyManaged, InvalidArgument, LastOwner, NotConfigured, Other, PermissionDenied,
    Unauthenticated,
};

use super::{
    case::{
        Call::{Get, List, NextPage, Reactivate, Revoke, Suspend},
        Case,
    },
    response::{raw, status},
    script::Step::{Drip, Forever, Hang, Reset, Send},
    table::run,
};

#[tokio::test(flavor = "multi_thread")]
async fn error_formats_map_to_their_codes() {
    let long = "x".repeat(1 << 20);
    let bodies = [
        (
            "in gRPC format",
            r#"{"code":7,"message":"no_owner_remain","details":[]}"#.to_owned(),
            LastOwner,
        ),
        (
            "in gRPC format",
            r#"{"code":7,"message":"EAM user","details":[]}"#.into(),
            ExternallyManaged,
        ),
        (
            "in gRPC format",
            r#"{"code":7,"message":"permission missing"}"#.into(),
            PermissionDenied,
        ),
        (
            "in gRPC format, code beyond 32 bits",
            r#"{"code":1e300,"message":"permission"}"#.into(),
            Other,
        ),
        (
            "in gRPC format, code as a string",
            r#"{"code":"7","message":"permission"}"#.into(),
            Other,
        ),
        (
            "in OAuth format",
            r#"{"error":"access_denied","error_description":"no"}"#.into(),
            Other,
        ),
        (
            "in both formats",
            r#"{"code":7,"message":"permission","error":"access_denied"}"#.into(),
            PermissionDenied,
        ),
        (
            "in neither format",
            r#"{"errors":[{"title":"no"}]}"#.into(),
            Other,
        ),
        (
            "with an object as `error`",
            r#"{"error":{"code":403,"message":"no"}}"#.into(),
            Other,
        ),
        (
            "with numbers as messages",
            r#"{"message":5,"error":6}"#.into(),
            Other,
        ),
        ("as text", "you lack the permission".into(), Other),
        (
            "as HTML",
            "<html>you lack the permission</html>".into(),
            Other,
        ),
        ("with an empty body", String::new(), Other),
        (
            "of control characters",
            "\u{1b}[31m\0\u{7}\u{9b}2J".into(),
            Other,
        ),
        ("of 1 MB", long.clone(), Other),
        (
            "of 1 MB in JSON",
            format!(r#"{{"message":"{long}"}}"#),
            Other,
        ),
        ("of arrays nested 100,000 deep", "[".repeat(100_000), Other),
        ("of 20 kB of two-byte letters", "é".repeat(10_000), Other),
    ];
    let cases = bodies.into_iter().map(|(name, body, code)| {
        let case = Case::new(format!("403 {name}"), Suspend, status(403, &[], body));
        // Not the API's own form: the answer may come from a proxy.
        if code == Other {
            case.possibly_applied(code, 2)
        } else {
            case.fails(code, 2)
        }
    });
    run("error formats", cases.collect()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_with_broken_bodies_keep_their_code() {
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
    let cases = vec![
        Case::new("403, reset in the body", Suspend, [head(), Reset]).possibly_applied(Other, 2),
        Case::new("403, body cut", Suspend, [head()]).possibly_applied(Other, 2),
        Case::new("403, body never sent", Suspend, [head(), Hang])
            .deadline_ms(1000)
            .at_the_deadline()
            .possibly_applied(Other, 2),
        Case::new(
            "403, body a byte at a time",
            Suspend,
            [head(), Drip(vec![b'x'; 500], slow)],
        )
        .deadline_ms(1000)
        .at_the_deadline()
        .possibly_applied(Other, 2),
        Case::new("403, endless body", Suspend, [chunks(), endless]).possibly_applied(Other, 2),
        Case::new(
            "403, 100 GB announced",
            Suspend,
            [Send(huge), Forever(vec![b'x'; 1000])],
        )
        .possibly_applied(Other, 2),
        Case::new(
            "403, malformed chunks",
            Suspend,
            [chunks(), Send(b"zz\r\n".to_vec())],
        )
        .possibly_applied(Other, 2),
    ];
    run("errors with broken bodies", cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_that_repeat_a_secret_are_redacted() {
    let repeated = r#"{"code":3,"message":"the token $token is not good","error":"$token"}"#;
    let cases = vec![
        Case::new(
            "400 that repeats the token",
            Get,
            status(400, &[], repeated),
        )
        .fails(InvalidArgument, 2),
        Case::new(
            "400 that repeats the token",
            List,
            status(400, &[], "$token"),
        )
        .fails(Other, 2),
        Case::new(
            "403 that repeats the token",
            Reactivate,
            status(403, &[], repeated),
        )
        .fails(Other, 2),
        Case::new(
            "404 that repeats the token",
            Suspend,
            status(404, &[], "\"$token\""),
        )
        .possibly_applied(NotConfigured, 2),
        Case::new(
            "400 that repeats the credentials",
            Revoke,
            status(400, &[], repeated),
        )
        .fails(Other, 1),
        Case::new(
            "token: 400 that repeats the credentials",
            Get,
            status(400, &[], repeated),
        )
        .on_token()
        .fails(Other, 1),
        Case::new(
            "401 that repeats the token",
            NextPage,
            status(401, &[], repeated),
        )
        .fails(Unauthenticated, 3),
    ];
    run("errors that repeat a secret", cases).await;
}
