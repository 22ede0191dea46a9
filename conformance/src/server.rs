//! The server that plays its part in a case: it knows the requests that must come, and answers them byte by byte.

mod answer;
mod connection;
mod item;
mod request;
mod script;
mod untrusted;

pub(crate) use self::item::Item;

use std::{
    future::pending,
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
};

use tokio::{
    net::{TcpListener, TcpSocket},
    task::{AbortHandle, JoinSet, spawn_blocking},
};

use self::{connection::Connection, script::Script};
use crate::expand::Names;

/// Sockets of a server that has no script yet.
pub(crate) struct Sockets {
    server: TcpListener,
    elsewhere: TcpListener,
    untrusted: TcpListener,
    names: Names,
}

impl Sockets {
    /// Binds three free ports on loopback.
    pub(crate) async fn bind() -> io::Result<Self> {
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let elsewhere = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let untrusted = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let names = Names {
            host: server.local_addr()?.to_string(),
            elsewhere: elsewhere.local_addr()?.to_string(),
            untrusted: untrusted.local_addr()?.to_string(),
        };
        Ok(Self {
            server,
            elsewhere,
            untrusted,
            names,
        })
    }

    /// Addresses of the ports.
    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    /// Starts to serve a script.
    pub(crate) async fn serve(self, mut items: Vec<Item>) -> io::Result<Server> {
        // Not among the tasks that answer requests of other cases.
        let prepared = spawn_blocking(move || {
            items.iter_mut().for_each(Item::prepare);
            items
        });
        let script = Arc::new(Script::new(prepared.await?));
        let accepting = [
            tokio::spawn(accept(self.server, Arc::clone(&script))).abort_handle(),
            tokio::spawn(accept_none(self.elsewhere, Arc::clone(&script))).abort_handle(),
            tokio::spawn(untrusted::accept(self.untrusted, Arc::clone(&script))).abort_handle(),
        ];
        Ok(Server { script, accepting })
    }
}

/// A server under way. Closes all connections when dropped.
pub(crate) struct Server {
    script: Arc<Script>,
    accepting: [AbortHandle; 3],
}

impl Server {
    /// Waits a short time for requests that must still come, and returns the differences from the script.
    pub(crate) async fn differences(&self) -> Vec<String> {
        self.script.differences().await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        for task in &self.accepting {
            task.abort();
        }
    }
}

/// Accepts connections, until the script refuses them.
async fn accept(listener: TcpListener, script: Arc<Script>) {
    let mut refusing = script.refusing();
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            _ = refusing.wait_for(|is_refusing| *is_refusing) => break,
        };
        let Ok((stream, _)) = accepted else { break };
        let script = Arc::clone(&script);
        // An error only means that the client closed the connection.
        connections.spawn(async move { Connection::new(stream).serve(&script).await.ok() });
        while connections.try_join_next().is_some() {}
    }
    let address = listener.local_addr();
    drop(listener);
    // Keeps the port, so that no other case gets it.
    let _socket = address.and_then(occupy);
    drop(refusing);
    while connections.join_next().await.is_some() {}
    pending::<()>().await;
}

/// Binds a socket without listening: connections to it are refused.
fn occupy(address: SocketAddr) -> io::Result<TcpSocket> {
    let socket = TcpSocket::new_v4()?;
    // Connections to the listener before it are still there.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    Ok(socket)
}

/// Notes each connection to the server that must get none.
async fn accept_none(listener: TcpListener, script: Arc<Script>) {
    while listener.accept().await.is_ok() {
        script.note("a request went to another server".into());
    }
}
