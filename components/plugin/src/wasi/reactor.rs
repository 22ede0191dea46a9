//! Waits for the pollables of every future that is under way at once.

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

/// What is waited for now.
///
/// A pollable must be dropped before the resource that it came from. So only the future that waits owns it, and a future
/// that is dropped takes it along.
#[derive(Default)]
pub(super) struct Reactor {
    waiting: Cell<Vec<Weak<Wait>>>,
}

struct Wait {
    pollable: Pollable,
    ready: Cell<bool>,
}

/// Whether anything but a pollable woke the future.
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Reactor {
    /// Waits for one pollable. Every wait goes through the host once, so that whoever reads in a loop lets others move.
    pub async fn ready(&self, pollable: Pollable) {
        let wait = Rc::new(Wait {
            pollable,
            ready: Cell::new(false),
        });
        poll_fn(|_| {
            if wait.ready.get() {
                return Poll::Ready(());
            }
            let mut waiting = self.waiting.take();
            waiting.push(Rc::downgrade(&wait));
            self.waiting.set(waiting);
            Poll::Pending
        })
        .await;
    }

    /// Runs a future to its end; none when it waits without a pollable, which would be for ever.
    pub fn block_on<T>(&self, future: impl Future<Output = T>) -> Option<T> {
        let mut result = None;
        self.drive(pin!(async { result = Some(future.await) }));
        result
    }

    /// The same for every future, so that the component has it once.
    fn drive(&self, mut future: Pin<&mut dyn Future<Output = ()>>) {
        let woken = Arc::new(Woken(AtomicBool::new(false)));
        let waker = Waker::from(Arc::clone(&woken));
        let mut context = Context::from_waker(&waker);
        while future.as_mut().poll(&mut context).is_pending() {
            // Woken by another part of the same future, which may have been polled before.
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
            for at in poll(&pollables) {
                if let Some(wait) = usize::try_from(at).ok().and_then(|at| waits.get(at)) {
                    wait.ready.set(true);
                }
            }
        }
    }
}
