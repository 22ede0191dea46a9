//! The state that the server and its handle share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::api::Api;
use crate::fault::Script;
use crate::request_log::Recorded;
use crate::server::hold::Gate;
use crate::traffic::Traffic;

/// Called with each request that was answered.
pub(crate) type Observer = Box<dyn Fn(&Recorded) + Send + Sync>;

/// Each part behind a lock of its own, none held across an await.
pub(crate) struct Shared {
    api: Mutex<Api>,
    traffic: Mutex<Traffic>,
    script: Mutex<Script>,
    pub(crate) gate: Gate,
    /// A clone of it for each connection that is open.
    pub(crate) open: Arc<()>,
    pub(crate) observer: Option<Observer>,
}

impl Shared {
    pub(crate) fn new(api: Api, observer: Option<Observer>) -> Self {
        Self {
            api: Mutex::new(api),
            traffic: Mutex::default(),
            script: Mutex::default(),
            gate: Gate::default(),
            open: Arc::default(),
            observer,
        }
    }

    pub(crate) fn api(&self) -> MutexGuard<'_, Api> {
        lock(&self.api)
    }

    pub(crate) fn traffic(&self) -> MutexGuard<'_, Traffic> {
        lock(&self.traffic)
    }

    pub(crate) fn script(&self) -> MutexGuard<'_, Script> {
        lock(&self.script)
    }
}

/// A poisoned lock means that another test has failed already.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
