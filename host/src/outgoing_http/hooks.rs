//! wasmtime's hooks for outgoing HTTP: send each request, and record it.

use std::{sync::Arc, time::Duration};

use http::{Request, Response, uri::Scheme};
use rustls::RootCertStore;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody, WasiHttpHooks};

use super::{
    call_log::CallLog,
    http_client::HttpClients,
    operation::ApiOperation,
    request_record::{OnRequest, PendingRequest, RequestEnd, RequestRecord},
    sender,
};
use crate::network::Network;

/// Outgoing HTTP of an instance. Clones share connections.
#[derive(Clone)]
pub(crate) struct OutgoingHttp {
    on_request: OnRequest,
    http: Arc<HttpClients>,
    call_log: Arc<CallLog>,
}

impl Default for OutgoingHttp {
    fn default() -> Self {
        Self {
            on_request: Arc::new(|_| ()),
            http: Arc::new(HttpClients::new(Network::default())),
            call_log: Arc::default(),
        }
    }
}

impl OutgoingHttp {
    /// Sets the function that is called with the record of each request.
    pub(crate) fn on_request(
        &mut self,
        on_request: impl Fn(&RequestRecord) + Send + Sync + 'static,
    ) {
        self.on_request = Arc::new(on_request);
    }

    /// Trusts these certificate authorities in place of the system's.
    pub(crate) fn root_certificates(&mut self, roots: RootCertStore) {
        self.network(self.http.network().clone().root_certificates(roots));
    }

    /// Sets certificate authorities and proxies.
    pub(crate) fn network(&mut self, network: Network) {
        self.http = Arc::new(HttpClients::new(network));
    }

    /// The same for another instance, which carries out calls of its own on the same connections.
    pub(crate) fn for_instance(self) -> Self {
        Self {
            call_log: Arc::default(),
            ..self
        }
    }

    /// Requests of the current call.
    pub(crate) fn call_log(&self) -> &Arc<CallLog> {
        &self.call_log
    }
}

/// Future that wasmtime polls beside a response's body. It has nothing to do: the body drives its own connection.
type ConnectionTask = Box<dyn Future<Output = Result<(), Error>> + Send>;

impl WasiHttpHooks for OutgoingHttp {
    fn send_request(
        &mut self,
        request: Request<WasiBody>,
        options: Option<RequestOptions>,
        _trailers: ConnectionTask,
    ) -> Box<dyn Future<Output = Result<(Response<WasiBody>, ConnectionTask), Error>> + Send> {
        let path_and_query = request.uri().path_and_query();
        let path_and_query = path_and_query.map_or_else(String::new, ToString::to_string);
        let operation = ApiOperation::of(request.method().as_str(), &path_and_query);
        let record = RequestRecord {
            method: request.method().to_string(),
            path_and_query,
            operation: operation.clone(),
            end: RequestEnd::Canceled,
            elapsed: Duration::ZERO,
            timeouts: options,
        };
        let mut pending = PendingRequest::new(record, Arc::clone(&self.on_request));
        if let Some(proxy) = self.http.network().proxy(request.uri()) {
            let is_forwarded = request.uri().scheme() != Some(&Scheme::HTTPS);
            self.call_log.sent_through(&proxy.name(), is_forwarded);
        }
        let call_log = Arc::clone(&self.call_log);
        let is_change = matches!(
            operation,
            Some(ApiOperation::Suspend(_) | ApiOperation::Reactivate(_))
        );
        if is_change {
            call_log.change_begun();
        }
        let http = Arc::clone(&self.http);
        Box::new(async move {
            match sender::send(request, options.unwrap_or_default(), &http).await {
                Ok(response) => {
                    pending.end(RequestEnd::Status(response.status().as_u16()));
                    Ok((response, Box::new(async { Ok(()) }) as ConnectionTask))
                }
                Err(failure) => {
                    if is_change && !failure.kind.is_possibly_sent() {
                        call_log.change_not_sent();
                    }
                    pending.end(RequestEnd::Failed(failure.detail()));
                    let error = sender::error_code(&failure);
                    if let Some(cause) = failure.cause {
                        call_log.failed(cause);
                    }
                    Err(error)
                }
            }
        })
    }
}
