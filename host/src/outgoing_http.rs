//! Outgoing HTTP of an instance: requests over real connections, and the functions that observe them.

mod call_log;
mod connect_error;
mod connector;
mod hooks;
mod observed_http;
mod observer;
mod operation;
mod request_record;
mod response_users;
mod sender;
mod tee;

pub(crate) use self::{
    call_log::{CallLog, Causes},
    connect_error::certificate_cause,
    hooks::OutgoingHttp,
    request_record::{OnRequest, PendingRequest},
};
pub use self::{
    observer::Observer,
    operation::ApiOperation,
    request_record::{RequestEnd, RequestRecord},
};
