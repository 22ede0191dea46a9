//! Embedding of the client without I/O: `reqwest` carries out the requests that the module asks for.

mod call;
mod client;
mod clock;
mod connect_timeout;
mod convert;
mod driver;
mod http_client;
mod module;
mod options;
mod request_task;
mod runtime;
mod send_error;

pub use self::{
    client::{StepsClient, StopMode},
    options::StepsOptions,
    runtime::StepsRuntime,
};
