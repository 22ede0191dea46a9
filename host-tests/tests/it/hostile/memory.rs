//! Answers that an instance of 4 MiB has no room for.

use host::ErrorCode::{MalformedResponse, Other};

use super::{
    case::{
        Ask::{Get, List, Suspend},
        Row,
    },
    response::{ACTIVE, chunked, json, padded, status},
    table::run,
};

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_there_is_no_memory_for() {
    let named = |length: usize| ACTIVE.replace("\"A\"", &format!("\"{}\"", "A".repeat(length)));
    let page = format!("{{\"results\":[{}]}}", vec![named(3000); 1000].join(","));
    let many = format!("{{\"results\":[{}]}}", vec!["{}"; 1_000_000].join(","));
    let rows = vec![
        Row::new(
            "8 MiB and a byte in chunks",
            Get,
            chunked(padded((8 << 20) + 1)),
        )
        .fails(MalformedResponse, 2),
        Row::new(
            "8 MiB and a byte in chunks",
            Suspend,
            chunked(padded((8 << 20) + 1)),
        )
        .uncertain(MalformedResponse, 2),
        Row::new("a page of 3 MiB", List, json(page)).fails(MalformedResponse, 2),
        Row::new("a page of a million users of nothing", List, json(many))
            .fails(MalformedResponse, 2),
        Row::new("a user of 3 MiB", Get, json(named(3 << 20))).fails(MalformedResponse, 2),
        Row::new("a user of 3 MiB", Suspend, json(named(3 << 20))).uncertain(MalformedResponse, 2),
        Row::new(
            "a user of 2 MiB in escapes",
            Get,
            json(ACTIVE.replace("\"A\"", &format!("\"{}\"", "\\u0041".repeat(350_000)))),
        )
        .fails(MalformedResponse, 2),
        Row::new(
            "a refusal of 6 MiB",
            Suspend,
            status(403, &[], vec![b'x'; 6 << 20]),
        )
        .fails(Other, 2),
        Row::new(
            "token: 8 MiB and a byte in chunks",
            Suspend,
            chunked(padded((8 << 20) + 1)),
        )
        .on_token()
        .fails(MalformedResponse, 1),
        Row::new(
            "token: a token of 3 MiB",
            Suspend,
            json(format!(r#"{{"access_token":"{}"}}"#, "x".repeat(3 << 20))),
        )
        .on_token()
        .fails(MalformedResponse, 1),
    ];
    let mut rows: Vec<_> = rows.into_iter().map(|row| row.memory(4 << 20)).collect();
    rows.push(
        Row::new("a user of 500 kB, in 1.25 MiB", Get, json(named(500_000)))
            .memory(5 << 18)
            .fails(MalformedResponse, 2),
    );
    let rows = rows.into_iter().map(|row| row.deadline_ms(20_000));
    run("answers that there is no memory for", rows.collect()).await;
}
