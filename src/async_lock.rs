//! A lock that is waited for without blocking the thread.

use alloc::vec::Vec;
use core::{
    cell::Cell,
    future::poll_fn,
    task::{Poll, Waker},
};

/// A lock for one thread: one future holds it, the others wait.
#[derive(Default)]
pub(crate) struct AsyncLock {
    is_locked: Cell<bool>,
    waiting: Cell<Vec<Waker>>,
}

impl AsyncLock {
    /// Waits for the lock. Dropping the guard releases it, so that a cancelled call holds up no other.
    pub(crate) async fn lock(&self) -> AsyncLockGuard<'_> {
        poll_fn(|context| {
            if !self.is_locked.replace(true) {
                return Poll::Ready(AsyncLockGuard(self));
            }
            let mut waiting = self.waiting.take();
            // A call waits once, however often it is polled, and with several of its parts.
            if !waiting.iter().any(|waker| waker.will_wake(context.waker())) {
                waiting.push(context.waker().clone());
            }
            self.waiting.set(waiting);
            Poll::Pending
        })
        .await
    }
}

/// Holds an [`AsyncLock`] until it is dropped.
pub(crate) struct AsyncLockGuard<'a>(&'a AsyncLock);

impl Drop for AsyncLockGuard<'_> {
    fn drop(&mut self) {
        self.0.is_locked.set(false);
        for waker in self.0.waiting.take() {
            waker.wake();
        }
    }
}
