//! Outgoing HTTP of an instance: requests over real connections, and the function that is told of them.

mod call_log;
mod connect_error;
mod connector;
mod hooks;
mod operation;
mod request_record;
mod sender;

pub(crate) use self::{
    call_log::{CallLog, Causes},
    connect_error::certificate_cause,
    hooks::OutgoingHttp,
    request_record::{OnRequest, PendingRequest},
};
pub use self::{
    operation::ApiOperation,
    request_record::{RequestEnd, RequestRecord},
};
