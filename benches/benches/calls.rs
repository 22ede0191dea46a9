//! Calls of the client alone, and warm calls against a simulator in the same process: plugin, module, native client, the floor if it was
//! built, and a new instance of the plugin for each call.

use std::path::Path;

use criterion::{Criterion, criterion_group, criterion_main};
use host::{InstanceOptions, Runtime as PluginRuntime};
use onepassword_users_benches::{CoreClient, Kind, MeasuredClient, Settings};
use simulator::Simulator;
use tokio::runtime::Runtime;

/// File of the floor, as `cargo build --profile plugin --target wasm32-unknown-unknown -p onepassword-users-floor` writes it.
const FLOOR: &str = "../target/wasm32-unknown-unknown/plugin/onepassword_users_floor.wasm";

/// The client on a platform that answers from memory.
fn alone(criterion: &mut Criterion) {
    const ID: &str = "IR7VJHJ36JHINBFAD7V2T5MP3E";
    let runtime = Runtime::new().expect("a runtime");
    let client = CoreClient::new(ID);
    let mut group = criterion.benchmark_group("client, natively, without a network");
    group.bench_function("get", |bencher| {
        bencher.iter(|| runtime.block_on(client.get(ID)).expect("a user"));
    });
    group.bench_function("page of 1,000", |bencher| {
        bencher.iter(|| runtime.block_on(client.list()).expect("a page"));
    });
    group.finish();
}

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
    let plugin = PluginRuntime::new().expect("the plugin");
    criterion.bench_function(
        "plugin, a new instance with its token exchange/get",
        |bencher| {
            bencher.iter(|| {
                runtime.block_on(async {
                    let options = InstanceOptions::new(settings.0.clone());
                    let mut instance = plugin.instance(options).await.expect("an instance");
                    let user = instance.get_user(&id).await.expect("no trap");
                    user.expect("a user")
                })
            });
        },
    );
}

criterion_group!(benches, alone, calls);
criterion_main!(benches);
