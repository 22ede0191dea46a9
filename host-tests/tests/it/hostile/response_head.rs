//! Heads that are no HTTP, not quite HTTP, or far too much of it.

use host::ErrorCode::{ConnectionFailed, MalformedResponse};

use super::{
    case::{
        Ask::{Get, Suspend},
        Row,
    },
    response::{ACTIVE, raw, send},
    script::Step::{Forever, Send},
    table::run,
};

/// One header whose value has this many letters.
fn long_header(size: usize) -> String {
    format!("x-long: {}", "x".repeat(size))
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_that_are_no_http() {
    let firsts: [(&str, &[u8]); 9] = [
        ("HTTP/0.9: a body alone", ACTIVE.as_bytes()),
        ("an alert of TLS", b"\x15\x03\x03\x00\x02\x02\x28"),
        ("a banner of SSH", b"SSH-2.0-OpenSSH_9.9\r\n\r\n"),
        (
            "HTTP/2",
            b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x80\x00",
        ),
        (
            "HTTP/3.0 in words",
            b"HTTP/3.0 200 OK\r\ncontent-length: 2\r\n\r\n{}",
        ),
        (
            "a status of two digits",
            b"HTTP/1.1 20 OK\r\ncontent-length: 2\r\n\r\n{}",
        ),
        (
            "a status of four digits",
            b"HTTP/1.1 2000 OK\r\ncontent-length: 2\r\n\r\n{}",
        ),
        (
            "a status of letters",
            b"HTTP/1.1 two OK\r\ncontent-length: 2\r\n\r\n{}",
        ),
        (
            "a status below 100",
            b"HTTP/1.1 099 OK\r\ncontent-length: 2\r\n\r\n{}",
        ),
    ];
    let mut rows: Vec<_> = firsts
        .into_iter()
        .map(|(name, bytes)| Row::new(name, Suspend, [Send(bytes.to_vec())]))
        .collect();
    let headers = [
        ("a header without a colon", "no colon"),
        ("a header with a space in its name", "a b: c"),
        ("a header with a NUL", "x-nul: a\0b"),
        ("a negative content-length", "content-length: -1"),
        ("a content-length of words", "content-length: many"),
        (
            "a content-length past 64 bits",
            "content-length: 99999999999999999999",
        ),
        (
            "two content-lengths",
            "content-length: 2\r\ncontent-length: 3",
        ),
        ("two content-lengths in one", "content-length: 2, 3"),
    ];
    rows.extend(
        headers.map(|(name, header)| {
            Row::new(name, Suspend, send("HTTP/1.1 200 OK", &[header], ACTIVE))
        }),
    );
    let mut rows: Vec<_> = rows
        .into_iter()
        .map(|row| row.deadline_ms(1000).uncertain(MalformedResponse, 2..=6))
        .collect();
    rows.push(
        Row::new("HTTP/0.9, once", Suspend, [Send(ACTIVE.into())])
            .once()
            .succeeds(3),
    );
    rows.push(
        Row::new("token: HTTP/0.9", Suspend, [Send(ACTIVE.into())])
            .on_token()
            .deadline_ms(1000)
            .fails(MalformedResponse, 1..=5),
    );
    let cut = b"HTTP/1.1 200 OK\r\ncontent-le".to_vec();
    rows.push(
        Row::new("a head that is cut, once", Suspend, [Send(cut.clone())])
            .once()
            .succeeds(3),
    );
    rows.push(
        Row::new("a head that is cut, always", Suspend, [Send(cut)])
            .deadline_ms(1000)
            .uncertain(ConnectionFailed, 2..=6),
    );
    run("heads that are no HTTP", rows).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_that_are_too_much() {
    let many = ["x: y"; 10_000];
    let endless = Forever(b"x: y\r\n".repeat(100));
    let rows = vec![
        Row::new(
            "10,000 headers",
            Suspend,
            send("HTTP/1.1 200 OK", &many, ACTIVE),
        ),
        Row::new(
            "a header of 200 kB",
            Suspend,
            send("HTTP/1.1 200 OK", &[&long_header(200_000)], ACTIVE),
        ),
        Row::new(
            "a header of 1 MB",
            Suspend,
            send("HTTP/1.1 200 OK", &[&long_header(1_000_000)], ACTIVE),
        ),
        Row::new(
            "a head for ever",
            Suspend,
            [Send(b"HTTP/1.1 200 OK\r\n".to_vec()), endless],
        ),
        Row::new(
            "a first line for ever",
            Suspend,
            [Send(b"HTTP/1.1 200 ".to_vec()), Forever(vec![b'x'; 600])],
        ),
    ];
    let rows = rows
        .into_iter()
        .map(|row| row.deadline_ms(1000).uncertain(MalformedResponse, 2..=6));
    run("heads that are too much", rows.collect()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_that_are_odd_but_good() {
    let ends = format!("HTTP/1.1 200 OK\nconnection: close\n\n{ACTIVE}");
    let rows = vec![
        Row::new("HTTP/1.0", Get, send("HTTP/1.0 200 OK", &[], ACTIVE)),
        Row::new("no reason", Get, send("HTTP/1.1 200", &[], ACTIVE)),
        Row::new(
            "a reason of 1 kB",
            Get,
            send(&format!("HTTP/1.1 200 {}", "x".repeat(1000)), &[], ACTIVE),
        ),
        Row::new("lines that end in LF alone", Get, [Send(ends.into())]),
        Row::new(
            "a header of 30 kB",
            Get,
            [Send(raw(
                "HTTP/1.1 200 OK",
                &[&long_header(30_000)],
                ACTIVE,
            ))],
        ),
        Row::new("headers that are no UTF-8", Get, {
            let mut head =
                b"HTTP/1.1 200 OK\r\nx-odd: \xff\xfe\r\nretry-after: \xff\r\n\r\n".to_vec();
            head.extend_from_slice(ACTIVE.as_bytes());
            [Send(head)]
        }),
        Row::new(
            "of another type",
            Get,
            send("HTTP/1.1 200 OK", &["content-type: text/html"], ACTIVE),
        ),
    ];
    let rows = rows.into_iter().map(|row| row.succeeds(2));
    run("heads that are odd but good", rows.collect()).await;
}
