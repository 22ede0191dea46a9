//! Connections that are refused, break, stall, or behave unusually.

use std::time::Duration;

use host::ErrorCode::{ConnectionFailed, TimedOut};

use super::{
    case::{
        Call::{Get, List, NextPage, Reactivate, Revoke, Suspend},
        Case,
    },
    response::{ACTIVE, chunked_head, json, raw, send, whole},
    script::Step::{Apply, Drip, Forever, HalfClose, Hang, Pass, Reset, Send},
    table::run,
};

/// Head that announces a longer body than is sent.
fn head() -> Vec<u8> {
    raw("HTTP/1.1 200 OK", &["content-length: 500"], "")
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_connections_are_retried_or_connection_failed() {
    let half = [head(), br#"{"id":"$id","#.to_vec()].concat();
    let cases = vec![
        Case::refused("refused", Get)
            .deadline_ms(1000)
            .fails(ConnectionFailed, 1..=5),
        Case::refused("refused", Suspend)
            .deadline_ms(1000)
            .fails(ConnectionFailed, 1..=5),
        Case::refused("refused, every attempt", Suspend)
            .deadline_ms(20_000)
            .fails(ConnectionFailed, 5),
        Case::new("closed without reading", Suspend, [])
            .unread()
            .once()
            .succeeds(3),
        Case::new("reset without reading", Suspend, [Reset])
            .unread()
            .once()
            .succeeds(3),
        Case::new("reset before the head, once", Get, [Reset])
            .once()
            .succeeds(3),
        Case::new("reset before the head, once", Suspend, [Reset])
            .once()
            .succeeds(3),
        Case::new("reset before the head, once", NextPage, [Reset])
            .once()
            .succeeds(2),
        Case::new("reset before the head, always", Get, [Reset])
            .deadline_ms(1000)
            .fails(ConnectionFailed, 2..=6),
        Case::new("reset before the head, always", Suspend, [Reset])
            .deadline_ms(1000)
            .possibly_applied(ConnectionFailed, 2..=6),
        Case::new("reset before the head, every attempt", Suspend, [Reset])
            .deadline_ms(20_000)
            .possibly_applied(ConnectionFailed, 6),
        Case::new("reset before the head, always", Reactivate, [Reset])
            .deadline_ms(1000)
            .possibly_applied(ConnectionFailed, 2..=6),
        Case::new("reset before the head, once", Revoke, [Reset])
            .once()
            .succeeds(2),
        Case::new("token: reset before the head, always", Suspend, [Reset])
            .on_token()
            .deadline_ms(1000)
            .fails(ConnectionFailed, 1..=5),
        Case::new("reset after the head, once", List, [Send(head()), Reset])
            .once()
            .succeeds(3),
        Case::new(
            "reset after the head, always",
            Suspend,
            [Send(head()), Reset],
        )
        .deadline_ms(1000)
        .possibly_applied(ConnectionFailed, 2..=6),
        Case::new("reset in the body, once", Get, [Send(half.clone()), Reset])
            .once()
            .succeeds(3),
        Case::new(
            "reset in the body, always",
            Suspend,
            [Send(half.clone()), Reset],
        )
        .deadline_ms(1000)
        .possibly_applied(ConnectionFailed, 2..=6),
        Case::new(
            "half-closed without a response, once",
            Suspend,
            [HalfClose, Hang],
        )
        .once()
        .succeeds(3),
        Case::new(
            "half-closed without a response, always",
            Suspend,
            [HalfClose, Hang],
        )
        .deadline_ms(1000)
        .possibly_applied(ConnectionFailed, 2..=6),
        Case::new(
            "half-closed in the body, once",
            Get,
            [Send(half), HalfClose, Hang],
        )
        .once()
        .succeeds(3),
        Case::new(
            "half-closed after the response",
            Suspend,
            [Pass, HalfClose, Hang],
        )
        .succeeds(2),
        Case::new("applied, then reset, once", Suspend, [Apply, Reset])
            .once()
            .succeeds(3),
        Case::new("applied, then reset, once", Reactivate, [Apply, Reset])
            .once()
            .succeeds(3),
        Case::new("applied, then reset, always", Suspend, [Apply, Reset])
            .deadline_ms(1000)
            .possibly_applied(ConnectionFailed, 2..=6),
    ];
    run("broken connections", cases).await;
}

/// The steps are taken only on a connection that was kept: without one, a case has a request less than it expects.
#[tokio::test(flavor = "multi_thread")]
async fn kept_connections_that_break_are_retried_as_others_are() {
    let half_a_head = Send(b"HTTP/1.1 200 O".to_vec());
    let mut cases = vec![
        Case::new("closed between two requests", Suspend, [Pass]).succeeds(2),
        Case::new("closed between two requests", Get, [Pass]).succeeds(2),
        Case::new("kept, no head", Suspend, [Hang])
            .kept()
            .deadline_ms(1000)
            .at_the_deadline()
            .possibly_applied(TimedOut, 2),
        Case::new("kept, no head", Get, [Hang])
            .kept()
            .deadline_ms(1000)
            .at_the_deadline()
            .fails(TimedOut, 2),
    ];
    for call in [Get, List, Suspend, Reactivate] {
        for (name, steps) in [
            ("closed after the request", vec![]),
            ("reset after the request", vec![Reset]),
            ("applied, then closed", vec![Apply]),
            ("applied, then reset", vec![Apply, Reset]),
            ("closed in the head", vec![half_a_head.clone()]),
            ("reset in the head", vec![half_a_head.clone(), Reset]),
            ("closed before the body", vec![Send(head())]),
            ("reset before the body", vec![Send(head()), Reset]),
        ] {
            let case = Case::new(format!("kept, {name}, once"), call, steps);
            cases.push(case.kept().once().succeeds(3));
        }
    }
    run("kept connections", cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn stalled_connections_time_out_at_the_deadline() {
    let slow = Duration::from_millis(20);
    let endless = [chunked_head(), b"5\r\nhello\r\n".to_vec()].concat();
    let partial = [head(), br#"{"id":"#.to_vec()].concat();
    let cases = vec![
        Case::new("request not read, no response", Suspend, [Hang])
            .unread()
            .possibly_applied(TimedOut, 2),
        Case::new("no head", Get, [Hang]).fails(TimedOut, 2),
        Case::new("no head", List, [Hang]).fails(TimedOut, 2),
        Case::new("no head", NextPage, [Hang]).fails(TimedOut, 1),
        Case::new("no head", Suspend, [Hang]).possibly_applied(TimedOut, 2),
        Case::new("no head", Reactivate, [Hang]).possibly_applied(TimedOut, 2),
        Case::new("no head", Revoke, [Hang]).fails(TimedOut, 1),
        Case::new("token: no head", Suspend, [Hang])
            .on_token()
            .fails(TimedOut, 1),
        Case::new("applied, no response, once", Suspend, [Apply, Hang])
            .once()
            .possibly_applied(TimedOut, 2),
        Case::new("applied, no response, always", Suspend, [Apply, Hang])
            .possibly_applied(TimedOut, 2),
        Case::new("applied, no response, always", Reactivate, [Apply, Hang])
            .possibly_applied(TimedOut, 2),
        Case::new(
            "head a byte at a time",
            Suspend,
            [Drip(whole(200, &[], ACTIVE), slow)],
        )
        .possibly_applied(TimedOut, 2),
        Case::new("no body", Suspend, [Send(head()), Hang]).possibly_applied(TimedOut, 2),
        Case::new("half a body", Get, [Send(partial), Hang]).fails(TimedOut, 2),
        Case::new(
            "body a byte at a time",
            Suspend,
            [Send(head()), Drip(vec![b' '; 500], slow)],
        )
        .possibly_applied(TimedOut, 2),
        Case::new(
            "token: body a byte at a time",
            Suspend,
            [Send(head()), Drip(vec![b' '; 500], slow)],
        )
        .on_token()
        .fails(TimedOut, 1),
        Case::new("chunks without an end", Get, [Send(endless), Hang]).fails(TimedOut, 2),
        Case::new(
            "no length, connection left open",
            Get,
            [send("HTTP/1.1 200 OK", &[], ACTIVE), vec![Hang]].concat(),
        )
        .fails(TimedOut, 2),
        Case::new(
            "endless interim responses",
            Suspend,
            [Forever(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec())],
        )
        .possibly_applied(TimedOut, 2),
    ];
    let cases = cases
        .into_iter()
        .map(|case| case.deadline_ms(1000).at_the_deadline());
    run("stalled connections", cases.collect()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unusual_valid_connections_succeed() {
    let quick = Duration::from_millis(1);
    let keep_alive = whole(200, &["connection: keep-alive"], ACTIVE);
    let close = whole(200, &["connection: close"], ACTIVE);
    let cases = vec![
        Case::new(
            "a byte at a time, within the deadline",
            Get,
            [Drip(whole(200, &[], ACTIVE), quick)],
        )
        .deadline_ms(8000)
        .at_least_ms(200)
        .succeeds(2),
        Case::new("keep-alive, then closed", Get, [Send(keep_alive)]).succeeds(2),
        Case::new("close, left open", Get, [Send(close), Hang]).succeeds(2),
        Case::new("two responses", Get, [json(ACTIVE), json("{}")].concat()).succeeds(2),
        // A client that reads the response before it has sent the request retries.
        Case::new("response before the request, once", Get, json(ACTIVE))
            .unread()
            .once()
            .succeeds(2..=3),
        Case::new(
            "response before the request, then reset, once",
            Get,
            [json(ACTIVE), vec![Reset]].concat(),
        )
        .unread()
        .once()
        .succeeds(2..=3),
    ];
    run("unusual valid connections", cases).await;
}
