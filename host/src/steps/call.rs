//! A running call: its callback, its end, and the changes that were sent for it.

use std::ops::ControlFlow;

use onepassword_users_protocol::{CallResult, Operation, Purpose};
use tokio::sync::oneshot;

use crate::{
    bindings::{containment::TargetReport, types::Effect},
    call::UnfinishedCall,
    error::{HostError, Result},
};

/// Function called with the index and the report of each target of a bulk change. `Break` stops the call.
pub(super) type OnSettled = Box<dyn FnMut(usize, &TargetReport) -> ControlFlow<()> + Send>;

/// A call to start.
pub(super) struct NewCall {
    pub(super) operation: Operation,
    pub(super) on_settled: Option<OnSettled>,
    pub(super) result: oneshot::Sender<Result<CallResult>>,
}

/// A call under way.
pub(super) struct RunningCall {
    pub(super) on_settled: Option<OnSettled>,
    result: oneshot::Sender<Result<CallResult>>,
    /// True after a stop: no request of the call is sent any more.
    pub(super) is_stopped: bool,
    is_change_sent: bool,
}

impl RunningCall {
    /// A call that begins.
    pub(super) fn new(
        on_settled: Option<OnSettled>,
        result: oneshot::Sender<Result<CallResult>>,
    ) -> Self {
        Self {
            on_settled,
            result,
            is_stopped: false,
            is_change_sent: false,
        }
    }

    /// Remembers that a request is sent.
    pub(super) fn request_sent(&mut self, purpose: Purpose) {
        self.is_change_sent |= matches!(purpose, Purpose::Suspend | Purpose::Reactivate);
    }

    /// Ends the call.
    pub(super) fn end(self, result: CallResult) {
        // Fails if its future was dropped.
        self.result.send(Ok(result)).ok();
    }

    /// Ends the call because the module cannot go on.
    pub(super) fn fail(self, cause: &str) {
        let effect = if self.is_change_sent {
            Effect::PossiblyApplied
        } else {
            Effect::NotApplied
        };
        let error = HostError::msg(cause.to_owned()).context(UnfinishedCall { effect });
        self.result.send(Err(error)).ok();
    }
}
