//! The log entry of a request, completed when the request ends.

use std::{sync::Arc, time::Instant};

use crate::{
    request_log::{Recorded, RequestOutcome},
    server::shared_state::SharedState,
};

/// A request that has not ended yet.
///
/// Dropping it completes the log entry. It is dropped just before the last byte
/// of the response is sent, so a client that has the whole response also finds
/// the complete entry in the log.
pub(crate) struct InFlightRequest {
    pub(crate) status: Option<u16>,
    pub(crate) body_length: usize,
    shared: Arc<SharedState>,
    number: u64,
    arrived: Instant,
}

impl InFlightRequest {
    /// Adds the request to the log.
    pub(crate) fn start(shared: Arc<SharedState>, request: Recorded) -> Self {
        let arrived = request.arrived;
        let number = shared.request_log().start(request);
        Self {
            status: None,
            body_length: 0,
            shared,
            number,
            arrived,
        }
    }
}

impl Drop for InFlightRequest {
    fn drop(&mut self) {
        let outcome = RequestOutcome {
            status: self.status,
            duration: self.arrived.elapsed(),
            body_length: self.body_length,
        };
        // The observer runs after the lock is released, so it may read the log.
        let recorded = self
            .shared
            .request_log()
            .finish(self.number, outcome)
            .cloned();
        if let (Some(observer), Some(recorded)) = (&self.shared.observer, recorded) {
            observer(&recorded);
        }
    }
}
