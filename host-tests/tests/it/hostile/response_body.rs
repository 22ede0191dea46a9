//! Bodies with a wrong length, a transfer or content coding, or an excessive size.

use host::ErrorCode::{ConnectionFailed, MalformedResponse};

use super::{
    case::{
        Call::{Get, List, Reactivate, Suspend},
        Case,
    },
    response::{ACTIVE, SUSPENDED, chunked, chunked_head, json, padded, raw, send, status},
    script::Step::{self, Forever, Hang, Send},
    table::run,
};

/// Maximum response size in bytes.
const MAX_RESPONSE: usize = 8 << 20;

/// Sends a chunked response with these chunks.
fn chunks(body: &str) -> Vec<Step> {
    vec![Send([chunked_head(), body.as_bytes().to_vec()].concat())]
}

fn gzip() -> Vec<u8> {
    // `{}`
    b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff\xab\xae\x05\x00\x43\xbf\xa6\xa3\x02\x00\x00\x00"
        .to_vec()
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_of_a_wrong_length_are_errors_or_retried() {
    let with_length = |length: usize, body: &str| {
        send(
            "HTTP/1.1 200 OK",
            &[&format!("content-length: {length}")],
            body,
        )
    };
    let cases = vec![
        Case::new("empty", Get, json("")).fails(MalformedResponse, 2),
        Case::new("empty", List, json("")).fails(MalformedResponse, 2),
        Case::new("empty", Suspend, json("")).possibly_applied(MalformedResponse, 2),
        Case::new("empty", Reactivate, json("")).possibly_applied(MalformedResponse, 2),
        Case::new(
            "shorter than its length, once",
            Get,
            with_length(5000, ACTIVE),
        )
        .once()
        .succeeds(3),
        Case::new(
            "shorter than its length, always",
            Suspend,
            with_length(5000, ACTIVE),
        )
        .deadline_ms(1000)
        .possibly_applied(ConnectionFailed, 2..=6),
        Case::new(
            "longer than its length, cut",
            Suspend,
            with_length(40, SUSPENDED),
        )
        .possibly_applied(MalformedResponse, 2),
        Case::new(
            "longer than its length, whole",
            List,
            with_length(2, "{}{}"),
        )
        .succeeds(2),
        Case::new(
            "no length, cut",
            Suspend,
            send("HTTP/1.1 200 OK", &[], r#"{"id":"$id","#),
        )
        .possibly_applied(MalformedResponse, 2),
        Case::new(
            "HTTP/1.0, cut",
            Get,
            send("HTTP/1.0 200 OK", &[], r#"{"id":"$id","#),
        )
        .fails(MalformedResponse, 2),
    ];
    run("bodies of a wrong length", cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_in_chunks_or_codings_are_read_or_errors() {
    let broken = [
        ("a chunk size that is not a number", "zz\r\n{}\r\n0\r\n\r\n"),
        ("a negative chunk size", "-2\r\n{}\r\n0\r\n\r\n"),
        (
            "a chunk size beyond 64 bits",
            "ffffffffffffffffff\r\n{}\r\n0\r\n\r\n",
        ),
        ("a chunk longer than its size", "1\r\n{}\r\n0\r\n\r\n"),
        ("a chunk that is cut", "ff\r\n{}"),
        ("a missing last chunk", "2\r\n{}\r\n"),
    ];
    let mut cases = Vec::new();
    for (name, body) in broken {
        cases.push(
            Case::new(name, Suspend, chunks(body))
                .deadline_ms(1000)
                .possibly_applied(ConnectionFailed, 2..=6),
        );
        cases.push(
            Case::new(format!("{name}, once"), List, chunks(body))
                .once()
                .succeeds(3),
        );
    }
    let one_by_one = "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n";
    cases.extend([
        Case::new("one byte per chunk", List, chunks(one_by_one)).succeeds(2),
        Case::new(
            "chunks with trailers",
            List,
            chunks("2\r\n{}\r\n0\r\nx: y\r\n\r\n"),
        )
        .succeeds(2),
        Case::new(
            "gzip, not requested",
            Suspend,
            status(200, &["content-encoding: gzip"], gzip()),
        )
        .possibly_applied(MalformedResponse, 2),
        Case::new(
            "gzip, not requested",
            List,
            status(200, &["content-encoding: gzip"], gzip()),
        )
        .fails(MalformedResponse, 2),
        Case::new(
            "content-encoding without compression",
            List,
            status(200, &["content-encoding: br"], "{}"),
        )
        .succeeds(2),
        Case::new(
            "transfer-encoding gzip",
            List,
            send("HTTP/1.1 200 OK", &["transfer-encoding: gzip"], gzip()),
        )
        .fails(MalformedResponse, 2),
    ]);
    run("chunked and encoded bodies", cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_over_8_mib_are_malformed_responses() {
    let announced = |size: usize| raw("HTTP/1.1 200 OK", &[&format!("content-length: {size}")], "");
    let spaces = [b"10000\r\n".to_vec(), vec![b' '; 0x10000], b"\r\n".to_vec()].concat();
    let endless = vec![Send(chunked_head()), Forever(spaces)];
    let id = r#"{"id":"$id","state":"ACTIVE"}"#;
    let largest = [id.as_bytes(), &vec![b' '; MAX_RESPONSE - 100]].concat();
    let cases = vec![
        // Needs more memory than the other cases.
        Case::new("almost 8 MiB", Get, json(largest))
            .memory(64 << 20)
            .succeeds(2),
        // No body is sent: the announced length alone is an error.
        Case::new(
            "8 MiB and a byte announced",
            Get,
            [Send(announced(MAX_RESPONSE + 1)), Hang],
        )
        .fails(MalformedResponse, 2),
        Case::new("4 GiB announced", Suspend, [Send(announced(4 << 30)), Hang])
            .possibly_applied(MalformedResponse, 2),
        Case::new(
            "8 EiB announced",
            Suspend,
            [Send(announced(usize::MAX / 2)), Hang],
        )
        .possibly_applied(MalformedResponse, 2),
        Case::new("8 MiB and a byte", Get, json(padded(MAX_RESPONSE + 1)))
            .fails(MalformedResponse, 2),
        Case::new(
            "8 MiB and a byte in chunks",
            Get,
            chunked(padded(MAX_RESPONSE + 1)),
        )
        .fails(MalformedResponse, 2),
        Case::new(
            "8 MiB and a byte in chunks",
            Suspend,
            chunked(padded(MAX_RESPONSE + 1)),
        )
        .possibly_applied(MalformedResponse, 2),
        Case::new("endless", List, endless.clone()).fails(MalformedResponse, 2),
        Case::new("token: endless", Suspend, endless)
            .on_token()
            .fails(MalformedResponse, 1),
    ];
    let cases = cases.into_iter().map(|case| case.deadline_ms(20_000));
    run("bodies that are too large", cases.collect()).await;
}
