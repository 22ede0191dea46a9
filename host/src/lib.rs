//! A small embedding of wasmtime that runs the components, and the module without I/O, of the 1Password Users API client.
//!
//! ```no_run
//! use onepassword_users_host::{InstanceOptions, Runtime};
//!
//! # async fn example() -> onepassword_users_host::Result<()> {
//! let runtime = Runtime::new()?;
//! let variables = std::env::vars().filter(|(name, _)| name.starts_with("OP_USERS_"));
//! let mut instance = runtime.instance(InstanceOptions::new(variables)).await?;
//! match instance.get_user("IR7VJHJ36JHINBFAD7V2T5MP3E").await? {
//!     Ok(user) => println!("{} is {:?}", user.email, user.state),
//!     Err(error) => println!("{}", error.message),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The outer result is wasmtime's: it fails if the component could not be run. The inner result is the component's own.

#![deny(unsafe_code)]
#![warn(missing_docs)]

mod bindings;
mod call;
mod compiled;
mod components;
mod deadline;
mod engine;
mod error;
mod names;
mod network;
mod outgoing_http;
mod plugin;
mod server;
mod service;
mod state;
mod steps;

pub use self::{
    bindings::{
        connection::{Finding, Verdict},
        containment::{ChangeOptions, Outcome, Report, Selector, Target, TargetReport, UserList},
        types::{Effect, Error, ErrorCode, StateFilter, User, UserState},
        users::{ListOptions, UserPage},
    },
    call::UnfinishedCall,
    components::{COMPONENT, CONFIGURABLE_COMPONENT, SERVICE, STEPS},
    error::{HostError, Result},
    network::{Network, NetworkError},
    outgoing_http::{ApiOperation, RequestEnd, RequestRecord},
    plugin::{
        ApiVersion, BaseUrl, BasicCredentials, ClientCredentials, ConfigurableInstance,
        ConfigurableRuntime, Credentials, Instance, InstanceOptions, Runtime, Settings,
    },
    server::{ServedRequest, Server, ServerLimits},
    service::{HeadAnswer, Service, ServiceLog, ServiceOptions, ServiceResponse, ServiceRuntime},
    steps::{StepsClient, StepsOptions, StepsRuntime, StopMode},
};

/// Certificate authorities to trust.
pub use rustls::RootCertStore;
/// Time-outs of an outgoing request: connect, first byte, between bytes.
pub use wasmtime_wasi_http::RequestOptions;
