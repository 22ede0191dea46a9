//! Embedding of the service: HTTP requests, answered by a component that is composed with the plugin.

mod dispatch;
mod instance;
mod log;
mod options;
mod pool;
mod runtime;

pub use self::{
    dispatch::{HeadAnswer, Service, ServiceResponse},
    log::ServiceLog,
    options::ServiceOptions,
    runtime::ServiceRuntime,
};
