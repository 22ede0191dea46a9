//! Bodies that are shorter, longer, larger or otherwise wrapped than their head says.

use host::ErrorCode::{ConnectionFailed, MalformedResponse};

use super::{
    case::{
        Ask::{Get, List, Reactivate, Suspend},
        Row,
    },
    response::{ACTIVE, SUSPENDED, chunked, chunked_head, json, padded, raw, send, status},
    script::Step::{self, Forever, Hang, Send},
    table::run,
};

/// The largest answer that is taken, in bytes.
const LARGEST: usize = 8 << 20;

/// Chunks as they are written here.
fn chunks(body: &str) -> Vec<Step> {
    vec![Send([chunked_head(), body.as_bytes().to_vec()].concat())]
}

fn gzip() -> Vec<u8> {
    // `{}`
    b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xab\xae\x05\x00\x43\xbf\xa6\xa3\x02\x00\x00\x00"
        .to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_not_as_long_as_their_head_says() {
    let with_length = |length: usize, body: &str| {
        send(
            "HTTP/1.1 200 OK",
            &[&format!("content-length: {length}")],
            body,
        )
    };
    let rows = vec![
        Row::new("empty", Get, json("")).fails(MalformedResponse, 2),
        Row::new("empty", List, json("")).fails(MalformedResponse, 2),
        Row::new("empty", Suspend, json("")).uncertain(MalformedResponse, 2),
        Row::new("empty", Reactivate, json("")).uncertain(MalformedResponse, 2),
        Row::new(
            "shorter than its length, once",
            Get,
            with_length(5000, ACTIVE),
        )
        .once()
        .succeeds(3),
        Row::new(
            "shorter than its length, always",
            Suspend,
            with_length(5000, ACTIVE),
        )
        .deadline_ms(1000)
        .uncertain(ConnectionFailed, 2..=6),
        Row::new(
            "longer than its length, cut",
            Suspend,
            with_length(40, SUSPENDED),
        )
        .uncertain(MalformedResponse, 2),
        Row::new(
            "longer than its length, whole",
            List,
            with_length(2, "{}{}"),
        )
        .succeeds(2),
        Row::new(
            "no length, cut",
            Suspend,
            send("HTTP/1.1 200 OK", &[], r#"{"id":"$id","#),
        )
        .uncertain(MalformedResponse, 2),
        Row::new(
            "HTTP/1.0, cut",
            Get,
            send("HTTP/1.0 200 OK", &[], r#"{"id":"$id","#),
        )
        .fails(MalformedResponse, 2),
    ];
    run("bodies that are not as long as their head says", rows).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_wrapped() {
    let broken = [
        ("a chunk's size is no number", "zz\r\n{}\r\n0\r\n\r\n"),
        ("a chunk's size is negative", "-2\r\n{}\r\n0\r\n\r\n"),
        (
            "a chunk's size is past 64 bits",
            "ffffffffffffffffff\r\n{}\r\n0\r\n\r\n",
        ),
        ("a chunk is longer than its size", "1\r\n{}\r\n0\r\n\r\n"),
        ("a chunk is cut", "ff\r\n{}"),
        ("the last chunk is missing", "2\r\n{}\r\n"),
    ];
    let mut rows = Vec::new();
    for (name, body) in broken {
        rows.push(
            Row::new(name, Suspend, chunks(body))
                .deadline_ms(1000)
                .uncertain(ConnectionFailed, 2..=6),
        );
        rows.push(
            Row::new(format!("{name}, once"), List, chunks(body))
                .once()
                .succeeds(3),
        );
    }
    let one_by_one = "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n";
    rows.extend([
        Row::new("a letter a chunk", List, chunks(one_by_one)).succeeds(2),
        Row::new(
            "chunks with trailers",
            List,
            chunks("2\r\n{}\r\n0\r\nx: y\r\n\r\n"),
        )
        .succeeds(2),
        Row::new(
            "compressed unasked",
            Suspend,
            status(200, &["content-encoding: gzip"], gzip()),
        )
        .uncertain(MalformedResponse, 2),
        Row::new(
            "compressed unasked",
            List,
            status(200, &["content-encoding: gzip"], gzip()),
        )
        .fails(MalformedResponse, 2),
        Row::new(
            "says compressed, is not",
            List,
            status(200, &["content-encoding: br"], "{}"),
        )
        .succeeds(2),
        Row::new(
            "transfer coding unasked",
            List,
            send("HTTP/1.1 200 OK", &["transfer-encoding: gzip"], gzip()),
        )
        .fails(MalformedResponse, 2),
    ]);
    run("bodies that are wrapped", rows).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_too_large() {
    let promised = |size: usize| raw("HTTP/1.1 200 OK", &[&format!("content-length: {size}")], "");
    let spaces = [b"10000\r\n".to_vec(), vec![b' '; 0x10000], b"\r\n".to_vec()].concat();
    let endless = vec![Send(chunked_head()), Forever(spaces)];
    let id = r#"{"id":"$id","state":"ACTIVE"}"#;
    let largest = [id.as_bytes(), &vec![b' '; LARGEST - 100]].concat();
    let rows = vec![
        // Where there is memory for it.
        Row::new("just not too large", Get, json(largest))
            .memory(64 << 20)
            .succeeds(2),
        // Nothing of it comes: it must be refused for what the head says.
        Row::new(
            "8 MiB and a byte promised",
            Get,
            [Send(promised(LARGEST + 1)), Hang],
        )
        .fails(MalformedResponse, 2),
        Row::new("4 GiB promised", Suspend, [Send(promised(4 << 30)), Hang])
            .uncertain(MalformedResponse, 2),
        Row::new(
            "8 EiB promised",
            Suspend,
            [Send(promised(usize::MAX / 2)), Hang],
        )
        .uncertain(MalformedResponse, 2),
        Row::new("8 MiB and a byte", Get, json(padded(LARGEST + 1))).fails(MalformedResponse, 2),
        Row::new(
            "8 MiB and a byte in chunks",
            Get,
            chunked(padded(LARGEST + 1)),
        )
        .fails(MalformedResponse, 2),
        Row::new(
            "8 MiB and a byte in chunks",
            Suspend,
            chunked(padded(LARGEST + 1)),
        )
        .uncertain(MalformedResponse, 2),
        Row::new("without an end", List, endless.clone()).fails(MalformedResponse, 2),
        Row::new("token: without an end", Suspend, endless)
            .on_token()
            .fails(MalformedResponse, 1),
    ];
    let rows = rows.into_iter().map(|row| row.deadline_ms(20_000));
    run("bodies that are too large", rows.collect()).await;
}
