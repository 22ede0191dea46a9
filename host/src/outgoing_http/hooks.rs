//! wasmtime's hooks for outgoing HTTP: send each request, and record it.

use std::{error::Error as _, io, mem, sync::Arc, time::Duration};

use http::{Request, Response, uri::Scheme};
use tokio_rustls::rustls::{self, RootCertStore};
use wasmtime_wasi_http::{
    Error, RequestOptions, WasiBody, WasiHttpHooks,
    p2::bindings::http::types::{ErrorCode, TlsAlertReceivedPayload},
};

use super::{
    call_log::CallLog,
    operation::ApiOperation,
    request_record::{OnRequest, PendingRequest, RequestEnd, RequestRecord},
    sender::{self, SendError},
};
use crate::network::{Network, Proxy};

/// Outgoing HTTP of an instance.
#[derive(Clone)]
pub(crate) struct OutgoingHttp {
    on_request: OnRequest,
    network: Network,
    call_log: Arc<CallLog>,
}

impl Default for OutgoingHttp {
    fn default() -> Self {
        Self {
            on_request: Arc::new(|_| ()),
            network: Network::default(),
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
        self.network = mem::take(&mut self.network).root_certificates(roots);
    }

    /// Sets certificate authorities and proxies.
    pub(crate) fn network(&mut self, network: Network) {
        self.network = network;
    }

    /// The same for another instance, which carries out calls of its own.
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
        let network = self.network.clone();
        let proxy = network.proxy(request.uri()).map(Proxy::name);
        if let Some(proxy) = &proxy {
            let is_forwarded = request.uri().scheme() != Some(&Scheme::HTTPS);
            self.call_log.sent_through(proxy, is_forwarded);
        }
        let call_log = Arc::clone(&self.call_log);
        let is_change = matches!(
            operation,
            Some(ApiOperation::Suspend(_) | ApiOperation::Reactivate(_))
        );
        if is_change {
            call_log.change_begun();
        }
        Box::new(async move {
            match sender::send(request, options.unwrap_or_default(), &network).await {
                Ok(response) => {
                    pending.end(RequestEnd::Status(response.status().as_u16()));
                    Ok((response, Box::new(async { Ok(()) }) as ConnectionTask))
                }
                Err(SendError::NotConnected(error)) => {
                    if is_change {
                        call_log.change_not_sent();
                    }
                    pending.end(RequestEnd::Failed(error.to_string()));
                    call_log.failed(error.cause);
                    Err(error.code)
                }
                Err(SendError::Sent(error)) => {
                    let cause = match (&error, &proxy) {
                        (Error::InternalError(Some(cause)), _) => Some(cause.clone()),
                        (_, Some(proxy)) => Some(format!("through {proxy}: {error}")),
                        (_, None) => None,
                    };
                    let end = cause.clone().unwrap_or_else(|| error.to_string());
                    pending.end(RequestEnd::Failed(end));
                    if let Some(cause) = cause {
                        call_log.failed(cause);
                    }
                    Err(error)
                }
            }
        })
    }

    /// Distinguishes a broken connection from a response that is not HTTP: wasmtime reports the latter for both.
    fn p2_error_from_hyper(&mut self, error: &hyper::Error) -> ErrorCode {
        let is_broken = error.is_incomplete_message()
            || error.is_canceled()
            || error.is_closed()
            || error.source().is_some_and(|cause| cause.is::<io::Error>());
        if is_broken {
            ErrorCode::ConnectionTerminated
        } else {
            ErrorCode::HttpProtocolError
        }
    }

    fn p2_error_from_connect(&mut self, error: &io::Error) -> ErrorCode {
        match error.kind() {
            io::ErrorKind::ConnectionRefused => ErrorCode::ConnectionRefused,
            io::ErrorKind::TimedOut => ErrorCode::ConnectionTimeout,
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable => {
                ErrorCode::DestinationIpUnroutable
            }
            _ => ErrorCode::DestinationUnavailable,
        }
    }

    fn p2_error_from_tls(&mut self, error: &io::Error) -> ErrorCode {
        let cause = error.get_ref().and_then(|cause| cause.downcast_ref());
        match cause {
            Some(rustls::Error::InvalidCertificate(_)) => ErrorCode::TlsCertificateError,
            Some(rustls::Error::AlertReceived(alert)) => {
                ErrorCode::TlsAlertReceived(TlsAlertReceivedPayload {
                    alert_id: Some(u8::from(*alert)),
                    alert_message: alert.as_str().map(str::to_owned),
                })
            }
            _ => ErrorCode::TlsProtocolError,
        }
    }
}
