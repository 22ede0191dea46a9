//! Every status there is, as the answer to a suspension.

use host::ErrorCode::{
    self, ConnectionFailed, InvalidArgument, MalformedResponse, NotFound, Other, RateLimited,
    Unauthenticated, Unavailable,
};

use super::{
    case::{Ask::Suspend, Row},
    response::{raw, status},
    script::Step::{Pass, Send},
    table::run_compact,
};

/// What a status comes to, and how many requests are sent.
fn meaning(status: u16) -> (ErrorCode, usize) {
    match status {
        200..=399 => (MalformedResponse, 2),
        400 => (InvalidArgument, 2),
        // The token is exchanged anew, once.
        401 => (Unauthenticated, 4),
        404 => (NotFound, 2),
        // Tried four times more.
        408 | 500 | 502 | 503 | 504 => (Unavailable, 6),
        429 => (RateLimited, 6),
        500..=599 => (Unavailable, 2),
        // No status of HTTP.
        600.. => (MalformedResponse, 2),
        _ => (Other, 2),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_status() {
    let rows = (200..=599).chain([600, 999]).map(|code| {
        let body = r#"{"code":2,"message":"because"}"#;
        let row = Row::new(
            code.to_string(),
            Suspend,
            status(code, &["retry-after: 0"], body),
        );
        match (code, meaning(code)) {
            (400..=499, (code, requests)) => row.fails(code, requests),
            (_, (code, requests)) => row.uncertain(code, requests),
        }
    });
    run_compact("every status", rows.collect()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_interim_status() {
    let interim = |code: u16| Send(raw(&format!("HTTP/1.1 {code} Wait"), &[], ""));
    let others = || (100..=199).filter(|code| *code != 101);
    let mut rows: Vec<_> = others()
        .map(|code| {
            Row::new(
                format!("{code}, then the answer"),
                Suspend,
                [interim(code), Pass],
            )
            .succeeds(2)
        })
        .collect();
    rows.extend(others().map(|code| {
        Row::new(format!("{code} alone"), Suspend, [interim(code)])
            .deadline_ms(1000)
            .uncertain(ConnectionFailed, 2..=6)
    }));
    // What it switches to was not asked for.
    let switch = || {
        Send(raw(
            "HTTP/1.1 101 Switching",
            &["upgrade: websocket", "connection: upgrade"],
            "",
        ))
    };
    rows.push(Row::new("101 alone", Suspend, [switch()]).uncertain(MalformedResponse, 2));
    rows.push(
        Row::new("101, then the answer", Suspend, [switch(), Pass]).uncertain(MalformedResponse, 2),
    );
    run_compact("every interim status", rows).await;
}
