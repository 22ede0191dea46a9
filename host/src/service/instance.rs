//! An instance of the service, which answers one request at a time.

use std::{sync::Arc, time::Duration};

use http::{Request, Response};
use http_body::Body;
use http_body_util::BodyExt;
use hyper::body::Bytes;
use tokio::{sync::oneshot, try_join};
use wasmtime::{Store, format_err};
use wasmtime_wasi::WasiCtx;
use wasmtime_wasi_http::{
    WasiHttpView,
    p2::bindings::{Proxy, ProxyPre, http::types::Scheme},
};

use super::{log::LineStream, options::ServiceOptions};
use crate::{call::Call, deadline, error::Result, state::State};

/// Maximum number of calls of the plugin for one request.
const MAX_CALLS: u32 = 2;

/// Header of a 401 with its reason. It is for the operator, and is never passed on to the caller.
const REASON_HEADER: &str = "op-users-reason";

/// Response of an instance.
pub(super) struct InstanceResponse {
    pub(super) response: Response<Bytes>,
    /// Reason of a 401.
    pub(super) reason: Option<String>,
}

/// An instance of the service.
pub(super) struct ServiceInstance {
    store: Store<State>,
    /// Deadline of one call of the plugin.
    deadline: Duration,
    proxy: Proxy,
}

impl ServiceInstance {
    pub(super) async fn new(pre: &ProxyPre<State>, options: &ServiceOptions) -> Result<Self> {
        let mut wasi = WasiCtx::builder();
        wasi.envs(&options.environment);
        if let Some(log) = &options.log {
            wasi.stderr(LineStream::new(Arc::clone(log)));
        }
        let mut store = State::store(
            pre.engine(),
            wasi.build(),
            options.max_memory,
            options.http.clone(),
        );
        let proxy = pre.instantiate_async(&mut store).await?;
        Ok(Self {
            store,
            deadline: deadline::from_environment(&options.environment),
            proxy,
        })
    }

    /// Answers a request. Reads the whole body of the response, so that a slow client does not occupy the instance.
    ///
    /// An instance that runs longer than the deadlines of its calls allow is interrupted.
    pub(super) async fn handle<B>(&mut self, request: Request<B>) -> Result<InstanceResponse>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<wasmtime_wasi_http::Error>,
    {
        let call = Call::begin(&mut self.store, self.deadline * MAX_CALLS);
        call.end(self.answer(request)).await
    }

    async fn answer<B>(&mut self, request: Request<B>) -> Result<InstanceResponse>
    where
        B: Body<Data = Bytes> + Send + 'static,
        B::Error: Into<wasmtime_wasi_http::Error>,
    {
        let (sender, receiver) = oneshot::channel();
        let mut http = self.store.data_mut().http();
        let request = http.new_incoming_request(Scheme::Http, request)?;
        let out = http.new_response_outparam(sender)?;
        let handler = self.proxy.wasi_http_incoming_handler();
        let call = handler.call_handle(&mut self.store, request, out);
        let read = async {
            let response = receiver
                .await
                .map_err(|_| format_err!("the component sent no response"))?
                .map_err(|code| format_err!("the component responded with an error: {code:?}"))?;
            let (head, body) = response.into_parts();
            Ok(Response::from_parts(head, body.collect().await?.to_bytes()))
        };
        // The component writes the body while it is read here. A trap ends both.
        let ((), mut response) = try_join!(call, read)?;
        let reason = response.headers_mut().remove(REASON_HEADER);
        Ok(InstanceResponse {
            response,
            reason: reason.and_then(|reason| Some(reason.to_str().ok()?.to_owned())),
        })
    }
}
