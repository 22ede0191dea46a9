//! The service: HTTP requests, answered by the component that is composed with the plugin.

mod instance;
mod pool;
mod runtime;

pub use self::{
    pool::{Service, ServiceOptions},
    runtime::ServiceRuntime,
};
