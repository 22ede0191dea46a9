//! Embedding of the service: HTTP requests, answered by a component that is composed with the plugin.

mod dispatch;
mod instance;
mod options;
mod pool;
mod runtime;

pub use self::{
    dispatch::{HeadAnswer, Service, ServiceResponse},
    options::ServiceOptions,
    runtime::ServiceRuntime,
};
