//! Pools of instances, each of which answers one request at a time.

use std::{
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

use http::Request;
use http_body::Body;
use hyper::body::Bytes;
use tokio::sync::{Mutex as AsyncMutex, Semaphore};
use wasmtime_wasi_http::p2::bindings::ProxyPre;

use super::{
    instance::{InstanceResponse, ServiceInstance},
    options::ServiceOptions,
};
use crate::{error::Result, state::State};

/// Instances that answer requests, several at a time.
pub(super) struct Pool {
    /// One permit for each instance that may be in use.
    permits: Semaphore,
    max_idle: usize,
    idle: Mutex<Vec<ServiceInstance>>,
}

impl Pool {
    /// `max_instances`: maximum number of instances in use at a time. `max_idle`: maximum number kept for later requests.
    pub(super) fn new(max_instances: usize, max_idle: usize) -> Self {
        Self {
            permits: Semaphore::new(max_instances),
            max_idle,
            idle: Mutex::default(),
        }
    }

    /// Makes an instance for the first request.
    pub(super) async fn fill(&self, pre: &ProxyPre<State>, options: &ServiceOptions) -> Result<()> {
        let instance = ServiceInstance::new(pre, options).await?;
        self.keep(instance);
        Ok(())
    }

    /// Answers a request, with the instance used last if one is idle. Waits if all are in use. An instance that fails is
    /// discarded.
    pub(super) async fn handle<B>(
        &self,
        pre: &ProxyPre<State>,
        options: &ServiceOptions,
        request: Request<B>,
    ) -> Result<InstanceResponse>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<wasmtime_wasi_http::Error>,
    {
        let _permit = self.permits.acquire().await?;
        let idle = self.idle().pop();
        let mut instance = match idle {
            Some(instance) => instance,
            None => ServiceInstance::new(pre, options).await?,
        };
        let response = instance.handle(request).await?;
        self.keep(instance);
        Ok(response)
    }

    fn keep(&self, instance: ServiceInstance) {
        let mut idle = self.idle();
        if idle.len() < self.max_idle {
            idle.push(instance);
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<ServiceInstance>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An instance that keeps its state for as long as the service runs, unless it fails.
#[derive(Default)]
pub(super) struct KeptInstance(AsyncMutex<Option<ServiceInstance>>);

impl KeptInstance {
    /// Answers a request after those that came before it.
    pub(super) async fn handle<B>(
        &self,
        pre: &ProxyPre<State>,
        options: &ServiceOptions,
        request: Request<B>,
    ) -> Result<InstanceResponse>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<wasmtime_wasi_http::Error>,
    {
        let mut kept = self.0.lock().await;
        let mut instance = match mem::take(&mut *kept) {
            Some(instance) => instance,
            None => ServiceInstance::new(pre, options).await?,
        };
        let response = instance.handle(request).await?;
        *kept = Some(instance);
        Ok(response)
    }
}
