//! Calls under way.

use alloc::{boxed::Box, rc::Rc, sync::Arc, task::Wake};
use core::{
    cell::Cell,
    future::Future,
    pin::Pin,
    sync::atomic::{AtomicBool, Ordering},
    task::{Context, Poll, Waker},
};

use onepassword_users::platform::Instant;
use onepassword_users_protocol::CallResult;

/// Future of a call.
pub(crate) type CallFuture = Pin<Box<dyn Future<Output = CallResult>>>;

/// A call under way.
pub(crate) struct Task {
    pub(crate) state: Rc<CallState>,
    future: CallFuture,
    waker: Waker,
}

/// State that a call shares with its requests and timers.
pub(crate) struct CallState {
    /// Number that the host gave the call.
    pub(crate) number: u32,
    stop: Cell<Stop>,
    /// End of the wait that ends first. None if the call waits for responses alone.
    wake: Cell<Option<Instant>>,
    woken: Arc<WakeFlag>,
}

/// Wish of the host to end a call early.
#[derive(Clone, Copy, Eq, Ord, PartialEq, PartialOrd)]
enum Stop {
    /// None.
    No,
    /// Send nothing new.
    Drain,
    /// Cancel requests under way too.
    AtOnce,
}

/// True if something changed that the call waits for.
struct WakeFlag(AtomicBool);

impl Wake for WakeFlag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Task {
    /// A call that has not begun.
    pub(crate) fn new(number: u32, future: CallFuture) -> Self {
        let woken = Arc::new(WakeFlag(AtomicBool::new(true)));
        Self {
            state: Rc::new(CallState {
                number,
                stop: Cell::new(Stop::No),
                wake: Cell::new(None),
                woken: Arc::clone(&woken),
            }),
            future,
            waker: woken.into(),
        }
    }

    /// True if polling the call may get it further.
    pub(crate) fn is_ready(&self, now: Instant) -> bool {
        let woken = self.state.woken.0.swap(false, Ordering::Relaxed);
        woken || self.state.wake.get().is_some_and(|wake| wake <= now)
    }

    /// Polls the call, and collects its timers anew.
    pub(crate) fn poll(&mut self) -> Poll<CallResult> {
        self.state.wake.set(None);
        let mut context = Context::from_waker(&self.waker);
        self.future.as_mut().poll(&mut context)
    }
}

impl CallState {
    /// Has the call polled in this step.
    pub(crate) fn wake(&self) {
        self.woken.0.store(true, Ordering::Relaxed);
    }

    /// Has the call polled at this time.
    pub(crate) fn wake_at(&self, time: Instant) {
        let earliest = self.wake.get().map_or(time, |wake| wake.min(time));
        self.wake.set(Some(earliest));
    }

    /// Time at which the call wants to be polled.
    pub(crate) fn next_wake(&self) -> Option<Instant> {
        self.wake.get()
    }

    /// Ends the call early.
    pub(crate) fn stop(&self, at_once: bool) {
        let stop = if at_once { Stop::AtOnce } else { Stop::Drain };
        self.stop.set(self.stop.get().max(stop));
        self.wake();
    }

    /// True if nothing new is to be sent.
    pub(crate) fn is_stopped(&self) -> bool {
        self.stop.get() >= Stop::Drain
    }

    /// True if requests under way are to be cancelled.
    pub(crate) fn is_stopped_at_once(&self) -> bool {
        self.stop.get() == Stop::AtOnce
    }
}
