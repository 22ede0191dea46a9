//! State of one part of a call, used by all layers.

use alloc::rc::Rc;
use core::{
    cell::Cell,
    future::{Future, poll_fn},
    pin::pin,
    task::Poll,
};

use crate::{
    account::Account,
    error::ErrorCode,
    failure::Failure,
    platform::{Duration, Instant, Platform},
    shared_state::SharedState,
};

/// State of one part of a call: each layer borrows it.
pub(crate) struct CallContext<'a, P> {
    pub platform: &'a P,
    pub account: Rc<Account>,
    /// State of the whole call.
    pub shared: Rc<SharedState>,
    requests: Cell<u32>,
}

impl<'a, P: Platform> CallContext<'a, P> {
    /// State of a part that has sent no requests yet.
    pub(crate) fn new(platform: &'a P, account: Rc<Account>, shared: Rc<SharedState>) -> Self {
        Self {
            platform,
            account,
            shared,
            requests: Cell::new(0),
        }
    }

    /// Number of requests sent by this part.
    pub(crate) fn requests(&self) -> u32 {
        self.requests.get()
    }

    /// Counts a request, for this part and for the whole call.
    pub(crate) fn count_request(&self) {
        for requests in [&self.requests, &self.shared.requests] {
            requests.set(requests.get().saturating_add(1));
        }
    }

    /// Current time of the platform's clock.
    pub(crate) fn now(&self) -> Instant {
        self.platform.now()
    }

    /// Time left until a deadline.
    pub(crate) fn remaining(&self, deadline: Instant) -> Duration {
        self.now().until(deadline)
    }

    /// Waits for a future until the limit or the deadline, whichever comes first. None if it is not ready by then.
    pub(crate) async fn within<T>(
        &self,
        limit: Duration,
        deadline: Instant,
        future: impl Future<Output = T>,
    ) -> Option<T> {
        let mut future = pin!(future);
        let mut timer = pin!(self.platform.sleep(limit.min(self.remaining(deadline))));
        poll_fn(|context| {
            if let Poll::Ready(value) = future.as_mut().poll(context) {
                return Poll::Ready(Some(value));
            }
            timer.as_mut().poll(context).map(|()| None)
        })
        .await
    }

    /// Failure of a wait that took too long. The phase begins with "while" or "before".
    pub(crate) fn timed_out(&self, deadline: Instant, phase: &str) -> Failure {
        let (cause, hint) = if self.remaining(deadline).is_zero() {
            (
                "the deadline passed ",
                "try again, or set a longer deadline",
            )
        } else {
            ("no response came in time ", "try again later")
        };
        let cause = [cause, phase].concat();
        let mut failure = Failure::new(ErrorCode::TimedOut, cause, Some(hint));
        failure.is_transient = true;
        failure
    }
}
