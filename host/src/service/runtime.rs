//! The engine, and the service compiled for it: made once, for any number of services.

use wasmtime::{Engine, component::Component};
use wasmtime_wasi::{
    clocks::{WasiClocks, WasiClocksView},
    p2::bindings::clocks::wall_clock,
};
use wasmtime_wasi_http::p2::bindings::ProxyPre;

use super::pool::{Service, ServiceOptions};
use crate::{Result, SERVICE, state::State};

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
        let mut linker = State::linker(&engine)?;
        wall_clock::add_to_linker::<_, WasiClocks>(&mut linker, State::clocks)?;
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
