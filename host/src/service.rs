//! Embedding of the service: HTTP requests, answered by a component that is composed with the plugin.

mod instance;
mod options;
mod pool;
mod runtime;

pub use self::{options::ServiceOptions, pool::Service, runtime::ServiceRuntime};
