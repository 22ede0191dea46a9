//! One call of a component: its time limit, and the errors it ends with.

use std::{
    error::Error as StdError,
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::time::timeout_at;
use wasmtime::{Store, format_err};

use crate::{
    bindings::types::Effect,
    error::Result,
    outgoing_http::CallLog,
    state::{INTERRUPTED, State},
};

/// Time for which a component may outrun its deadline before it is interrupted.
const GRACE: Duration = Duration::from_secs(5);

/// A call that the component did not finish: it failed, or was interrupted. The context of a [`HostError`](crate::HostError).
#[derive(Clone, Copy, Debug)]
pub struct UnfinishedCall {
    /// If the call may have changed the account: it did not if it sent no change.
    pub effect: Effect,
}

impl fmt::Display for UnfinishedCall {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.effect {
            Effect::NotApplied => "the call was not finished, and nothing was changed",
            Effect::PossiblyApplied => "the call was not finished, and a change may have been made",
        })
    }
}

impl StdError for UnfinishedCall {}

/// A call that is carried out.
pub(crate) struct Call {
    interrupted_at: Instant,
    log: Arc<CallLog>,
}

impl Call {
    /// Begins a call, which the component ends within this time by itself.
    pub(crate) fn begin(store: &mut Store<State>, deadline: Duration) -> Self {
        let interrupted_at = Instant::now() + deadline + GRACE;
        let state = store.data_mut();
        state.interrupt_at(interrupted_at);
        let log = Arc::clone(state.call_log());
        log.begin();
        Self {
            interrupted_at,
            log,
        }
    }

    /// Waits for the end of the call. The store cannot be used again after an error.
    pub(crate) async fn end<T>(self, call: impl Future<Output = Result<T>>) -> Result<T> {
        let result = match timeout_at(self.interrupted_at.into(), call).await {
            Ok(result) => result,
            // It waits: one that runs is interrupted by its epoch.
            Err(_) => Err(format_err!("{INTERRUPTED}")),
        };
        result.map_err(|error| {
            let effect = if self.log.is_change_sent() {
                Effect::PossiblyApplied
            } else {
                Effect::NotApplied
            };
            error.context(UnfinishedCall { effect })
        })
    }
}
