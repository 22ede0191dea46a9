//! The state of a wasmtime store, and the imports that instances are linked with.

use wasmtime::{
    Engine, Store, StoreLimits, StoreLimitsBuilder,
    component::{HasData, Linker, ResourceTable},
};
use wasmtime_wasi::{
    WasiCtx, WasiCtxView, WasiView,
    cli::{WasiCli, WasiCliView},
    clocks::{WasiClocks, WasiClocksView},
    p2::bindings::{cli, clocks},
};
use wasmtime_wasi_http::{
    WasiHttp, WasiHttpCtx, WasiHttpCtxView, WasiHttpView, p2::bindings::http,
};
use wasmtime_wasi_io::bindings::wasi::io;

use crate::{error::Result, outgoing_http::OutgoingHttp};

/// State of an instance on the host's side.
pub(crate) struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    outgoing_http: OutgoingHttp,
    table: ResourceTable,
    limits: StoreLimits,
}

impl State {
    /// Creates the store of an instance. `max_memory` is the limit of linear memory in bytes, for each component of the
    /// instance.
    pub(crate) fn store(
        engine: &Engine,
        environment: &[(String, String)],
        max_memory: usize,
        outgoing_http: OutgoingHttp,
    ) -> Store<Self> {
        let state = Self {
            wasi: WasiCtx::builder().envs(environment).build(),
            http: WasiHttpCtx::new(),
            outgoing_http,
            table: ResourceTable::new(),
            limits: StoreLimitsBuilder::new().memory_size(max_memory).build(),
        };
        let mut store = Store::new(engine, state);
        store.limiter(|state| &mut state.limits);
        store
    }

    /// Creates a linker with everything that an instance may use: outgoing HTTP, polling, the monotonic clock, and the
    /// environment that it is given.
    pub(crate) fn linker(engine: &Engine) -> Result<Linker<Self>> {
        let mut linker = Linker::<Self>::new(engine);
        let l = &mut linker;
        io::error::add_to_linker::<Self, Table>(l, |state| state.ctx().table)?;
        io::poll::add_to_linker::<Self, Table>(l, |state| state.ctx().table)?;
        io::streams::add_to_linker::<Self, Table>(l, |state| state.ctx().table)?;
        clocks::monotonic_clock::add_to_linker::<_, WasiClocks>(l, Self::clocks)?;
        cli::environment::add_to_linker::<_, WasiCli>(l, Self::cli)?;
        http::types::add_to_linker::<_, WasiHttp>(l, &Default::default(), Self::http)?;
        http::outgoing_handler::add_to_linker::<_, WasiHttp>(l, Self::http)?;
        Ok(linker)
    }
}

/// Marker for the table in which `wasi:io` keeps its resources.
struct Table;

impl HasData for Table {
    type Data<'a> = &'a mut ResourceTable;
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
            hooks: &mut self.outgoing_http,
        }
    }
}
