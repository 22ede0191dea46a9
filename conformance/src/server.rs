//! The server that plays its part in a case: it knows the requests that must come, and answers them byte by byte.

mod answer;
mod connection;
mod item;
mod request;
mod script;

pub(crate) use self::item::Item;

use std::{io, net::Ipv4Addr, sync::Arc};

use tokio::{
    net::TcpListener,
    task::{AbortHandle, JoinSet, spawn_blocking},
};

use self::{connection::Connection, script::Script};
use crate::expand::Names;

/// Sockets of a server that has no script yet.
pub(crate) struct Sockets {
    server: TcpListener,
    elsewhere: TcpListener,
    names: Names,
}

impl Sockets {
    /// Binds two free ports on loopback.
    pub(crate) async fn bind() -> io::Result<Self> {
        let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let elsewhere = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let names = Names {
            host: server.local_addr()?.to_string(),
            elsewhere: elsewhere.local_addr()?.to_string(),
        };
        Ok(Self {
            server,
            elsewhere,
            names,
        })
    }

    /// Addresses of the two ports.
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
        let accepting =
            [(self.server, true), (self.elsewhere, false)].map(|(listener, is_main)| {
                let script = Arc::clone(&script);
                tokio::spawn(accept(listener, script, is_main)).abort_handle()
            });
        Ok(Server { script, accepting })
    }
}

/// A server under way. Closes all connections when dropped.
pub(crate) struct Server {
    script: Arc<Script>,
    accepting: [AbortHandle; 2],
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

/// Accepts connections. Those of the second port are differences.
async fn accept(listener: TcpListener, script: Arc<Script>, is_main: bool) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        if !is_main {
            script.note("a request went to another server".into());
            continue;
        }
        let script = Arc::clone(&script);
        // An error only means that the client closed the connection.
        connections.spawn(async move { Connection::new(stream).serve(&script).await.ok() });
        while connections.try_join_next().is_some() {}
    }
}
