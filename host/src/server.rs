//! An HTTP/1.1 server in front of a service: bounds what callers may take, and ends when it is told to.

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

use crate::Service;

/// The largest head of a request, in bytes.
const LARGEST_HEAD: usize = 64 << 10;

/// What callers may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at a time. More of them wait until one ends.
    pub connections: u32,
    /// For a head to come, from when the connection is made or the last request is answered.
    pub head: Duration,
    /// For a body to come.
    pub body: Duration,
    /// For a caller to take the next bytes of an answer.
    pub write: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 256,
            head: Duration::from_secs(10),
            body: Duration::from_secs(10),
            write: Duration::from_secs(10),
        }
    }
}

/// A request that was answered. Holds no header, no query and no body, and so nothing secret.
#[derive(Clone, Debug)]
pub struct Served {
    /// The HTTP method.
    pub method: String,
    /// Encoded, without the query.
    pub path: String,
    /// The status of the answer.
    pub status: u16,
    /// From the head of the request to its answer.
    pub elapsed: Duration,
}

/// A server that runs until it is stopped or dropped.
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    stop: watch::Sender<bool>,
    accepting: JoinHandle<()>,
}

struct Shared {
    service: Service,
    limits: Limits,
    hear: Box<dyn Fn(&Served) + Send + Sync>,
    /// One for each connection that may be open.
    places: Arc<Semaphore>,
}

impl Server {
    /// Listens on this address; on any free port if its port is 0. Tells of every request that was answered.
    pub async fn start(
        address: SocketAddr,
        service: Service,
        limits: Limits,
        hear: impl Fn(&Served) + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let shared = Arc::new(Shared {
            service,
            limits,
            hear: Box::new(hear),
            places: Arc::new(Semaphore::new(limits.connections as usize)),
        });
        let (stop, stopped) = watch::channel(false);
        Ok(Self {
            address: listener.local_addr()?,
            accepting: tokio::spawn(accept(listener, Arc::clone(&shared), stopped)),
            shared,
            stop,
        })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no more connections and requests, and returns when all that was under way is answered.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        // It returns, or was stopped with the process.
        self.accepting.await.ok();
        let all = self.shared.limits.connections;
        // Nobody closes the semaphore.
        self.shared.places.acquire_many(all).await.ok();
    }
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, mut stopped: watch::Receiver<bool>) {
    loop {
        let next = async {
            let place = Arc::clone(&shared.places).acquire_owned().await;
            (place, listener.accept().await)
        };
        // It ends with the server, too, when that is dropped.
        let next = select! {
            _ = stopped.wait_for(|stop| *stop) => return,
            next = next => next,
        };
        match next {
            (Ok(place), Ok((stream, _))) => {
                let shared = Arc::clone(&shared);
                tokio::spawn(serve(stream, shared, Arc::new(place), stopped.clone()));
            }
            // Out of file descriptors, most likely: let some connections end.
            _ => sleep(Duration::from_millis(10)).await,
        }
    }
}

/// Serves a connection until it closes, or the server is stopped and what is under way on it is answered.
async fn serve(
    stream: TcpStream,
    shared: Arc<Shared>,
    place: Arc<OwnedSemaphorePermit>,
    mut stopped: watch::Receiver<bool>,
) {
    // Small answers should not wait for the caller's acknowledgements. It fails only if the caller is gone.
    stream.set_nodelay(true).ok();
    let mut stream = TimeoutStream::new(stream);
    stream.set_write_timeout(Some(shared.limits.write));
    let was_asked = AtomicBool::new(false);
    let service = service_fn(|request| {
        was_asked.store(true, Ordering::Relaxed);
        answer(Arc::clone(&shared), Arc::clone(&place), request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(shared.limits.head)
        .max_buf_size(LARGEST_HEAD)
        .serve_connection(TokioIo::new(Box::pin(stream)), service);
    let mut connection = pin!(connection);
    select! {
        // Its errors are the caller's, who sees them too.
        _ = connection.as_mut() => return,
        _ = stopped.wait_for(|stop| *stop) => (),
    }
    // A caller who has not asked anything yet has nothing under way, and hyper would wait for the question.
    if was_asked.load(Ordering::Relaxed) {
        connection.as_mut().graceful_shutdown();
        connection.await.ok();
    }
}

/// Answers a request, and tells of it. One that got as far as the component is carried out to its end, also when its caller
/// goes away: the place stays taken for so long.
async fn answer(
    shared: Arc<Shared>,
    place: Arc<OwnedSemaphorePermit>,
    request: Request<Incoming>,
) -> hyper::Result<Response<Full<Bytes>>> {
    let begun = Instant::now();
    let (method, path) = (
        request.method().to_string(),
        request.uri().path().to_owned(),
    );
    let response = match request_reader::read(request, shared.limits.body).await {
        Err(refusal) => refusal,
        Ok(request) => {
            let shared = Arc::clone(&shared);
            let call = tokio::spawn(async move {
                let _place = place;
                shared.service.answer(request).await
            });
            match call.await {
                Ok(Ok(response)) => response.map(Full::new),
                Ok(Err(_)) | Err(_) => problem::broken(),
            }
        }
    };
    (shared.hear)(&Served {
        method,
        path,
        status: response.status().as_u16(),
        elapsed: begun.elapsed(),
    });
    Ok(response)
}
