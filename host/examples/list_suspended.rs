//! Lists suspended users: a minimal host for the plugin, with wasmtime 48, WASI and HTTP.
//!
//! `cargo run --example list_suspended -- onepassword_users_plugin.wasm`, with the `OP_USERS_*` variables set.

use std::env;

use wasmtime::{
    Engine, Result, Store,
    component::{Component, Linker, ResourceTable, bindgen},
};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

// The contract, in Rust.
bindgen!({ world: "plugin", path: "../wit", exports: { default: async } });

/// State of one instance, which serves one account.
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

/// Prints the suspended users. The instance's environment contains the settings and nothing else.
async fn print_suspended(component: &str, settings: &[(String, String)]) -> Result<()> {
    let engine = Engine::default();
    let component = Component::from_file(&engine, component)?;
    let mut linker = Linker::<State>::new(&engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    wasmtime_wasi_http::p2::add_only_http_to_linker_async(&mut linker)?;

    let state = State {
        wasi: WasiCtx::builder().envs(settings).build(),
        http: WasiHttpCtx::new(),
        table: ResourceTable::new(),
    };
    let mut store = Store::new(&engine, state);
    let plugin = Plugin::instantiate_async(&mut store, &component, &linker).await?;
    let users = plugin.onepassword_users_users();

    let mut options = exports::onepassword::users::users::ListOptions {
        filter: Some(exports::onepassword::users::types::StateFilter::Suspended),
        max_page_size: Some(1000),
        page_token: None,
    };
    loop {
        match users.call_list_users(&mut store, &options).await? {
            Ok(page) => {
                for user in page.users {
                    println!("{}  {}", user.id, user.email);
                }
                options.page_token = page.next_page_token;
                if options.page_token.is_none() {
                    return Ok(());
                }
            }
            Err(error) => wasmtime::bail!("{}", error.message),
        }
    }
}

#[tokio::main]
async fn main() -> Result<()> {
    let component = env::args()
        .nth(1)
        .unwrap_or("onepassword_users_plugin.wasm".into());
    let settings: Vec<_> = env::vars()
        .filter(|(name, _)| name.starts_with("OP_USERS_"))
        .collect();
    print_suspended(&component, &settings).await
}
