//! The listener and its connections.

mod handler;
mod hold;
pub(crate) mod shared_state;
mod takeover;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinHandle, JoinSet};

use crate::server::shared_state::SharedState;
use crate::server::takeover::TakeoverSender;

/// A server that runs until it is stopped or dropped.
pub(crate) struct Server {
    address: SocketAddr,
    abort: AbortHandle,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Server {
    /// Listens on loopback; on any free port if `port` is 0.
    pub(crate) async fn start(shared: Arc<SharedState>, port: u16) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await?;
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

    /// Closes the listener and every connection.
    pub(crate) async fn stop(&self) {
        self.abort.abort();
        let task = self
            .task
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(task) = task {
            // Its only outcome is that it was aborted.
            let _ = task.await;
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.abort.abort();
    }
}

async fn accept(listener: TcpListener, shared: Arc<SharedState>) {
    // Every path goes to one handler: a router would decode it and split it.
    let router = Router::new()
        .fallback(handler::answer)
        .with_state(shared.clone());
    let mut connections = JoinSet::new();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                connections.spawn(serve(stream, router.clone(), shared.open.clone()));
            }
            // Out of file descriptors, most likely: let some connections end.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
        while connections.try_join_next().is_some() {}
    }
}

/// Serves a connection until it closes or a fault takes it over. It is `_open`
/// until then.
async fn serve(stream: TcpStream, router: Router, _open: Arc<()>) {
    // Small answers should not wait for the client's acknowledgements.
    let _ = stream.set_nodelay(true);
    let (socket, mut orders) = TakeoverSender::channel();
    let service = TowerToHyperService::new(router.layer(Extension(socket)));
    let mut connection = http1::Builder::new().serve_connection(TokioIo::new(stream), service);
    let order = tokio::select! {
        // Its errors are the client's, who sees them too.
        _ = &mut connection => return,
        Some(order) = orders.recv() => order,
    };
    let stream = connection.into_parts().io.into_inner();
    // It fails only if the client is gone.
    let _ = order.carry_out(stream).await;
}
