//! Responses that do not fit into an instance with 4 MiB of memory.

use host::ErrorCode::{MalformedResponse, Other};

use super::{
    case::{
        Call::{Get, List, Suspend},
        Case,
    },
    response::{ACTIVE, chunked, json, padded, status},
    table::run,
};

#[tokio::test(flavor = "multi_thread")]
async fn responses_larger_than_the_memory_are_errors() {
    let named = |length: usize| ACTIVE.replace("\"A\"", &format!("\"{}\"", "A".repeat(length)));
    let page = format!("{{\"results\":[{}]}}", vec![named(3000); 1000].join(","));
    let many = format!("{{\"results\":[{}]}}", vec!["{}"; 1_000_000].join(","));
    let cases = vec![
        Case::new(
            "8 MiB and a byte in chunks",
            Get,
            chunked(padded((8 << 20) + 1)),
        )
        .fails(MalformedResponse, 2),
        Case::new(
            "8 MiB and a byte in chunks",
            Suspend,
            chunked(padded((8 << 20) + 1)),
        )
        .possibly_applied(MalformedResponse, 2),
        Case::new("a page of 3 MiB", List, json(page)).fails(MalformedResponse, 2),
        Case::new("a page of a million empty users", List, json(many)).fails(MalformedResponse, 2),
        Case::new("a user of 3 MiB", Get, json(named(3 << 20))).fails(MalformedResponse, 2),
        Case::new("a user of 3 MiB", Suspend, json(named(3 << 20)))
            .possibly_applied(MalformedResponse, 2),
        Case::new(
            "a user of 2 MiB in escapes",
            Get,
            json(ACTIVE.replace("\"A\"", &format!("\"{}\"", "\\u0041".repeat(350_000)))),
        )
        .fails(MalformedResponse, 2),
        Case::new(
            "403 of 6 MiB",
            Suspend,
            status(403, &[], vec![b'x'; 6 << 20]),
        )
        .possibly_applied(Other, 2),
        Case::new(
            "token: 8 MiB and a byte in chunks",
            Suspend,
            chunked(padded((8 << 20) + 1)),
        )
        .on_token()
        .fails(MalformedResponse, 1),
        Case::new(
            "token: a token of 3 MiB",
            Suspend,
            json(format!(r#"{{"access_token":"{}"}}"#, "x".repeat(3 << 20))),
        )
        .on_token()
        .fails(MalformedResponse, 1),
    ];
    let mut cases: Vec<_> = cases.into_iter().map(|case| case.memory(4 << 20)).collect();
    cases.push(
        Case::new("a user of 500 kB, in 1.25 MiB", Get, json(named(500_000)))
            .memory(5 << 18)
            .fails(MalformedResponse, 2),
    );
    let cases = cases.into_iter().map(|case| case.deadline_ms(20_000));
    run("responses larger than the memory", cases.collect()).await;
}
