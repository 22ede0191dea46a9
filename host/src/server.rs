//! An HTTP/1.1 server for a service, with limits on clients and a graceful shutdown.

mod connections;
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
use http_body_util::{BodyExt, Full};
use hyper::{
    body::{Bytes, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    select,
    sync::{oneshot, watch},
    task::JoinHandle,
    time::sleep,
};
use tokio_io_timeout::TimeoutStream;

use self::connections::{Connections, Place};
use crate::service::{HeadAnswer, Service, ServiceResponse};

/// Maximum size of a request's head, in bytes.
const MAX_HEAD_BYTES: usize = 64 << 10;
/// Number of connections that the operating system holds until they are accepted, if its own limit allows it. The standard
/// library's is 128: more callers at once would be kept waiting for a second, or lose their connections.
const BACKLOG: u32 = 1024;

/// Limits on clients.
#[derive(Clone, Copy, Debug)]
pub struct ServerLimits {
    /// Maximum number of open connections. A further connection takes the place of the one that has waited longest for its
    /// client; if none does, it waits. 256 by default.
    pub max_connections: u32,
    /// Time-out for a request's head, counted from the connection or the previous response. 10 seconds by default.
    pub head_timeout: Duration,
    /// Time-out for the body of a request with a valid key. 10 seconds by default.
    pub body_timeout: Duration,
    /// Time-out for the body of a webhook, whose sender is known only after it. 5 seconds by default.
    pub unknown_body_timeout: Duration,
    /// Time-out for a client to accept the next bytes of a response. 10 seconds by default.
    pub write_timeout: Duration,
}

impl Default for ServerLimits {
    fn default() -> Self {
        Self {
            max_connections: 256,
            head_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(10),
            unknown_body_timeout: Duration::from_secs(5),
            write_timeout: Duration::from_secs(10),
        }
    }
}

/// A request that was answered. Contains no headers, no query and no body of the request, and therefore no secrets.
#[derive(Clone, Debug)]
pub struct ServedRequest {
    /// HTTP method.
    pub method: String,
    /// Path, percent-encoded, without the query.
    pub path: String,
    /// HTTP status of the response.
    pub status: u16,
    /// Reason of a 401, which the caller is not told.
    pub reason: Option<String>,
    /// True if the server answered by itself, and the service has written no line about it.
    pub is_from_server: bool,
    /// Body of the response, if the client disconnected before it. It can be the only record of a change.
    pub undelivered: Option<Bytes>,
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
    connections: Connections,
}

impl Server {
    /// Listens on an address, or on any free port if its port is 0. Calls `on_request` for every request answered.
    pub async fn start(
        address: SocketAddr,
        service: Service,
        limits: ServerLimits,
        on_request: impl Fn(&ServedRequest) + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listener = listen(address)?;
        let shared = Arc::new(SharedState {
            service,
            limits,
            on_request: Box::new(on_request),
            connections: Connections::new(limits.max_connections),
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
        self.shared.connections.closed(all).await;
    }
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()
    } else {
        TcpSocket::new_v6()
    }?;
    // As the standard library does: on Windows it would let others take the port.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

async fn accept(
    listener: TcpListener,
    shared: Arc<SharedState>,
    mut stopped: watch::Receiver<bool>,
) {
    loop {
        let next = async {
            let (stream, _) = listener.accept().await.ok()?;
            Some((stream, shared.connections.place().await?))
        };
        // Also returns when the server is dropped.
        let next = select! {
            _ = stopped.wait_for(|stop| *stop) => return,
            next = next => next,
        };
        match next {
            Some((stream, place)) => {
                let shared = Arc::clone(&shared);
                tokio::spawn(serve(stream, shared, Arc::new(place), stopped.clone()));
            }
            // Probably out of file descriptors: wait for connections to close.
            None => sleep(Duration::from_millis(10)).await,
        }
    }
}

/// Serves a connection until it closes or has to make room for another one, or until the server is stopped and the pending request is answered.
async fn serve(
    stream: TcpStream,
    shared: Arc<SharedState>,
    place: Arc<Place>,
    mut stopped: watch::Receiver<bool>,
) {
    // Small responses must not wait for acknowledgements of TCP. Fails only if the client is gone.
    stream.set_nodelay(true).ok();
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(shared.limits.write_timeout));
    let has_request = AtomicBool::new(false);
    let service = service_fn(|request| {
        has_request.store(true, Ordering::Relaxed);
        handle(Arc::clone(&shared), Arc::clone(&place), request)
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
        () = place.closing() => return,
        _ = stopped.wait_for(|stop| *stop) => (),
    }
    // hyper's graceful shutdown would wait for the first request of a connection that has none.
    if has_request.load(Ordering::Relaxed) {
        connection.as_mut().graceful_shutdown();
        connection.await.ok();
    }
}

/// Answers a request, and reports it. A request that is under way runs to its end even if the client disconnects, and holds
/// its connection's place until then.
async fn handle(
    shared: Arc<SharedState>,
    place: Arc<Place>,
    request: Request<Incoming>,
) -> hyper::Result<Response<Full<Bytes>>> {
    let started = Instant::now();
    let (method, path) = (
        request.method().to_string(),
        request.uri().path().to_owned(),
    );
    let (sender, receiver) = oneshot::channel();
    let answering = Arc::clone(&place);
    tokio::spawn(async move {
        let Answer {
            response,
            reason,
            is_from_server,
        } = answer(&shared, &answering, request).await;
        let status = response.status().as_u16();
        // Fails if the client has disconnected.
        let undelivered = match sender.send(response.clone()) {
            Ok(()) => None,
            Err(_) => Some(collect(response).await),
        };
        (shared.on_request)(&ServedRequest {
            method,
            path,
            status,
            reason,
            is_from_server,
            undelivered,
            elapsed: started.elapsed(),
        });
    });
    let response = receiver.await;
    place.wait_for_client();
    Ok(response.unwrap_or_else(|_| problem::component_failed()))
}

/// Response to a request.
struct Answer {
    response: Response<Full<Bytes>>,
    reason: Option<String>,
    is_from_server: bool,
}

impl From<Response<Full<Bytes>>> for Answer {
    fn from(response: Response<Full<Bytes>>) -> Self {
        Self {
            response,
            reason: None,
            is_from_server: true,
        }
    }
}

impl From<ServiceResponse> for Answer {
    fn from(response: ServiceResponse) -> Self {
        Self {
            response: response.response.map(Full::new),
            reason: response.reason,
            is_from_server: false,
        }
    }
}

/// Answers a request: by its head if that is enough, and else with its body.
async fn answer(shared: &SharedState, place: &Place, request: Request<Incoming>) -> Answer {
    let (head, body) = request.into_parts();
    if !place.work() {
        return problem::too_many_connections().into();
    }
    if let Err(problem) = request_reader::check(&head) {
        return problem.into();
    }
    let is_known = match shared.service.handle_head(&head).await {
        Ok(HeadAnswer::BodyNeeded { is_known }) => is_known,
        Ok(HeadAnswer::Response(response)) => {
            place.wait_for_client();
            request_reader::discard(&head, body).await;
            return response.into();
        }
        Err(_) => return problem::component_failed().into(),
    };
    let body_timeout = if is_known {
        shared.limits.body_timeout
    } else {
        place.wait_for_client();
        shared.limits.unknown_body_timeout
    };
    let body = match request_reader::read(body, body_timeout).await {
        Ok(body) => body,
        Err(problem) => return problem.into(),
    };
    if !place.work() {
        return problem::too_many_connections().into();
    }
    match shared.service.handle(Request::from_parts(head, body)).await {
        Ok(response) => response.into(),
        Err(_) => problem::component_failed().into(),
    }
}

async fn collect(response: Response<Full<Bytes>>) -> Bytes {
    match response.into_body().collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) => match error {},
    }
}
