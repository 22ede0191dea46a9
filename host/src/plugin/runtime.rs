//! The plugin, compiled once for any number of instances.

use std::path::Path;

use wasmtime::component::{Component, InstancePre};

use super::{instance::Instance, options::InstanceOptions};
use crate::{
    bindings::PluginIndices, compiled, components::COMPONENT, engine::engine, error::Result,
    state::State,
};

/// The compiled plugin.
///
/// It is linked with outgoing HTTP, polling, the monotonic clock and the environment from the options: an instance can do
/// nothing else.
pub struct Runtime {
    pub(super) pre: InstancePre<State>,
    pub(super) indices: PluginIndices,
}

impl Runtime {
    /// Compiles the plugin that this crate contains.
    pub fn new() -> Result<Self> {
        Self::with_component(COMPONENT)
    }

    /// The same, with what is compiled kept in this folder, if there is one, from one process to the next.
    ///
    /// A user who can write to the folder can run code in this process: no other user may write to it. A folder that cannot be
    /// used is passed over.
    pub fn cached_in(folder: Option<&Path>) -> Result<Self> {
        Self::compile(COMPONENT, folder)
    }

    /// Compiles another build of the plugin.
    pub fn with_component(component: &[u8]) -> Result<Self> {
        Self::compile(component, None)
    }

    pub(super) fn compile(component: &[u8], compiled_folder: Option<&Path>) -> Result<Self> {
        let engine = engine()?;
        let component: Component = compiled::load(&engine, component, compiled_folder)?;
        let pre = State::linker(&engine)?.instantiate_pre(&component)?;
        Ok(Self {
            indices: PluginIndices::new(&pre)?,
            pre,
        })
    }

    /// Creates an instance, which serves one account.
    pub async fn instance(&self, options: InstanceOptions) -> Result<Instance> {
        let (instance, _) = Instance::new(&self.pre, &self.indices, options).await?;
        Ok(instance)
    }
}
