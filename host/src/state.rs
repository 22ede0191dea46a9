//! The state of a wasmtime store, and the imports that instances are linked with.

use std::{sync::Arc, time::Instant};

use wasmtime::{
    Engine, Store, StoreContextMut, StoreLimits, StoreLimitsBuilder, UpdateDeadline,
    component::{HasData, Linker, ResourceTable},
    format_err,
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

use crate::{
    error::Result,
    outgoing_http::{CallLog, OutgoingHttp},
};

/// Cause of a call that was interrupted.
pub(crate) const INTERRUPTED: &str =
    "the component ran longer than its deadline allows, and was interrupted";

/// State of an instance on the host's side.
pub(crate) struct State {
    wasi: WasiCtx,
    http: WasiHttpCtx,
    outgoing_http: OutgoingHttp,
    table: ResourceTable,
    limits: StoreLimits,
    /// Time at which the component is interrupted. None if no call is carried out.
    interrupted_at: Option<Instant>,
}

impl State {
    /// Creates the store of an instance, with its environment and standard error. `max_memory` is the limit of linear memory in bytes, for each component of the
    /// instance.
    pub(crate) fn store(
        engine: &Engine,
        wasi: WasiCtx,
        max_memory: usize,
        outgoing_http: OutgoingHttp,
    ) -> Store<Self> {
        let state = Self {
            wasi,
            http: WasiHttpCtx::new(),
            outgoing_http: outgoing_http.for_instance(),
            table: ResourceTable::new(),
            limits: StoreLimitsBuilder::new().memory_size(max_memory).build(),
            interrupted_at: None,
        };
        let mut store = Store::new(engine, state);
        store.limiter(|state| &mut state.limits);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(check_deadline);
        store
    }

    /// Interrupts the component if it still runs at this time.
    pub(crate) fn interrupt_at(&mut self, time: Instant) {
        self.interrupted_at = Some(time);
    }

    /// Requests of the current call.
    pub(crate) fn call_log(&self) -> &Arc<CallLog> {
        self.outgoing_http.call_log()
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

/// Called at each epoch in which the component runs: interrupts it, or lets other tasks of the thread run.
fn check_deadline(store: StoreContextMut<'_, State>) -> Result<UpdateDeadline> {
    match store.data().interrupted_at {
        Some(time) if Instant::now() >= time => Err(format_err!("{INTERRUPTED}")),
        _ => Ok(UpdateDeadline::Yield(1)),
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
