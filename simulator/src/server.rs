//! The TCP listener and its HTTP connections.

mod handler;
mod hold;
mod in_flight;
mod shared_state;
mod takeover;

pub(crate) use self::shared_state::{Observer, SharedState};

use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
    time::Duration,
};

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use tokio::{
    net::{TcpListener, TcpSocket, TcpStream},
    task::{AbortHandle, JoinHandle, JoinSet},
};

use self::takeover::TakeoverSender;

/// Number of connections that wait to be accepted: a service under test may call with hundreds at once.
const BACKLOG: u32 = 1024;

/// A server that runs until it is stopped or dropped.
pub(crate) struct Server {
    address: SocketAddr,
    abort: AbortHandle,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Server {
    /// Listens on 127.0.0.1; port 0 selects a free port.
    pub(crate) async fn start(shared: Arc<SharedState>, port: u16) -> io::Result<Self> {
        let listener = listen(port)?;
        let address = listener.local_addr()?;
        let task = tokio::spawn(accept(listener, shared));
        Ok(Self {
            address,
            abort: task.abort_handle(),
            task: Mutex::new(Some(task)),
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Closes the listener and all connections.
    pub(crate) async fn stop(&self) {
        self.abort.abort();
        let task = self
            .task
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(task) = task {
            // The error says that the task was aborted, which is intended.
            let _ = task.await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.abort.abort();
    }
}

/// Listens on 127.0.0.1.
fn listen(port: u16) -> io::Result<TcpListener> {
    let socket = TcpSocket::new_v4()?;
    // As the standard library does: on Windows it would let others take the port.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind((Ipv4Addr::LOCALHOST, port).into())?;
    socket.listen(BACKLOG)
}

async fn accept(listener: TcpListener, shared: Arc<SharedState>) {
    // One handler for all paths: axum's own routing would decode the path.
    let router = Router::new()
        .fallback(handler::handle)
        .with_state(shared.clone());
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                shared.accepted_connections.fetch_add(1, Ordering::Relaxed);
                let connection_count = shared.connection_count.clone();
                connections.spawn(serve(stream, router.clone(), connection_count));
            }
            // The usual cause is too many open files: wait until some close.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

/// Serves a connection until it closes or a fault takes it over.
///
/// `_connection_count` counts the connection as open until then.
async fn serve(stream: TcpStream, router: Router, _connection_count: Arc<()>) {
    // Small responses should not wait for acknowledgements. On failure they do.
    let _ = stream.set_nodelay(true);
    let (sender, mut takeovers) = TakeoverSender::channel();
    let service = TowerToHyperService::new(router.layer(Extension(sender)));
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let takeover = tokio::select! {
        // The client sees the same errors.
        _ = &mut connection => return,
        Some(takeover) = takeovers.recv() => takeover,
    };
    let stream = connection.into_parts().io.into_inner();
    // Running it fails only if the client has closed the connection.
    let _ = takeover.run(stream).await;
}
