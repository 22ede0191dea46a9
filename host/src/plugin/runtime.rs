//! The engine, and the component compiled for it: made once, for any number of instances.

use wasmtime::{Engine, component::Component};

use super::instance::{Instance, Options};
use crate::{COMPONENT, Result, bindings::PluginPre, state::State};

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
        let linker = State::linker(&engine)?;
        Ok(Self {
            pre: PluginPre::new(linker.instantiate_pre(&component)?)?,
        })
    }

    /// Makes an instance: one instance is one account.
    pub async fn instance(&self, options: Options) -> Result<Instance> {
        Instance::new(&self.pre, options).await
    }
}
