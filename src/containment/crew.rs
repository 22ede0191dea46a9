//! Work on many things, so many of them at a time.

use alloc::{boxed::Box, vec::Vec};
use core::{
    cell::Cell,
    future::{Future, poll_fn},
    pin::Pin,
    task::Poll,
};

/// Things to be done, each of which is taken once.
pub(super) struct Queue<'q> {
    places: &'q [usize],
    taken: Cell<usize>,
}

impl<'q> Queue<'q> {
    pub fn new(places: &'q [usize]) -> Self {
        Self {
            places,
            taken: Cell::new(0),
        }
    }

    /// The next one.
    pub fn take(&self) -> Option<usize> {
        let place = self.places.get(self.taken.get()).copied()?;
        self.taken.set(self.taken.get().saturating_add(1));
        Some(place)
    }

    /// Nothing more is to be taken.
    pub fn close(&self) {
        self.taken.set(usize::MAX);
    }
}

/// Somebody who works until there is nothing left to do.
pub(super) type Worker<'w> = Pin<Box<dyn Future<Output = ()> + 'w>>;

/// Lets several work at the same time, to the end of all.
pub(super) async fn work<'w>(crew: impl Iterator<Item = Worker<'w>>) {
    let mut crew: Vec<_> = crew.collect();
    poll_fn(|context| {
        crew.retain_mut(|worker| worker.as_mut().poll(context).is_pending());
        if crew.is_empty() {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}
