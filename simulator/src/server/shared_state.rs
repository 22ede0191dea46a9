//! The state that the server and its handle share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::api::Api;
use crate::fault::FaultScript;
use crate::request_log::Recorded;
use crate::server::hold::Hold;
use crate::traffic::RequestLog;

/// Called with each request that was answered.
pub(crate) type Observer = Box<dyn Fn(&Recorded) + Send + Sync>;

/// Each part behind a lock of its own, none held across an await.
pub(crate) struct SharedState {
    api: Mutex<Api>,
    request_log: Mutex<RequestLog>,
    script: Mutex<FaultScript>,
    pub(crate) hold: Hold,
    /// A clone of it for each connection that is open.
    pub(crate) open: Arc<()>,
    pub(crate) observer: Option<Observer>,
}

impl SharedState {
    pub(crate) fn new(api: Api, observer: Option<Observer>) -> Self {
        Self {
            api: Mutex::new(api),
            request_log: Mutex::default(),
            script: Mutex::default(),
            hold: Hold::default(),
            open: Arc::default(),
            observer,
        }
    }

    pub(crate) fn api(&self) -> MutexGuard<'_, Api> {
        lock(&self.api)
    }

    pub(crate) fn request_log(&self) -> MutexGuard<'_, RequestLog> {
        lock(&self.request_log)
    }

    pub(crate) fn script(&self) -> MutexGuard<'_, FaultScript> {
        lock(&self.script)
    }
}

/// A poisoned lock means that another test has failed already.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
