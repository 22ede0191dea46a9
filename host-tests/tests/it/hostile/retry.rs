//! When a server asks to come back later, or fails for a while.

use host::ErrorCode::{RateLimited, Unauthenticated, Unavailable};

use super::{
    case::{
        Ask::{Get, List, NextPage, Reactivate, Revoke, Suspend},
        Row,
    },
    response::status,
    script::Step,
    table::run,
};

/// When the server says that it answers: long ago, so that no other clock can be meant.
const NOW: &str = "date: Sun, 06 Nov 1994 08:49:37 GMT";

fn later(value: &str) -> Vec<Step> {
    status(429, &[NOW, &format!("retry-after: {value}")], "")
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_ask_to_wait() {
    let past = "Sun, 06 Nov 1994 08:49:36 GMT";
    let soon = "Sun, 06 Nov 1994 08:49:38 GMT";
    let in_an_hour = "Sun, 06 Nov 1994 09:49:37 GMT";
    let undated = status(429, &[&format!("retry-after: {in_an_hour}")], "");
    let misdated = status(
        429,
        &["date: yesterday", &format!("retry-after: {in_an_hour}")],
        "",
    );
    let mut rows = vec![
        Row::new("429, a second, once", Suspend, later("1"))
            .once()
            .at_least_ms(1000)
            .succeeds(3),
        Row::new("429, nothing, once", Get, later("0"))
            .once()
            .succeeds(3),
        Row::new("429, nothing, always", Suspend, later("0"))
            .fails(RateLimited, 6)
            .retry_after_ms(Some(0)),
        Row::new("429, nothing, always", List, later("0")).fails(RateLimited, 6),
        Row::new("429, nothing, always", Revoke, later("0")).fails(RateLimited, 5),
        Row::new(
            "429, three seconds, which is too long",
            Reactivate,
            later("3"),
        )
        .fails(RateLimited, 2)
        .retry_after_ms(Some(3000)),
        Row::new(
            "429, longer than there are numbers",
            Suspend,
            later("99999999999999999999"),
        )
        .fails(RateLimited, 2),
        Row::new("429, a date that is past, always", Suspend, later(past))
            .fails(RateLimited, 6)
            .retry_after_ms(Some(0)),
        Row::new("429, a date that is now, always", Suspend, later(&NOW[6..]))
            .fails(RateLimited, 6),
        Row::new("429, a date in a second, once", Suspend, later(soon))
            .once()
            .at_least_ms(1000)
            .succeeds(3),
        Row::new("429, a date in an hour", Suspend, later(in_an_hour))
            .fails(RateLimited, 2)
            .retry_after_ms(Some(3_600_000)),
        Row::new(
            "429, a date without one to count from, once",
            Suspend,
            undated.clone(),
        )
        .once()
        .succeeds(3),
        Row::new("429, a date without one to count from", Suspend, undated)
            .deadline_ms(1000)
            .fails(RateLimited, 2..=6)
            .retry_after_ms(None),
        Row::new(
            "429, a date and no good one to count from, once",
            Get,
            misdated,
        )
        .once()
        .succeeds(3),
        Row::new("token: 429, nothing, always", Suspend, later("0"))
            .on_token()
            .fails(RateLimited, 5),
        Row::new("token: 429, an hour", Suspend, later("3600"))
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
        rows.push(
            Row::new(format!("429, {garbage:?}, once"), Suspend, later(garbage))
                .once()
                .succeeds(3),
        );
        rows.push(
            Row::new(format!("429, {garbage:?}, always"), Get, later(garbage))
                .deadline_ms(1000)
                .fails(RateLimited, 2..=6)
                .retry_after_ms(None),
        );
    }
    run("servers that ask to wait", rows).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_fail_for_a_while() {
    let failing = |code| status(code, &["retry-after: 0"], "");
    let mut rows = Vec::new();
    for code in [408, 500, 502, 503, 504] {
        rows.push(
            Row::new(format!("{code}, once"), Suspend, failing(code))
                .once()
                .succeeds(3),
        );
        rows.push(
            Row::new(format!("token: {code}, once"), Get, failing(code))
                .on_token()
                .once()
                .succeeds(3),
        );
        rows.push(Row::new(format!("{code}, always"), List, failing(code)).fails(Unavailable, 6));
    }
    let refused = || status(401, &[], "");
    rows.extend([
        Row::new(
            "503 without a word of when, once",
            Reactivate,
            status(503, &[], ""),
        )
        .once()
        .succeeds(3),
        Row::new("501 is not tried again", Get, failing(501)).fails(Unavailable, 2),
        Row::new("401, once", Suspend, refused()).once().succeeds(4),
        Row::new("401, once", NextPage, refused())
            .once()
            .succeeds(3),
        Row::new("401, always", Suspend, refused()).fails(Unauthenticated, 4),
        Row::new("401, always", NextPage, refused()).fails(Unauthenticated, 3),
        Row::new("401, always", Revoke, refused()).fails(Unauthenticated, 1),
        Row::new(
            "503 in an hour",
            Suspend,
            status(503, &["retry-after: 3600"], ""),
        )
        .uncertain(Unavailable, 2)
        .retry_after_ms(Some(3_600_000)),
    ]);
    run("servers that fail for a while", rows).await;
}
