//! Outgoing HTTP: requests over real connections, which are kept, and the function that is told of them.

mod call_log;
mod certificate;
mod connect_timeout;
mod hooks;
mod http_client;
mod operation;
mod request_record;
mod send_failure;
mod sender;

pub(crate) use self::{
    call_log::{CallLog, Causes},
    hooks::OutgoingHttp,
    http_client::{HttpClients, request_url},
    request_record::{OnRequest, PendingRequest},
    send_failure::{SendFailure, SendFailureKind},
};
pub use self::{
    operation::ApiOperation,
    request_record::{RequestEnd, RequestRecord},
};
