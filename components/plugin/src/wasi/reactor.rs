//! An executor that polls one future and waits for all its pollables at once.

use alloc::{
    rc::{Rc, Weak},
    sync::Arc,
    task::Wake,
    vec::Vec,
};
use core::{
    cell::Cell,
    future::poll_fn,
    pin::{Pin, pin},
    sync::atomic::{AtomicBool, Ordering},
    task::{Context, Poll, Waker},
};

use wasip2::io::poll::{Pollable, poll};

/// Waits for pollables.
///
/// A pollable must be dropped before its parent resource: only the waiting future owns it, so that dropping the future drops
/// it too.
#[derive(Default)]
pub(super) struct Reactor {
    waiting: Cell<Vec<Weak<Wait>>>,
}

/// A pollable that a future waits for.
struct Wait {
    pollable: Pollable,
    is_ready: Cell<bool>,
}

/// True if the future was woken by another part of itself.
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Reactor {
    /// Waits for a pollable. Every wait yields at least once, so that a loop of reads does not hold up other futures.
    pub(super) async fn ready(&self, pollable: Pollable) {
        let wait = Rc::new(Wait {
            pollable,
            is_ready: Cell::new(false),
        });
        poll_fn(|_| {
            if wait.is_ready.get() {
                return Poll::Ready(());
            }
            let mut waiting = self.waiting.take();
            waiting.push(Rc::downgrade(&wait));
            self.waiting.set(waiting);
            Poll::Pending
        })
        .await;
    }

    /// Runs a future to its end. None if it waits without a pollable, which would never end.
    pub(super) fn block_on<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        let mut result = None;
        self.drive(pin!(async { result = Some(future.await) }));
        result
    }

    /// Polls the future until it is ready. Not generic, so that the component contains it once.
    fn drive(&self, mut future: Pin<&mut dyn Future<Output = ()>>) {
        let woken = Arc::new(Woken(AtomicBool::new(false)));
        let waker = Waker::from(Arc::clone(&woken));
        let mut context = Context::from_waker(&waker);
        while future.as_mut().poll(&mut context).is_pending() {
            // A later part of the future woke an earlier one: poll again.
            if woken.0.swap(false, Ordering::Relaxed) {
                self.waiting.take();
                continue;
            }
            let waiting = self.waiting.take();
            let waits: Vec<Rc<Wait>> = waiting.iter().filter_map(Weak::upgrade).collect();
            if waits.is_empty() {
                return;
            }
            let pollables: Vec<&Pollable> = waits.iter().map(|wait| &wait.pollable).collect();
            for index in poll(&pollables) {
                if let Some(wait) = usize::try_from(index)
                    .ok()
                    .and_then(|index| waits.get(index))
                {
                    wait.is_ready.set(true);
                }
            }
        }
    }
}
