//! The simulator, for measurements: prints its settings, and counts what it receives.
//!
//! `bench-server USERS [DELAY_MS]` prints one line of JSON. It answers each request after the delay. A line of standard input with the word `count` is answered by a line of JSON with the
//! number of connections and tokens since the start, and the time of the first request since the last such line, in nanoseconds since
//! 1970.

#![forbid(unsafe_code)]

use std::{
    env,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime},
};

use onepassword_users_benches::Result;
use serde_json::json;
use simulator::{Action, Endpoint, Fault, Simulator};
use tokio::io::{AsyncBufReadExt, BufReader};

#[tokio::main]
async fn main() -> Result<()> {
    let mut arguments = env::args().skip(1);
    let usage = "usage: bench-server USERS [DELAY_MS]";
    let users = arguments.next().ok_or(usage)?.parse()?;
    let delay = arguments.next().map(|delay| delay.parse()).transpose()?;
    let first_request = Arc::new(AtomicU64::new(0));
    let tokens = Arc::new(AtomicU64::new(0));
    let (first, exchanged) = (Arc::clone(&first_request), Arc::clone(&tokens));
    let simulator = Simulator::builder()
        .users(users)
        .on_request(move |request| {
            first
                .compare_exchange(0, now(), Ordering::Relaxed, Ordering::Relaxed)
                .ok();
            if request.endpoint == Endpoint::Token {
                exchanged.fetch_add(1, Ordering::Relaxed);
            }
        })
        .start()
        .await?;
    if let Some(delay) = delay {
        let delay = Action::Delay(Duration::from_millis(delay));
        simulator.fault(Fault::new(delay).always());
    }
    let id = &simulator.owner().id;
    println!(
        "{}",
        json!({
            "OP_USERS_BASE_URL": simulator.url(),
            "OP_USERS_ACCOUNT_ID": simulator.account_id(),
            "OP_USERS_CLIENT_ID": simulator.client_id(),
            "OP_USERS_CLIENT_SECRET": simulator.client_secret(),
            "id": id,
            "email": format!("user{:04}@acme.example", users - 1),
        })
    );
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while lines.next_line().await?.is_some() {
        println!(
            "{}",
            json!({
                "connections": simulator.accepted_connections(),
                "tokens": tokens.load(Ordering::Relaxed),
                "first_request": first_request.swap(0, Ordering::Relaxed),
            })
        );
    }
    Ok(())
}

/// Present time in nanoseconds since 1970.
fn now() -> u64 {
    let since_1970 = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    u64::try_from(since_1970.as_nanos()).unwrap_or(u64::MAX)
}
