//! Every HTTP status as the response to a suspend request.

use host::ErrorCode::{
    self, ConnectionFailed, InvalidArgument, MalformedResponse, NotConfigured, Other, RateLimited,
    Unauthenticated, Unavailable,
};

use super::{
    case::{Call::Suspend, Case},
    response::{raw, status},
    script::Step::{Pass, Send},
    table::run_compact,
};

/// Returns the error code of a status, and the number of requests.
fn expected(status: u16) -> (ErrorCode, usize) {
    match status {
        200..=399 => (MalformedResponse, 2),
        400 => (InvalidArgument, 2),
        // The token is exchanged again, once.
        401 => (Unauthenticated, 4),
        // The body has the form of the API, and is not about a user.
        404 | 410 => (NotConfigured, 2),
        // Retried four times.
        408 | 500 | 502 | 503 | 504 => (Unavailable, 6),
        429 => (RateLimited, 6),
        500..=599 => (Unavailable, 2),
        // Not a status of HTTP.
        600.. => (MalformedResponse, 2),
        _ => (Other, 2),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_status_maps_to_its_code() {
    let cases = (200..=599).chain([600, 999]).map(|code| {
        let body = r#"{"code":2,"message":"because"}"#;
        let case = Case::new(
            code.to_string(),
            Suspend,
            status(code, &["retry-after: 0"], body),
        );
        match (code, expected(code)) {
            (400..=499, (code, requests)) => case.fails(code, requests),
            (_, (code, requests)) => case.possibly_applied(code, requests),
        }
    });
    run_compact("every status", cases.collect()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_interim_status_is_skipped() {
    let interim = |code: u16| Send(raw(&format!("HTTP/1.1 {code} Wait"), &[], ""));
    let others = || (100..=199).filter(|code| *code != 101);
    let mut cases: Vec<_> = others()
        .map(|code| {
            Case::new(
                format!("{code}, then the response"),
                Suspend,
                [interim(code), Pass],
            )
            .succeeds(2)
        })
        .collect();
    cases.extend(others().map(|code| {
        Case::new(format!("{code} only"), Suspend, [interim(code)])
            .deadline_ms(1000)
            .possibly_applied(ConnectionFailed, 2..=6)
    }));
    // The client did not request another protocol.
    let switch = || {
        Send(raw(
            "HTTP/1.1 101 Switching",
            &["upgrade: websocket", "connection: upgrade"],
            "",
        ))
    };
    cases.push(Case::new("101 only", Suspend, [switch()]).possibly_applied(MalformedResponse, 2));
    cases.push(
        Case::new("101, then the response", Suspend, [switch(), Pass])
            .possibly_applied(MalformedResponse, 2),
    );
    run_compact("every interim status", cases).await;
}
