//! The state that the server shares with the `Simulator` that started it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, atomic::AtomicUsize};

use crate::{
    api::ApiState,
    fault::FaultScript,
    request_log::{Recorded, RequestLog},
    server::hold::Hold,
};

/// A callback that receives each request when it has ended.
pub(crate) type Observer = Box<dyn Fn(&Recorded) + Send + Sync>;

/// The shared state. Each part has its own lock; no lock is held across an
/// await.
pub(crate) struct SharedState {
    api: Mutex<ApiState>,
    request_log: Mutex<RequestLog>,
    faults: Mutex<FaultScript>,
    pub(crate) hold: Hold,
    /// Cloned once for each open connection, to count them.
    pub(crate) connection_count: Arc<()>,
    /// Number of connections since the start.
    pub(crate) accepted_connections: AtomicUsize,
    pub(crate) observer: Option<Observer>,
}

impl SharedState {
    pub(crate) fn new(api: ApiState, observer: Option<Observer>) -> Self {
        Self {
            api: Mutex::new(api),
            request_log: Mutex::default(),
            faults: Mutex::default(),
            hold: Hold::default(),
            connection_count: Arc::default(),
            accepted_connections: AtomicUsize::new(0),
            observer,
        }
    }

    pub(crate) fn api(&self) -> MutexGuard<'_, ApiState> {
        lock(&self.api)
    }

    pub(crate) fn request_log(&self) -> MutexGuard<'_, RequestLog> {
        lock(&self.request_log)
    }

    pub(crate) fn faults(&self) -> MutexGuard<'_, FaultScript> {
        lock(&self.faults)
    }
}

/// Locks a mutex, poisoned or not: a poisoned one means that a test has already
/// failed for another reason.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
