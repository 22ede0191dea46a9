//! Virtual clock with an executor that advances it.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    pin::Pin,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use crate::platform::{Duration, Instant};

/// Future that [`Clock::join`] can run.
pub(super) type Task<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Clock that advances only when no task can make progress. Clones share the time.
#[derive(Clone)]
pub(super) struct Clock(Rc<ClockState>);

/// Current time and pending timers.
struct ClockState {
    now: Cell<Instant>,
    timers: RefCell<BTreeMap<(Instant, u64), Waker>>,
    timers_made: Cell<u64>,
}

impl Clock {
    pub(super) fn new() -> Self {
        Self(Rc::new(ClockState {
            now: Cell::new(Instant::from_origin(Duration::ZERO)),
            timers: RefCell::default(),
            timers_made: Cell::new(0),
        }))
    }

    pub(super) fn now(&self) -> Instant {
        self.0.now.get()
    }

    /// Advances the time while no task is running.
    pub(super) fn advance(&self, duration: Duration) {
        self.0.now.set(self.now().after(duration));
    }

    pub(super) fn sleep(&self, duration: Duration) -> impl Future<Output = ()> + use<> {
        self.0.timers_made.set(self.0.timers_made.get() + 1);
        Sleep {
            state: Rc::clone(&self.0),
            due: (self.now().after(duration), self.0.timers_made.get()),
        }
    }

    /// Runs tasks concurrently until all are complete. Polls a task only after it was woken.
    pub(super) fn join<'a, T: 'a>(&self, calls: impl IntoIterator<Item = Task<'a, T>>) -> Vec<T> {
        let mut running: Vec<_> = calls
            .into_iter()
            .map(|call| (Some(call), Arc::new(WakeFlag(AtomicBool::new(true)))))
            .collect();
        let mut results: Vec<_> = running.iter().map(|_| None).collect();
        while results.iter().any(Option::is_none) {
            let mut idle = true;
            for ((call, woken), result) in running.iter_mut().zip(&mut results) {
                let Some(future) = call.as_mut().filter(|_| woken.take()) else {
                    continue;
                };
                idle = false;
                let waker = Waker::from(Arc::clone(woken));
                if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
                    *result = Some(value);
                    *call = None;
                }
            }
            if idle {
                self.advance_to_next_timer();
            }
        }
        assert!(
            self.0.timers.borrow().is_empty(),
            "a timer is still pending"
        );
        results.into_iter().flatten().collect()
    }

    /// Drops a call that is not complete after this time.
    pub(super) async fn cancel_after<T>(
        &self,
        limit: Duration,
        call: impl Future<Output = T>,
    ) -> Option<T> {
        let mut call = Box::pin(call);
        let mut limit = Box::pin(self.sleep(limit));
        std::future::poll_fn(|context| match call.as_mut().poll(context) {
            Poll::Ready(value) => Poll::Ready(Some(value)),
            Poll::Pending => limit.as_mut().poll(context).map(|()| None),
        })
        .await
    }

    /// Advances the time to the next timer and wakes its task.
    fn advance_to_next_timer(&self) {
        let next = self.0.timers.borrow_mut().pop_first();
        let ((due, _), waker) = next.expect("all tasks wait without a timer");
        self.0.now.set(due.max(self.now()));
        waker.wake();
    }
}

/// Timer of the virtual clock, removed on drop.
struct Sleep {
    state: Rc<ClockState>,
    due: (Instant, u64),
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        if self.state.now.get() >= self.due.0 {
            return Poll::Ready(());
        }
        let waker = context.waker().clone();
        self.state.timers.borrow_mut().insert(self.due, waker);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.state.timers.borrow_mut().remove(&self.due);
    }
}

/// Flag that a waker sets.
struct WakeFlag(AtomicBool);

impl WakeFlag {
    fn take(&self) -> bool {
        self.0.swap(false, Ordering::Relaxed)
    }
}

impl Wake for WakeFlag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}
