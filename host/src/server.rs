//! An HTTP/1.1 server for a service, with limits on clients and a graceful shutdown.

mod problem;
mod request_reader;

use std::{
    io,
    net::SocketAddr,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use http::{Request, Response};
use http_body_util::Full;
use hyper::{
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpStream},
    select,
    sync::{OwnedSemaphorePermit, Semaphore, watch},
    task::JoinHandle,
    time::sleep,
};
use tokio_io_timeout::TimeoutStream;

use crate::service::Service;

/// Maximum size of a request's head, in bytes.
const MAX_HEAD_BYTES: usize = 64 << 10;

/// Limits on clients.
#[derive(Clone, Copy, Debug)]
pub struct ServerLimits {
    /// Maximum number of open connections. Further connections wait until one closes. 256 by default.
    pub max_connections: u32,
    /// Time-out for a request's head, counted from the connection or the previous response. 10 seconds by default.
    pub head_timeout: Duration,
    /// Time-out for a request's body. 10 seconds by default.
    pub body_timeout: Duration,
    /// Time-out for a client to accept the next bytes of a response. 10 seconds by default.
    pub write_timeout: Duration,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            max_connections: 256,
            head_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(10),
            write_timeout: Duration::from_secs(10),
        }
    }
}

/// A request that was answered. Contains no headers, no query and no body, and therefore no secrets.
#[derive(Clone, Debug)]
pub struct ServedRequest {
    /// HTTP method.
    pub method: String,
    /// Path, percent-encoded, without the query.
    pub path: String,
    /// HTTP status of the response.
    pub status: u16,
    /// Time from the request's head to its response.
    pub elapsed: Duration,
}

/// A server, which runs until it is stopped or dropped.
pub struct Server {
    address: SocketAddr,
    shared: Arc<SharedState>,
    stop: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

struct SharedState {
    service: Service,
    limits: ServerLimits,
    on_request: Box<dyn Fn(&ServedRequest) + Send + Sync>,
    /// One permit for each connection that may be open.
    connections: Arc<Semaphore>,
}

impl Server {
    /// Listens on an address, or on any free port if its port is 0. Calls `on_request` for every request answered.
    pub async fn start(
        address: SocketAddr,
        service: Service,
        limits: ServerLimits,
        on_request: impl Fn(&ServedRequest) + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let shared = Arc::new(SharedState {
            service,
            limits,
            on_request: Box::new(on_request),
            connections: Arc::new(Semaphore::new(limits.max_connections as usize)),
        });
        let (stop, stopped) = watch::channel(false);
        Ok(Self {
            address: listener.local_addr()?,
            accepting: tokio::spawn(accept(listener, Arc::clone(&shared), stopped)),
            shared,
            stop,
        })
    }

    /// Address that the server listens on.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Accepts no further connections and requests, and returns when all pending requests are answered.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        // Fails only if the runtime shuts down.
        self.accepting.await.ok();
        let all = self.shared.limits.max_connections;
        // Fails only for a closed semaphore, and this one is never closed.
        self.shared.connections.acquire_many(all).await.ok();
    }
}

async fn accept(
    listener: TcpListener,
    shared: Arc<SharedState>,
    mut stopped: watch::Receiver<bool>,
) {
    loop {
        let next = async {
            let permit = Arc::clone(&shared.connections).acquire_owned().await;
            (permit, listener.accept().await)
        };
        // Also returns when the server is dropped.
        let next = select! {
            _ = stopped.wait_for(|stop| *stop) => return,
            next = next => next,
        };
        match next {
            (Ok(permit), Ok((stream, _))) => {
                let shared = Arc::clone(&shared);
                tokio::spawn(serve(stream, shared, Arc::new(permit), stopped.clone()));
            }
            // Probably out of file descriptors: wait for connections to close.
            _ => sleep(Duration::from_millis(10)).await,
        }
    }
}

/// Serves a connection until it closes, or until the server is stopped and the pending request is answered.
async fn serve(
    stream: TcpStream,
    shared: Arc<SharedState>,
    permit: Arc<OwnedSemaphorePermit>,
    mut stopped: watch::Receiver<bool>,
) {
    // Small responses must not wait for acknowledgements of TCP. Fails only if the client is gone.
    stream.set_nodelay(true).ok();
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(shared.limits.write_timeout));
    let has_request = AtomicBool::new(false);
    let service = service_fn(|request| {
        has_request.store(true, Ordering::Relaxed);
        handle(Arc::clone(&shared), Arc::clone(&permit), request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(shared.limits.head_timeout)
        .max_buf_size(MAX_HEAD_BYTES)
        .serve_connection(TokioIo::new(Box::pin(stream)), service);
    let mut connection = pin!(connection);
    select! {
        // Its errors are the client's, which sees them as well.
        _ = connection.as_mut() => return,
        _ = stopped.wait_for(|stop| *stop) => (),
    }
    // hyper's graceful shutdown would wait for the first request of a connection that has none.
    if has_request.load(Ordering::Relaxed) {
        connection.as_mut().graceful_shutdown();
        connection.await.ok();
    }
}

/// Answers a request, and reports it. A request that reached the component runs to its end even if the client disconnects,
/// and holds its connection's permit until then.
async fn handle(
    shared: Arc<SharedState>,
    permit: Arc<OwnedSemaphorePermit>,
    request: Request<Incoming>,
) -> hyper::Result<Response<Full<Bytes>>> {
    let started = Instant::now();
    let (method, path) = (
        request.method().to_string(),
        request.uri().path().to_owned(),
    );
    let response = match request_reader::read(request, shared.limits.body_timeout).await {
        Err(problem) => problem,
        Ok(request) => {
            let shared = Arc::clone(&shared);
            let call = tokio::spawn(async move {
                let _permit = permit;
                shared.service.handle(request).await
            });
            match call.await {
                Ok(Ok(response)) => response.map(Full::new),
                Ok(Err(_)) | Err(_) => problem::component_failed(),
            }
        }
    };
    (shared.on_request)(&ServedRequest {
        method,
        path,
        status: response.status().as_u16(),
        elapsed: started.elapsed(),
    });
    Ok(response)
}
