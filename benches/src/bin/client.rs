//! A client that is measured: reads operations from standard input, and writes what they took.
//!
//! ```text
//! bench-client plugin|steps|floor|native|plain-plugin|rival
//! bench-client load URL KEY ID CALLERS CALLS
//! ```
//!
//! A line `{"operation": "get", "count": 200, "id": "…"}` is answered by a line `{"nanoseconds": […]}`. The operations are `get`, `list`,
//! `find` (with `email`), and `instantiate`, which takes turns with the floor.

#![forbid(unsafe_code)]

use std::{env, fs, time::Instant};

use onepassword_users_benches::{Kind, MeasuredClient, PlainHost, Result, Settings, http_client};
use reqwest::StatusCode;
use serde::Deserialize;
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    task::JoinSet,
};

/// A line of standard input.
#[derive(Deserialize)]
struct Order {
    operation: String,
    count: usize,
    #[serde(default)]
    id: String,
    #[serde(default)]
    email: String,
}

// One thread: what is measured has one core.
#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<()> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match *arguments {
        ["load", url, key, id, callers, calls] => {
            load(url, key, id, callers.parse()?, calls.parse()?).await
        }
        [kind] => measure(Kind::named(kind).ok_or("an unknown kind of client")?).await,
        _ => Err("usage: bench-client KIND, or bench-client load URL KEY ID CALLERS CALLS".into()),
    }
}

async fn measure(kind: Kind) -> Result<()> {
    let settings = Settings::from_environment();
    let mut client = MeasuredClient::new(kind, &settings).await?;
    println!("{}", json!({"ready": true}));
    let mut lines = BufReader::new(tokio::io::stdin()).lines();
    while let Some(line) = lines.next_line().await? {
        let order: Order = serde_json::from_str(&line)?;
        if order.operation == "instantiate" {
            println!("{}", instantiate(order.count, &settings).await?);
            continue;
        }
        let mut nanoseconds = Vec::with_capacity(order.count);
        for _ in 0..order.count {
            let start = Instant::now();
            match order.operation.as_str() {
                "get" => client.get(&order.id).await?,
                "list" => client.list().await?,
                "find" => client.find(&order.email).await?,
                other => return Err(format!("an unknown operation: {other}").into()),
            }
            nanoseconds.push(u64::try_from(start.elapsed().as_nanos())?);
        }
        println!("{}", json!({"nanoseconds": nanoseconds}));
    }
    Ok(())
}

/// Instances of the plugin and of the floor, in turn, in memory that is reserved.
async fn instantiate(count: usize, settings: &Settings) -> Result<serde_json::Value> {
    let floor = fs::read(settings.get("FLOOR_COMPONENT")?)?;
    let (plugin, floor) = (
        PlainHost::pooled(host::COMPONENT)?,
        PlainHost::pooled(&floor)?,
    );
    let (mut of_plugin, mut of_floor) = (Vec::new(), Vec::new());
    for _ in 0..count {
        for (component, nanoseconds) in [(&plugin, &mut of_plugin), (&floor, &mut of_floor)] {
            let start = Instant::now();
            component.instantiate().await?;
            nanoseconds.push(u64::try_from(start.elapsed().as_nanos())?);
        }
    }
    Ok(json!({"plugin": of_plugin, "floor": of_floor}))
}

/// Calls the service from several callers at once, each with calls in turn.
async fn load(url: &str, key: &str, id: &str, callers: usize, calls: usize) -> Result<()> {
    let client = http_client()?;
    let url = format!("{url}/v1/users/{id}");
    let start = Instant::now();
    let mut tasks = JoinSet::new();
    for _ in 0..callers {
        let (client, url, key) = (client.clone(), url.clone(), key.to_owned());
        tasks.spawn(async move {
            let (mut nanoseconds, mut errors) = (Vec::new(), 0);
            for _ in 0..calls {
                let start = Instant::now();
                let response = client.get(&url).bearer_auth(&key).send().await;
                let is_ok = match response {
                    Ok(response) => {
                        response.status() == StatusCode::OK && response.bytes().await.is_ok()
                    }
                    Err(_) => false,
                };
                errors += usize::from(!is_ok);
                nanoseconds.push(start.elapsed().as_nanos());
            }
            (nanoseconds, errors)
        });
    }
    let results = tasks.join_all().await;
    let errors: usize = results.iter().map(|(_, errors)| errors).sum();
    let nanoseconds: Vec<_> = results.into_iter().flat_map(|(times, _)| times).collect();
    let seconds = start.elapsed().as_secs_f64();
    println!(
        "{}",
        json!({"nanoseconds": nanoseconds, "errors": errors, "seconds": seconds})
    );
    Ok(())
}
