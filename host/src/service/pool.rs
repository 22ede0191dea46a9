//! A service, and its idle instances.
use std::sync::{Mutex, MutexGuard, PoisonError};

use http::{Request, Response};
use http_body::Body;
use hyper::body::Bytes;
use wasmtime_wasi_http::p2::bindings::ProxyPre;

use super::instance::Instance;
use crate::{Exchange, Result, state::State, wire::Wire};

/// The most linear memory that each component of an instance may take unless the options say otherwise, in bytes.
const MEMORY: usize = 64 << 20;
/// How many idle instances are kept unless the options say otherwise.
const KEPT: usize = 16;

/// What every instance of a service is given.
pub struct ServiceOptions {
    pub(super) environment: Vec<(String, String)>,
    pub(super) memory: usize,
    kept: usize,
    pub(super) wire: Wire,
}

impl ServiceOptions {
    /// An environment, of which the component that parses requests sees what begins with `OP_SERVICE_`; and nothing else
    /// of this process.
    pub fn new(environment: impl IntoIterator<Item = (String, String)>) -> Self {
        Self {
            environment: environment.into_iter().collect(),
            memory: MEMORY,
            kept: KEPT,
            wire: Wire::default(),
        }
    }

    /// The most linear memory that each component of an instance may take, in bytes: 64 MiB if this is not called.
    #[must_use]
    pub fn memory(mut self, bytes: usize) -> Self {
        self.memory = bytes;
        self
    }

    /// How many instances are kept for later requests, each with its token: 16 if this is not called. With none, every
    /// request gets a fresh instance, and every one that calls the API a fresh token.
    #[must_use]
    pub fn kept(mut self, instances: usize) -> Self {
        self.kept = instances;
        self
    }

    /// Hears of every request to the API that went over the wire, when its head is answered or it failed.
    #[must_use]
    pub fn on_exchange(mut self, hear: impl Fn(&Exchange) + Send + Sync + 'static) -> Self {
        self.wire.tell(hear);
        self
    }
}

/// A service, and the instances of it that wait for a request.
pub struct Service {
    pre: ProxyPre<State>,
    options: ServiceOptions,
    idle: Mutex<Vec<Instance>>,
}

impl Service {
    pub(super) fn new(pre: ProxyPre<State>, options: ServiceOptions) -> Self {
        Self {
            pre,
            options,
            idle: Mutex::default(),
        }
    }

    /// Answers a request, with the instance that was used last if one is idle. One that cannot go on is thrown away.
    ///
    /// Dropped before it is done, it gives up what the request asked for: a change may have been made or not.
    pub async fn answer<B>(&self, request: Request<B>) -> Result<Response<Bytes>>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<wasmtime_wasi_http::Error>,
    {
        let idle = self.idle().pop();
        let mut instance = match idle {
            Some(instance) => instance,
            None => Instance::new(&self.pre, &self.options).await?,
        };
        let response = instance.answer(request).await?;
        let mut idle = self.idle();
        if idle.len() < self.options.kept {
            idle.push(instance);
        }
        Ok(response)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Instance>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
