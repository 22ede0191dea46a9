//! Time-outs of connections: each request has its own, for which `reqwest` has one per client.

use std::{
    error::Error,
    fmt,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::time::{Instant, timeout_at};
use tower_layer::Layer;
use tower_service::Service;

/// Time-out of a connection that no request waits for any more, because another connection came free.
const UNAWAITED_TIMEOUT: Duration = Duration::from_secs(10);

tokio::task_local! {
    /// Time by which the connection of this task's request is made.
    static CONNECT_BY: Instant;
}

/// Runs a request whose connection is made within this time, if it needs a new one.
pub(super) async fn with_connect_timeout<T>(
    timeout: Duration,
    request: impl Future<Output = T>,
) -> T {
    CONNECT_BY.scope(Instant::now() + timeout, request).await
}

/// Error of a connection that was not made in time.
#[derive(Debug)]
pub(super) struct ConnectTimedOut;

impl fmt::Display for ConnectTimedOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the connection was not made in time")
    }
}

impl Error for ConnectTimedOut {}

/// Layer of connectors that ends those which take too long.
#[derive(Clone, Copy)]
pub(super) struct ConnectTimeoutLayer;

impl<S> Layer<S> for ConnectTimeoutLayer {
    type Service = ConnectTimeout<S>;

    fn layer(&self, connector: S) -> ConnectTimeout<S> {
        ConnectTimeout(connector)
    }
}

/// A connector with a time-out.
#[derive(Clone)]
pub(super) struct ConnectTimeout<S>(S);

/// Error as `reqwest` has it.
type BoxError = Box<dyn Error + Send + Sync>;

impl<S, R> Service<R> for ConnectTimeout<S>
where
    S: Service<R, Error = BoxError>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<S::Response, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        let by = CONNECT_BY.try_with(|by| *by);
        let by = by.unwrap_or_else(|_| Instant::now() + UNAWAITED_TIMEOUT);
        let connect = self.0.call(request);
        Box::pin(async move {
            match timeout_at(by, connect).await {
                Ok(connected) => connected,
                Err(_) => Err(ConnectTimedOut.into()),
            }
        })
    }
}
