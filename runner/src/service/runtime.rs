//! The engine, and the service compiled for it: made once, for any number of services.

use wasmtime::{
    Engine,
    component::{Component, HasData, Linker, ResourceTable},
};
use wasmtime_wasi::{
    WasiView,
    cli::{WasiCli, WasiCliView},
    clocks::{WasiClocks, WasiClocksView},
    p2::bindings::{cli, clocks},
};
use wasmtime_wasi_http::{
    WasiHttp, WasiHttpView,
    p2::bindings::{ProxyPre, http},
};
use wasmtime_wasi_io::bindings::wasi::io;

use super::{Service, ServiceOptions, instance::State};
use crate::{Result, SERVICE};

/// A compiled service, ready to be given an environment.
///
/// It is linked with what the plugin is linked with, and the wall clock: webhooks and audit records have a time.
pub struct ServiceRuntime {
    pre: ProxyPre<State>,
}

impl ServiceRuntime {
    /// Compiles the service that the runner carries.
    pub fn new() -> Result<Self> {
        Self::with_component(SERVICE)
    }

    /// Compiles another component: one that imports no more, and exports `wasi:http/incoming-handler`.
    pub fn with_component(component: &[u8]) -> Result<Self> {
        let engine = Engine::default();
        let component = Component::new(&engine, component)?;
        let linker = linker(&engine)?;
        Ok(Self {
            pre: ProxyPre::new(linker.instantiate_pre(&component)?)?,
        })
    }

    /// Makes a service, whose instances are made when they are needed.
    #[must_use]
    pub fn service(&self, options: ServiceOptions) -> Service {
        Service::new(self.pre.clone(), options)
    }
}

fn linker(engine: &Engine) -> Result<Linker<State>> {
    let mut linker = Linker::<State>::new(engine);
    let l = &mut linker;
    io::error::add_to_linker::<State, Table>(l, |state| state.ctx().table)?;
    io::poll::add_to_linker::<State, Table>(l, |state| state.ctx().table)?;
    io::streams::add_to_linker::<State, Table>(l, |state| state.ctx().table)?;
    clocks::monotonic_clock::add_to_linker::<_, WasiClocks>(l, State::clocks)?;
    clocks::wall_clock::add_to_linker::<_, WasiClocks>(l, State::clocks)?;
    cli::environment::add_to_linker::<_, WasiCli>(l, State::cli)?;
    http::types::add_to_linker::<_, WasiHttp>(l, &Default::default(), State::http)?;
    http::outgoing_handler::add_to_linker::<_, WasiHttp>(l, State::http)?;
    Ok(linker)
}

/// Where `wasi:io` keeps its resources.
struct Table;

impl HasData for Table {
    type Data<'a> = &'a mut ResourceTable;
}
