//! One at a time: who asks for the turn waits until whoever has it drops it.

use alloc::vec::Vec;
use core::{
    cell::Cell,
    future::poll_fn,
    task::{Poll, Waker},
};

/// Something that only one may do at a time.
#[derive(Default)]
pub(crate) struct Turn {
    taken: Cell<bool>,
    waiting: Cell<Vec<Waker>>,
}

impl Turn {
    /// Waits for the turn. It is given back when the guard is dropped, so that a call that is given up on holds up no other.
    pub async fn take(&self) -> TurnGuard<'_> {
        poll_fn(|context| {
            if !self.taken.replace(true) {
                return Poll::Ready(TurnGuard(self));
            }
            let mut waiting = self.waiting.take();
            waiting.push(context.waker().clone());
            self.waiting.set(waiting);
            Poll::Pending
        })
        .await
    }
}

/// Whoever holds this has the turn.
pub(crate) struct TurnGuard<'a>(&'a Turn);

impl Drop for TurnGuard<'_> {
    fn drop(&mut self) {
        self.0.taken.set(false);
        for waker in self.0.waiting.take() {
            waker.wake();
        }
    }
}
