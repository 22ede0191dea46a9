//! A service: a pool of instances that answer requests.

use std::sync::{Mutex, MutexGuard, PoisonError};

use http::{Request, Response};
use http_body::Body;
use hyper::body::Bytes;
use wasmtime_wasi_http::p2::bindings::ProxyPre;

use super::{instance::ServiceInstance, options::ServiceOptions};
use crate::{error::Result, state::State};

/// A service, with its idle instances.
pub struct Service {
    pre: ProxyPre<State>,
    options: ServiceOptions,
    idle: Mutex<Vec<ServiceInstance>>,
}

impl Service {
    pub(super) fn new(pre: ProxyPre<State>, options: ServiceOptions) -> Self {
        Self {
            pre,
            options,
            idle: Mutex::default(),
        }
    }

    /// Answers a request, with the instance used last if one is idle. An instance that fails is discarded.
    ///
    /// Dropping the future cancels the request's calls: a change may have been made or not.
    pub async fn handle<B>(&self, request: Request<B>) -> Result<Response<Bytes>>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<wasmtime_wasi_http::Error>,
    {
        let idle = self.idle().pop();
        let mut instance = match idle {
            Some(instance) => instance,
            None => ServiceInstance::new(&self.pre, &self.options).await?,
        };
        let response = instance.handle(request).await?;
        let mut idle = self.idle();
        if idle.len() < self.options.max_idle {
            idle.push(instance);
        }
        Ok(response)
    }

    fn idle(&self) -> MutexGuard<'_, Vec<ServiceInstance>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
