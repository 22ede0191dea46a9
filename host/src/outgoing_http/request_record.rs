//! The record of a request: its target, its end and its duration.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use wasmtime_wasi_http::RequestOptions;

use super::operation::ApiOperation;

/// A request that was sent. Contains no headers and no body, and therefore no secrets.
#[derive(Clone, Debug)]
pub struct RequestRecord {
    /// HTTP method.
    pub method: String,
    /// Path and query, percent-encoded.
    pub path_and_query: String,
    /// Operation of the API. None for token endpoints.
    pub operation: Option<ApiOperation>,
    /// End of the request.
    pub end: RequestEnd,
    /// Time from sending until the head of the response arrived, or until the request failed or was canceled.
    pub elapsed: Duration,
    /// Time-outs that the component set by `request-options`.
    pub timeouts: Option<RequestOptions>,
}

/// End of a request.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum RequestEnd {
    /// A response with this HTTP status.
    Status(u16),
    /// No response, with the cause.
    Failed(String),
    /// The component dropped the request before a response arrived.
    Canceled,
}

/// Function called with the record of each request.
pub(crate) type OnRequest = Arc<dyn Fn(&RequestRecord) + Send + Sync>;

/// A request without a response so far. Dropped before its end, it is recorded as canceled.
pub(crate) struct PendingRequest {
    record: Option<RequestRecord>,
    started: Instant,
    on_request: OnRequest,
}

impl PendingRequest {
    /// Starts the clock of a request. The end in `record` is replaced when the request ends.
    pub(crate) fn new(record: RequestRecord, on_request: OnRequest) -> Self {
        Self {
            record: Some(record),
            started: Instant::now(),
            on_request,
        }
    }

    /// Records the end.
    pub(crate) fn end(&mut self, end: RequestEnd) {
        if let Some(mut record) = self.record.take() {
            record.end = end;
            record.elapsed = self.started.elapsed();
            (self.on_request)(&record);
        }
    }
}

impl Drop for PendingRequest {
    fn drop(&mut self) {
        self.end(RequestEnd::Canceled);
    }
}
