//! Warm calls against a simulator in the same process: plugin, module, native client, and the floor if it was built.

use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use onepassword_users_benches::{Kind, MeasuredClient, Settings};
use simulator::Simulator;
use tokio::runtime::Runtime;

/// File of the floor, as `cargo build --profile plugin --target wasm32-unknown-unknown -p onepassword-users-floor` writes it.
const FLOOR: &str = "../target/wasm32-unknown-unknown/plugin/onepassword_users_floor.wasm";

fn calls(criterion: &mut Criterion) {
    let runtime = Runtime::new().expect("a runtime");
    let builder = Simulator::builder().users(1000);
    let simulator = runtime.block_on(builder.start()).expect("a simulator");
    let mut settings = Settings(
        [
            ("OP_USERS_BASE_URL", simulator.url()),
            ("OP_USERS_ACCOUNT_ID", simulator.account_id()),
            ("OP_USERS_CLIENT_ID", simulator.client_id()),
            ("OP_USERS_CLIENT_SECRET", &simulator.client_secret()),
            ("FLOOR_COMPONENT", FLOOR),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into(),
    );
    let id = simulator.owner().id;
    let new = |kind, settings: &Settings| {
        let client = MeasuredClient::new(kind, settings);
        runtime.block_on(client).expect("a client")
    };
    let mut kinds = vec![
        ("plugin", Kind::Plugin),
        ("plugin, a connection each", Kind::PlainPlugin),
        ("module", Kind::Steps),
        ("native", Kind::Native),
    ];
    if Path::new(FLOOR).exists() {
        // The floor exchanges no token: it is given the one of another client.
        let mut native = new(Kind::Native, &settings);
        runtime.block_on(native.get(&id)).expect("a user");
        let token = simulator.tokens().pop().expect("a token");
        settings.0.push(("FLOOR_TOKEN".to_owned(), token));
        kinds.push(("floor", Kind::Floor));
    }
    for (name, kind) in kinds {
        let mut client = new(kind, &settings);
        let mut group = criterion.benchmark_group(name);
        group.bench_function("get", |bencher| {
            bencher.iter(|| runtime.block_on(client.get(&id)).expect("a user"));
        });
        group.bench_function("page of 1,000", |bencher| {
            bencher.iter(|| runtime.block_on(client.list()).expect("a page"));
        });
        group.finish();
    }
}

criterion_group!(benches, calls);
criterion_main!(benches);
