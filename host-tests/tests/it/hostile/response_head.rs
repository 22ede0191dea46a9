//! Response heads that are malformed, too large, or unusual.

use host::ErrorCode::{ConnectionFailed, MalformedResponse};

use super::{
    case::{
        Call::{Get, Suspend},
        Case,
    },
    response::{ACTIVE, raw, send},
    script::Step::{Forever, Send},
    table::run,
};

/// Returns a header with a value of this size in bytes.
fn long_header(size: usize) -> String {
    format!("x-long: {}", "x".repeat(size))
}

#[tokio::test(flavor = "multi_thread")]
async fn malformed_heads_are_malformed_responses() {
    let firsts: [(&str, &[u8]); 9] = [
        ("HTTP/0.9: only a body", ACTIVE.as_bytes()),
        ("a TLS alert", b"\x15\x03\x03\x00\x02\x02\x28"),
        ("an SSH banner", b"SSH-2.0-OpenSSH_9.9\r\n\r\n"),
        (
            "HTTP/2",
            b"\x00\x00\x12\x04\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x80\x00",
        ),
        (
            "HTTP/3.0 in the status line",
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
    let mut cases: Vec<_> = firsts
        .into_iter()
        .map(|(name, bytes)| Case::new(name, Suspend, [Send(bytes.to_vec())]))
        .collect();
    let headers = [
        ("a header without a colon", "no colon"),
        ("a header with a space in its name", "a b: c"),
        ("a header with a NUL", "x-nul: a\0b"),
        ("a negative content-length", "content-length: -1"),
        (
            "a content-length that is not a number",
            "content-length: many",
        ),
        (
            "a content-length beyond 64 bits",
            "content-length: 99999999999999999999",
        ),
        (
            "two content-lengths",
            "content-length: 2\r\ncontent-length: 3",
        ),
        ("two content-lengths in one header", "content-length: 2, 3"),
    ];
    cases.extend(headers.map(|(name, header)| {
        Case::new(name, Suspend, send("HTTP/1.1 200 OK", &[header], ACTIVE))
    }));
    let mut cases: Vec<_> = cases
        .into_iter()
        .map(|case| {
            case.deadline_ms(1000)
                .possibly_applied(MalformedResponse, 2..=6)
        })
        .collect();
    cases.push(
        Case::new("HTTP/0.9, once", Suspend, [Send(ACTIVE.into())])
            .once()
            .succeeds(3),
    );
    cases.push(
        Case::new("token: HTTP/0.9", Suspend, [Send(ACTIVE.into())])
            .on_token()
            .deadline_ms(1000)
            .fails(MalformedResponse, 1..=5),
    );
    let cut = b"HTTP/1.1 200 OK\r\ncontent-le".to_vec();
    cases.push(
        Case::new("a head that is cut, once", Suspend, [Send(cut.clone())])
            .once()
            .succeeds(3),
    );
    cases.push(
        Case::new("a head that is cut, always", Suspend, [Send(cut)])
            .deadline_ms(1000)
            .possibly_applied(ConnectionFailed, 2..=6),
    );
    run("malformed heads", cases).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn large_heads_are_malformed_responses() {
    let many = ["x: y"; 10_000];
    let endless = Forever(b"x: y\r\n".repeat(100));
    let cases = vec![
        Case::new(
            "10,000 headers",
            Suspend,
            send("HTTP/1.1 200 OK", &many, ACTIVE),
        ),
        Case::new(
            "a header of 200 kB",
            Suspend,
            send("HTTP/1.1 200 OK", &[&long_header(200_000)], ACTIVE),
        ),
        Case::new(
            "a header of 1 MB",
            Suspend,
            send("HTTP/1.1 200 OK", &[&long_header(1_000_000)], ACTIVE),
        ),
        Case::new(
            "an endless head",
            Suspend,
            [Send(b"HTTP/1.1 200 OK\r\n".to_vec()), endless],
        ),
        Case::new(
            "an endless status line",
            Suspend,
            [Send(b"HTTP/1.1 200 ".to_vec()), Forever(vec![b'x'; 600])],
        ),
    ];
    let cases = cases.into_iter().map(|case| {
        case.deadline_ms(1000)
            .possibly_applied(MalformedResponse, 2..=6)
    });
    run("heads that are too large", cases.collect()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unusual_valid_heads_succeed() {
    let ends = format!("HTTP/1.1 200 OK\nconnection: close\n\n{ACTIVE}");
    let cases = vec![
        Case::new("HTTP/1.0", Get, send("HTTP/1.0 200 OK", &[], ACTIVE)),
        Case::new("no reason phrase", Get, send("HTTP/1.1 200", &[], ACTIVE)),
        Case::new(
            "a reason phrase of 1 kB",
            Get,
            send(&format!("HTTP/1.1 200 {}", "x".repeat(1000)), &[], ACTIVE),
        ),
        Case::new("lines that end in LF only", Get, [Send(ends.into())]),
        Case::new(
            "a header of 30 kB",
            Get,
            [Send(raw(
                "HTTP/1.1 200 OK",
                &[&long_header(30_000)],
                ACTIVE,
            ))],
        ),
        Case::new("headers that are not UTF-8", Get, {
            let mut head =
                b"HTTP/1.1 200 OK\r\nx-odd: \xff\xfe\r\nretry-after: \xff\r\n\r\n".to_vec();
            head.extend_from_slice(ACTIVE.as_bytes());
            [Send(head)]
        }),
        Case::new(
            "another content type",
            Get,
            send("HTTP/1.1 200 OK", &["content-type: text/html"], ACTIVE),
        ),
    ];
    let cases = cases.into_iter().map(|case| case.succeeds(2));
    run("unusual valid heads", cases.collect()).await;
}
