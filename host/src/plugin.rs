//! Embedding of the plugin: instances, and the contract's functions on them.

mod configurable;
mod explain;
mod instance;
mod options;
mod runtime;
mod settings;

pub(crate) use self::explain::Explain;
pub use self::{
    configurable::{ConfigurableInstance, ConfigurableRuntime},
    instance::Instance,
    options::InstanceOptions,
    runtime::Runtime,
    settings::{ApiVersion, BaseUrl, BasicCredentials, ClientCredentials, Credentials, Settings},
};
