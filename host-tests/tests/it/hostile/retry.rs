//! `Retry-After`, and failures that are retried.

use host::ErrorCode::{RateLimited, Unauthenticated, Unavailable};

use super::{
    case::{
        Call::{Get, List, NextPage, Reactivate, Revoke, Suspend},
        Case,
    },
    response::status,
    script::Step,
    table::run,
};

/// `Date` of the responses, which differs from the clock of any machine.
const DATE: &str = "date: Sun, 06 Nov 1994 08:49:37 GMT";

/// Sends 429 with a `Date` and this `Retry-After`.
fn retry_after(value: &str) -> Vec<Step> {
    status(429, &[DATE, &format!("retry-after: {value}")], "")
}

#[tokio::test(flavor = "multi_thread")]
async fn retry_after_is_obeyed_within_the_deadline() {
    let past = "Sun, 06 Nov 1994 08:49:36 GMT";
    let soon = "Sun, 06 Nov 1994 08:49:38 GMT";
    let in_an_hour = "Sun, 06 Nov 1994 09:49:37 GMT";
    let undated = status(429, &[&format!("retry-after: {in_an_hour}")], "");
    let misdated = status(
        429,
        &["date: yesterday", &format!("retry-after: {in_an_hour}")],
        "",
    );
    let mut cases = vec![
        Case::new("429, 1 second, once", Suspend, retry_after("1"))
            .once()
            .at_least_ms(1000)
            .succeeds(3),
        Case::new("429, 0 seconds, once", Get, retry_after("0"))
            .once()
            .succeeds(3),
        Case::new("429, 0 seconds, always", Suspend, retry_after("0"))
            .possibly_applied(RateLimited, 6)
            .retry_after_ms(Some(0)),
        Case::new("429, 0 seconds, always", List, retry_after("0")).fails(RateLimited, 6),
        Case::new("429, 0 seconds, always", Revoke, retry_after("0")).fails(RateLimited, 5),
        Case::new(
            "429, 3 seconds, beyond the deadline",
            Reactivate,
            retry_after("3"),
        )
        .possibly_applied(RateLimited, 2)
        .retry_after_ms(Some(3000)),
        Case::new(
            "429, seconds beyond 64 bits",
            Suspend,
            retry_after("99999999999999999999"),
        )
        .possibly_applied(RateLimited, 2),
        Case::new(
            "429, a date in the past, always",
            Suspend,
            retry_after(past),
        )
        .possibly_applied(RateLimited, 6)
        .retry_after_ms(Some(0)),
        Case::new(
            "429, the date of the response, always",
            Suspend,
            retry_after(&DATE[6..]),
        )
        .possibly_applied(RateLimited, 6),
        Case::new("429, a date in a second, once", Suspend, retry_after(soon))
            .once()
            .at_least_ms(1000)
            .succeeds(3),
        Case::new("429, a date in an hour", Suspend, retry_after(in_an_hour))
            .possibly_applied(RateLimited, 2)
            .retry_after_ms(Some(3_600_000)),
        Case::new(
            "429, a date, response without a date, once",
            Suspend,
            undated.clone(),
        )
        .once()
        .succeeds(3),
        Case::new("429, a date, response without a date", Suspend, undated)
            .deadline_ms(1000)
            .possibly_applied(RateLimited, 2..=6)
            .retry_after_ms(None),
        Case::new("429, a date, malformed response date, once", Get, misdated)
            .once()
            .succeeds(3),
        Case::new("token: 429, 0 seconds, always", Suspend, retry_after("0"))
            .on_token()
            .fails(RateLimited, 5),
        Case::new("token: 429, an hour", Suspend, retry_after("3600"))
            .on_token()
            .fails(RateLimited, 1),
    ];
    for garbage in [
        "-1",
        "soon",
        "1.5",
        "",
        "1e3",
        "0x10",
        "Sun, 99 Nov 1994 08:49:38 GMT",
    ] {
        cases.push(
            Case::new(
                format!("429, {garbage:?}, once"),
                Suspend,
                retry_after(garbage),
            )
            .once()
            .succeeds(3),
        );
        cases.push(
            Case::new(
                format!("429, {garbage:?}, always"),
                Get,
                retry_after(garbage),
            )
            .deadline_ms(1000)
            .fails(RateLimited, 2..=6)
            .retry_after_ms(None),
        );
    }
    run("retry-after", cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_are_retried_up_to_five_attempts() {
    let failing = |code| status(code, &["retry-after: 0"], "");
    let mut cases = Vec::new();
    for code in [408, 500, 502, 503, 504] {
        cases.push(
            Case::new(format!("{code}, once"), Suspend, failing(code))
                .once()
                .succeeds(3),
        );
        cases.push(
            Case::new(format!("token: {code}, once"), Get, failing(code))
                .on_token()
                .once()
                .succeeds(3),
        );
        cases.push(Case::new(format!("{code}, always"), List, failing(code)).fails(Unavailable, 6));
    }
    let rejected = || status(401, &[], "");
    cases.extend([
        Case::new(
            "503 without retry-after, once",
            Reactivate,
            status(503, &[], ""),
        )
        .once()
        .succeeds(3),
        Case::new("501 is not retried", Get, failing(501)).fails(Unavailable, 2),
        Case::new("401, once", Suspend, rejected())
            .once()
            .succeeds(4),
        Case::new("401, once", NextPage, rejected())
            .once()
            .succeeds(3),
        Case::new("401, always", Suspend, rejected()).fails(Unauthenticated, 4),
        Case::new("401, always", NextPage, rejected()).fails(Unauthenticated, 3),
        Case::new("401, always", Revoke, rejected()).fails(Unauthenticated, 1),
        Case::new(
            "503 in an hour",
            Suspend,
            status(503, &["retry-after: 3600"], ""),
        )
        .possibly_applied(Unavailable, 2)
        .retry_after_ms(Some(3_600_000)),
    ]);
    run("failures that are retried", cases).await;
}
