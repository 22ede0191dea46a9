//! The engine, and the component compiled for it: made once, for any number of instances.

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
use wasmtime_wasi_http::{WasiHttp, WasiHttpView, p2::bindings::http};
use wasmtime_wasi_io::bindings::wasi::io;

use crate::{
    COMPONENT, Result,
    bindings::PluginPre,
    instance::{Instance, Options, State},
};

/// A compiled component, ready to be instantiated.
///
/// What it is linked with is all that any instance can do: outgoing HTTP, waiting, the monotonic clock, and reading
/// the environment that the instance is given.
pub struct Runtime {
    pre: PluginPre<State>,
}

impl Runtime {
    /// Compiles the component that the runner carries.
    pub fn new() -> Result<Self> {
        Self::with_component(COMPONENT)
    }

    /// Compiles another build of the component.
    pub fn with_component(component: &[u8]) -> Result<Self> {
        let engine = Engine::default();
        let component = Component::new(&engine, component)?;
        let linker = linker(&engine)?;
        Ok(Self {
            pre: PluginPre::new(linker.instantiate_pre(&component)?)?,
        })
    }

    /// Makes an instance: one instance is one account.
    pub async fn instance(&self, options: Options) -> Result<Instance> {
        Instance::new(&self.pre, options).await
    }
}

fn linker(engine: &Engine) -> Result<Linker<State>> {
    let mut linker = Linker::<State>::new(engine);
    let l = &mut linker;
    io::error::add_to_linker::<State, Table>(l, |state| state.ctx().table)?;
    io::poll::add_to_linker::<State, Table>(l, |state| state.ctx().table)?;
    io::streams::add_to_linker::<State, Table>(l, |state| state.ctx().table)?;
    clocks::monotonic_clock::add_to_linker::<_, WasiClocks>(l, State::clocks)?;
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
