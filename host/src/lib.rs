//! A small embedding of wasmtime that runs the 1Password Users API component.
//!
//! ```no_run
//! use onepassword_users_host::{Options, Runtime};
//!
//! # async fn example() -> onepassword_users_host::Result<()> {
//! let runtime = Runtime::new()?;
//! let variables = std::env::vars().filter(|(name, _)| name.starts_with("OP_USERS_"));
//! let mut instance = runtime.instance(Options::new(variables)).await?;
//! match instance.get_user("IR7VJHJ36JHINBFAD7V2T5MP3E").await? {
//!     Ok(user) => println!("{} is {:?}", user.email, user.state),
//!     Err(error) => println!("{}", error.message),
//! }
//! # Ok(())
//! # }
//! ```
//!
//! The outer result is wasmtime's: a component that could not be run. The inner one is the component's own.

#![warn(missing_docs)]

mod bindings;
mod plugin;
mod server;
mod service;
mod state;
mod wire;

pub use self::{
    bindings::{
        connection::{Finding, Verdict},
        containment::{ChangeOptions, Outcome, Report, Selector, Target, TargetReport, UserList},
        types::{Effect, Error, ErrorCode, StateFilter, User, UserState},
        users::{ListOptions, UserPage},
    },
    plugin::{
        ApiVersion, BaseUrl, Basic, ClientCredentials, Credentials, Instance, Options, Runtime,
        Settings,
    },
    server::{Limits, Served, Server},
    service::{Service, ServiceOptions, ServiceRuntime},
    wire::{Ending, Exchange, Operation, Watch},
};

/// The authorities that certificates must lead to.
pub use tokio_rustls::rustls::RootCertStore;
/// The time-outs of a request: connect, first byte, between bytes.
pub use wasmtime_wasi_http::RequestOptions;

/// What fails when the component cannot be run, as opposed to what the component answers.
pub use wasmtime::Error as HostError;

/// The result of running the component.
pub type Result<T, E = HostError> = std::result::Result<T, E>;

/// The component that the runner carries.
pub const COMPONENT: &[u8] = include_bytes!(env!("COMPONENT"));

/// The service that the runner carries: a component composed with the plugin, for any host that serves `wasi:http`.
pub const SERVICE: &[u8] = include_bytes!(env!("SERVICE"));
