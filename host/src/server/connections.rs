//! The open connections: a place for each, and the order in which those that wait for their client have to go.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{
    select,
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
};

/// Places for connections.
pub(super) struct Connections {
    /// One permit for each connection that may be open.
    places: Arc<Semaphore>,
    waiting: Arc<Mutex<Waiting>>,
}

/// Connections that wait for their client, in the order in which the wait began.
#[derive(Default)]
struct Waiting {
    next: u64,
    by_start: BTreeMap<u64, Arc<Notify>>,
    /// Notified when a connection begins to wait.
    began: Arc<Notify>,
}

/// Place of one connection.
///
/// A connection waits for its client while it has no complete head of a request, and while the body of a request without a valid
/// key is missing. It can then be closed to make room for another one.
pub(super) struct Place {
    waiting: Arc<Mutex<Waiting>>,
    closing: Arc<Notify>,
    /// Start of the present wait.
    start: Mutex<Option<u64>>,
    _permit: OwnedSemaphorePermit,
}

impl Connections {
    pub(super) fn new(max: u32) -> Self {
        Self {
            places: Arc::new(Semaphore::new(max as usize)),
            waiting: Arc::default(),
        }
    }

    /// Returns a place. If there is none, closes the connection that has waited longest for its client; if none waits, returns
    /// when one ends.
    pub(super) async fn place(&self) -> Option<Place> {
        let places = Arc::clone(&self.places);
        let permit = loop {
            if let Ok(permit) = Arc::clone(&places).try_acquire_owned() {
                break permit;
            }
            let began = Arc::clone(&lock(&self.waiting).began);
            let first = lock(&self.waiting).by_start.pop_first();
            if let Some((_, closing)) = first {
                closing.notify_one();
                break Arc::clone(&places).acquire_owned().await.ok()?;
            }
            select! {
                permit = Arc::clone(&places).acquire_owned() => break permit.ok()?,
                () = began.notified() => (),
            }
        };
        let place = Place {
            waiting: Arc::clone(&self.waiting),
            closing: Arc::new(Notify::new()),
            start: Mutex::default(),
            _permit: permit,
        };
        place.wait_for_client();
        Some(place)
    }

    /// Returns when all connections are closed.
    pub(super) async fn closed(&self, max: u32) {
        // Fails only for a closed semaphore, and this one is never closed.
        self.places.acquire_many(max).await.ok();
    }
}

impl Place {
    /// Notes that the connection waits for its client.
    pub(super) fn wait_for_client(&self) {
        self.work();
        let mut waiting = lock(&self.waiting);
        let start = waiting.next;
        waiting.next = start.wrapping_add(1);
        waiting.by_start.insert(start, Arc::clone(&self.closing));
        waiting.began.notify_one();
        *lock(&self.start) = Some(start);
    }

    /// Notes that the connection does not wait for its client. Returns false if it has to make room for another one.
    pub(super) fn work(&self) -> bool {
        let start = lock(&self.start).take();
        start.is_none_or(|start| lock(&self.waiting).by_start.remove(&start).is_some())
    }

    /// Returns when the connection has to make room for another one.
    pub(super) async fn closing(&self) {
        self.closing.notified().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.work();
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
