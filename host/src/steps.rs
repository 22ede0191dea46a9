//! Embedding of the client without I/O: `reqwest` carries out the requests that the module asks for.

mod call;
mod client;
mod clock;
mod convert;
mod driver;
mod module;
mod options;
mod request_task;
mod runtime;

pub use self::{
    client::{StepsClient, StopMode},
    options::StepsOptions,
    runtime::StepsRuntime,
};
