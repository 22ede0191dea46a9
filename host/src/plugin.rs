//! Embedding of the plugin: its functions, called on instances of their own.

mod instance;
mod runtime;
mod settings;

pub use self::{
    instance::{Instance, Options},
    runtime::Runtime,
    settings::{ApiVersion, BaseUrl, Basic, ClientCredentials, Credentials, Settings},
};
