//! Deadline of a call under the HTTP sender of wasmtime, which has no time-out for a TLS handshake.

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
/// Maximum time that a call may take beyond its deadline.
const TOLERANCE: Duration = Duration::from_millis(50);
/// Maximum number of calls until one ends in time: a busy machine delays some of them.
const MAX_CALLS: usize = 20;

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
async fn a_stalled_tls_handshake_ends_at_the_deadline() {
    let engine = Engine::default();
    let component = Component::new(&engine, host::COMPONENT).unwrap();
    let mut linker = Linker::<State>::new(&engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker).unwrap();
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker).unwrap();

    // The kernel completes the TCP handshake of connections that are never accepted.
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
    let mut late = Vec::new();
    while late.len() < MAX_CALLS {
        let start = Instant::now();
        let error = users
            .call_suspend_user(&mut store, "x")
            .await
            .unwrap()
            .unwrap_err();
        let elapsed = start.elapsed();
        // The token request timed out, so that no change was sent.
        assert_eq!(
            (error.code, error.effect),
            (ErrorCode::TimedOut, Effect::NotApplied)
        );
        let beyond = elapsed
            .checked_sub(DEADLINE)
            .expect("a call lasts until its deadline");
        if beyond < TOLERANCE {
            return;
        }
        late.push(beyond);
    }
    panic!("every call ended late: {late:?}");
}
