//! The service's component, compiled once for any number of services.

use std::path::Path;

use wasmtime::component::Component;
use wasmtime_wasi::{
    cli::{WasiCli, WasiCliView},
    clocks::{WasiClocks, WasiClocksView},
    p2::bindings::{cli::stderr, clocks::wall_clock},
};
use wasmtime_wasi_http::p2::bindings::ProxyPre;

use super::{dispatch::Service, options::ServiceOptions};
use crate::{compiled, components::SERVICE, engine::engine, error::Result, state::State};

/// The compiled service.
///
/// It is linked with the plugin's imports, the wall clock, which webhooks and audit events need, and standard error, for its lines.
pub struct ServiceRuntime {
    pre: ProxyPre<State>,
}

impl ServiceRuntime {
    /// Compiles the service that this crate contains.
    pub fn new() -> Result<Self> {
        Self::with_component(SERVICE)
    }

    /// The same, with what is compiled kept in this folder, if there is one, from one process to the next.
    ///
    /// A user who can write to the folder can run code in this process: no other user may write to it. A folder that cannot be
    /// used is passed over.
    pub fn cached_in(folder: Option<&Path>) -> Result<Self> {
        Self::compile(SERVICE, folder)
    }

    /// Compiles another component: it exports `wasi:http/incoming-handler`, and imports nothing that the service does not.
    pub fn with_component(component: &[u8]) -> Result<Self> {
        Self::compile(component, None)
    }

    fn compile(component: &[u8], compiled_folder: Option<&Path>) -> Result<Self> {
        let engine = engine()?;
        let component: Component = compiled::load(&engine, component, compiled_folder)?;
        let mut linker = State::linker(&engine)?;
        wall_clock::add_to_linker::<_, WasiClocks>(&mut linker, State::clocks)?;
        stderr::add_to_linker::<_, WasiCli>(&mut linker, State::cli)?;
        Ok(Self {
            pre: ProxyPre::new(linker.instantiate_pre(&component)?)?,
        })
    }

    /// Creates a service. Instances are created when requests need them.
    #[must_use]
    pub fn service(&self, options: ServiceOptions) -> Service {
        Service::new(self.pre.clone(), options)
    }
}
