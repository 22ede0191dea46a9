//! Connections that are refused, that break, and on which nothing comes.

use std::time::Duration;

use host::ErrorCode::{ConnectionFailed, TimedOut};

use super::{
    case::{
        Ask::{Get, List, NextPage, Reactivate, Revoke, Suspend},
        Row,
    },
    response::{ACTIVE, chunked_head, json, raw, send, whole},
    script::Step::{Apply, Drip, Forever, HalfClose, Hang, Pass, Reset, Send},
    table::run,
};

/// A head that promises more than will come.
fn head() -> Vec<u8> {
    raw("HTTP/1.1 200 OK", &["content-length: 500"], "")
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_break() {
    let half = [head(), br#"{"id":"$id","#.to_vec()].concat();
    let rows = vec![
        Row::refused("refused", Get)
            .deadline_ms(1000)
            .fails(ConnectionFailed, 1..=5),
        Row::refused("refused", Suspend)
            .deadline_ms(1000)
            .fails(ConnectionFailed, 1..=5),
        Row::refused("refused, every attempt", Suspend)
            .deadline_ms(20_000)
            .fails(ConnectionFailed, 5),
        Row::new("closed unread", Suspend, [])
            .unread()
            .once()
            .succeeds(3),
        Row::new("reset unread", Suspend, [Reset])
            .unread()
            .once()
            .succeeds(3),
        Row::new("reset before the head, once", Get, [Reset])
            .once()
            .succeeds(3),
        Row::new("reset before the head, once", Suspend, [Reset])
            .once()
            .succeeds(3),
        Row::new("reset before the head, once", NextPage, [Reset])
            .once()
            .succeeds(2),
        Row::new("reset before the head, always", Get, [Reset])
            .deadline_ms(1000)
            .fails(ConnectionFailed, 2..=6),
        Row::new("reset before the head, always", Suspend, [Reset])
            .deadline_ms(1000)
            .uncertain(ConnectionFailed, 2..=6),
        Row::new("reset before the head, every attempt", Suspend, [Reset])
            .deadline_ms(20_000)
            .uncertain(ConnectionFailed, 6),
        Row::new("reset before the head, always", Reactivate, [Reset])
            .deadline_ms(1000)
            .uncertain(ConnectionFailed, 2..=6),
        Row::new("reset before the head, once", Revoke, [Reset])
            .once()
            .succeeds(2),
        Row::new("token: reset before the head, always", Suspend, [Reset])
            .on_token()
            .deadline_ms(1000)
            .fails(ConnectionFailed, 1..=5),
        Row::new("reset after the head, once", List, [Send(head()), Reset])
            .once()
            .succeeds(3),
        Row::new(
            "reset after the head, always",
            Suspend,
            [Send(head()), Reset],
        )
        .deadline_ms(1000)
        .uncertain(ConnectionFailed, 2..=6),
        Row::new("reset in the body, once", Get, [Send(half.clone()), Reset])
            .once()
            .succeeds(3),
        Row::new(
            "reset in the body, always",
            Suspend,
            [Send(half.clone()), Reset],
        )
        .deadline_ms(1000)
        .uncertain(ConnectionFailed, 2..=6),
        Row::new(
            "half-closed without an answer, once",
            Suspend,
            [HalfClose, Hang],
        )
        .once()
        .succeeds(3),
        Row::new(
            "half-closed without an answer, always",
            Suspend,
            [HalfClose, Hang],
        )
        .deadline_ms(1000)
        .uncertain(ConnectionFailed, 2..=6),
        Row::new(
            "half-closed in the body, once",
            Get,
            [Send(half), HalfClose, Hang],
        )
        .once()
        .succeeds(3),
        Row::new(
            "half-closed after the answer",
            Suspend,
            [Pass, HalfClose, Hang],
        )
        .succeeds(2),
        Row::new("applied, then reset, once", Suspend, [Apply, Reset])
            .once()
            .succeeds(3),
        Row::new("applied, then reset, once", Reactivate, [Apply, Reset])
            .once()
            .succeeds(3),
        Row::new("applied, then reset, always", Suspend, [Apply, Reset])
            .deadline_ms(1000)
            .uncertain(ConnectionFailed, 2..=6),
    ];
    run("connections that break", rows).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_on_which_nothing_comes() {
    let slow = Duration::from_millis(20);
    let unended = [chunked_head(), b"5\r\nhello\r\n".to_vec()].concat();
    let begun = [head(), br#"{"id":"#.to_vec()].concat();
    let rows = vec![
        Row::new("never read, never answered", Suspend, [Hang])
            .unread()
            .uncertain(TimedOut, 2),
        Row::new("no head", Get, [Hang]).fails(TimedOut, 2),
        Row::new("no head", List, [Hang]).fails(TimedOut, 2),
        Row::new("no head", NextPage, [Hang]).fails(TimedOut, 1),
        Row::new("no head", Suspend, [Hang]).uncertain(TimedOut, 2),
        Row::new("no head", Reactivate, [Hang]).uncertain(TimedOut, 2),
        Row::new("no head", Revoke, [Hang]).fails(TimedOut, 1),
        Row::new("token: no head", Suspend, [Hang])
            .on_token()
            .fails(TimedOut, 1),
        Row::new("applied, then silence", Suspend, [Apply, Hang])
            .once()
            .uncertain(TimedOut, 2),
        Row::new("applied, always silence", Suspend, [Apply, Hang]).uncertain(TimedOut, 2),
        Row::new("applied, always silence", Reactivate, [Apply, Hang]).uncertain(TimedOut, 2),
        Row::new(
            "head a byte at a time",
            Suspend,
            [Drip(whole(200, &[], ACTIVE), slow)],
        )
        .uncertain(TimedOut, 2),
        Row::new("no body", Suspend, [Send(head()), Hang]).uncertain(TimedOut, 2),
        Row::new("half a body", Get, [Send(begun), Hang]).fails(TimedOut, 2),
        Row::new(
            "body a byte at a time",
            Suspend,
            [Send(head()), Drip(vec![b' '; 500], slow)],
        )
        .uncertain(TimedOut, 2),
        Row::new(
            "token: body a byte at a time",
            Suspend,
            [Send(head()), Drip(vec![b' '; 500], slow)],
        )
        .on_token()
        .fails(TimedOut, 1),
        Row::new("chunks without an end", Get, [Send(unended), Hang]).fails(TimedOut, 2),
        Row::new(
            "no length, no end",
            Get,
            [send("HTTP/1.1 200 OK", &[], ACTIVE), vec![Hang]].concat(),
        )
        .fails(TimedOut, 2),
        Row::new(
            "interim answers for ever",
            Suspend,
            [Forever(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec())],
        )
        .uncertain(TimedOut, 2),
    ];
    let rows = rows
        .into_iter()
        .map(|row| row.deadline_ms(1000).at_the_deadline());
    run("connections on which nothing comes", rows.collect()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_are_odd_but_good() {
    let quick = Duration::from_millis(1);
    let keep_alive = whole(200, &["connection: keep-alive"], ACTIVE);
    let close = whole(200, &["connection: close"], ACTIVE);
    let rows = vec![
        Row::new(
            "a byte at a time, in time",
            Get,
            [Drip(whole(200, &[], ACTIVE), quick)],
        )
        .deadline_ms(8000)
        .at_least_ms(200)
        .succeeds(2),
        Row::new("says keep-alive, closes", Get, [Send(keep_alive)]).succeeds(2),
        Row::new("says close, stays open", Get, [Send(close), Hang]).succeeds(2),
        Row::new(
            "two answers in one",
            Get,
            [json(ACTIVE), json("{}")].concat(),
        )
        .succeeds(2),
        // Whoever looks at the connection before the request is on its way is surprised, and tries again.
        Row::new("answered unread, once", Get, json(ACTIVE))
            .unread()
            .once()
            .succeeds(2..=3),
        Row::new(
            "answered unread, then reset, once",
            Get,
            [json(ACTIVE), vec![Reset]].concat(),
        )
        .unread()
        .once()
        .succeeds(2..=3),
    ];
    run("connections that are odd but good", rows).await;
}
