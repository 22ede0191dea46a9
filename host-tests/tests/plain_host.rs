//! Under wasmtime's own sender, which has no time-out for a TLS handshake: the component's deadline holds all the same.

use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use wasmtime::{
    Engine, Store,
    component::{Component, Linker, ResourceTable, bindgen},
};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

bindgen!({ world: "plugin", path: "../wit", exports: { default: async } });

use exports::onepassword::users::types::{Effect, ErrorCode};

const DEADLINE: Duration = Duration::from_millis(500);
/// What a call may take beyond its deadline.
const SLACK: Duration = Duration::from_millis(50);
/// A machine that does other things at the same moment disturbs some calls. Of so many one is not disturbed.
const CALLS: usize = 20;

struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    table: ResourceTable,
}

impl WasiView for State {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView {
            ctx: &mut self.wasi,
            table: &mut self.table,
        }
    }
}

impl WasiHttpView for State {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView {
            ctx: &mut self.http,
            table: &mut self.table,
            hooks: Default::default(),
        }
    }
}

#[tokio::test]
async fn a_handshake_that_stalls_does_not_hold_a_call_past_its_deadline() {
    let engine = Engine::default();
    let component = Component::new(&engine, host::COMPONENT).unwrap();
    let mut linker = Linker::<State>::new(&engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker).unwrap();
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker).unwrap();

    // Connections are taken by the system, and nobody says a word on them.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("https://{}", silent.local_addr().unwrap());
    let settings = [
        ("OP_USERS_ACCOUNT_ID", "ACCOUNT123"),
        ("OP_USERS_CLIENT_ID", "client"),
        ("OP_USERS_CLIENT_SECRET", "secret"),
        ("OP_USERS_BASE_URL", &origin),
        ("OP_USERS_DEADLINE_MS", "500"),
    ];
    let state = State {
        wasi: WasiCtx::builder().envs(&settings).build(),
        http: WasiHttpCtx::new(),
        table: ResourceTable::new(),
    };
    let mut store = Store::new(&engine, state);
    let plugin = Plugin::instantiate_async(&mut store, &component, &linker)
        .await
        .unwrap();
    let users = plugin.onepassword_users_users();
    // The instance answers each call, as late as the first.
    let mut late = Vec::new();
    while late.len() < CALLS {
        let begun = Instant::now();
        let error = users
            .call_suspend_user(&mut store, "x")
            .await
            .unwrap()
            .unwrap_err();
        let elapsed = begun.elapsed();
        // It was the token that was asked for: no change can have been made.
        assert_eq!(
            (error.code, error.effect),
            (ErrorCode::TimedOut, Effect::NotApplied)
        );
        let beyond = elapsed
            .checked_sub(DEADLINE)
            .expect("a call takes its time");
        if beyond < SLACK {
            return;
        }
        late.push(beyond);
    }
    panic!("{late:?}");
}
