//! Hostile server in front of a simulator: follows its script byte by byte, and forwards all other requests.

use std::{
    future::pending,
    io,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use simulator::Endpoint;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    task::{AbortHandle, JoinSet},
    time::sleep,
};

use super::{
    request::Request,
    response::ok,
    script::{Script, Step},
};

/// Hostile server. Closes all connections when dropped.
pub(super) struct Server {
    state: Arc<ServerState>,
    port: u16,
    /// Socket bound to the port without listening: connections are refused, and no other test gets the port.
    closed: Option<TcpSocket>,
    task: Option<AbortHandle>,
}

struct ServerState {
    /// Address of the simulator.
    upstream: String,
    /// Script in force.
    script: Mutex<Option<Script>>,
    /// Number of requests since the script was set, with connections that broke before their request was read.
    requests: AtomicUsize,
}

impl Server {
    /// Binds a server that refuses connections until it is opened.
    pub(super) fn closed(upstream: &str) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(([127, 0, 0, 1], 0).into())?;
        Ok(Self {
            port: socket.local_addr()?.port(),
            state: Arc::new(ServerState {
                upstream: upstream.trim_start_matches("http://").to_owned(),
                script: Mutex::default(),
                requests: AtomicUsize::new(0),
            }),
            closed: Some(socket),
            task: None,
        })
    }

    /// Starts to accept connections.
    pub(super) fn open(&mut self) -> io::Result<()> {
        if let Some(socket) = self.closed.take() {
            let task = tokio::spawn(accept(socket.listen(64)?, Arc::clone(&self.state)));
            self.task = Some(task.abort_handle());
        }
        Ok(())
    }

    /// Base URL of the server.
    pub(super) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Sets the script and resets the number of requests. Without a script, every request is forwarded.
    pub(super) fn set_script(&self, script: Option<Script>) {
        *self.state.script() = script;
        self.state.requests.store(0, Ordering::Relaxed);
    }

    /// Number of requests since the script was set, with connections that broke before their request was read.
    pub(super) fn requests(&self) -> usize {
        self.state.requests.load(Ordering::Relaxed)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

async fn accept(listener: TcpListener, state: Arc<ServerState>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let state = Arc::clone(&state);
        // An error only means that the client closed the connection.
        connections.spawn(async move { state.serve(stream).await.ok() });
        while connections.try_join_next().is_some() {}
    }
}

impl ServerState {
    fn script(&self) -> MutexGuard<'_, Option<Script>> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// True if connections are kept open after a response.
    fn keeps_connections(&self) -> bool {
        self.script().as_ref().is_some_and(|script| script.is_kept)
    }

    /// Returns the steps for the next request of an endpoint, if the script applies to it. `is_kept` is true on a connection that has
    /// served a request.
    fn next(&self, endpoint: Option<Endpoint>, is_kept: bool) -> Option<Arc<[Step]>> {
        let mut script = self.script();
        let script = script.as_mut().filter(|script| script.on == endpoint)?;
        if script.is_kept && !is_kept {
            return None;
        }
        if script.skip > 0 {
            script.skip -= 1;
            return None;
        }
        script.times = script.times.checked_sub(1)?;
        Some(Arc::clone(&script.steps))
    }

    async fn serve(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        if let Some(steps) = self.next(None, false) {
            self.count_request();
            return self.run(stream, &Request::default(), &steps).await;
        }
        let mut is_kept = false;
        loop {
            let request = Request::read(&mut stream).await?;
            self.count_request();
            let steps = self.next(Some(request.endpoint()), is_kept);
            if steps.is_none() && self.keeps_connections() {
                let response = self.forward(&request).await?;
                stream.write_all(&without_close(response)?).await?;
                is_kept = true;
                continue;
            }
            let steps = steps.as_deref().unwrap_or(&[Step::Pass]);
            return self.run(stream, &request, steps).await;
        }
    }

    async fn run(
        &self,
        mut stream: TcpStream,
        request: &Request,
        steps: &[Step],
    ) -> io::Result<()> {
        for step in steps {
            match step {
                Step::Send(bytes) => stream.write_all(&request.fill(bytes)).await?,
                Step::Drip(bytes, every) => {
                    for byte in request.fill(bytes) {
                        stream.write_all(&[byte]).await?;
                        sleep(*every).await;
                    }
                }
                Step::Forever(bytes) => loop {
                    stream.write_all(bytes).await?;
                },
                Step::Pass => stream.write_all(&self.forward(request).await?).await?,
                Step::Edit(from, to) => {
                    let response = self.forward(request).await?;
                    let response = String::from_utf8(response).map_err(io::Error::other)?;
                    let (_, body) = response.split_once("\r\n\r\n").unwrap_or_default();
                    stream.write_all(&ok(body.replace(from, to))).await?;
                }
                Step::Apply => drop(self.forward(request).await?),
                Step::Hang => return pending().await,
                Step::HalfClose => stream.shutdown().await?,
                Step::Reset => return stream.set_zero_linger(),
            }
        }
        stream.shutdown().await?;
        // Closing with unread bytes would reset the connection and discard the response.
        while stream.read(&mut [0; 1024]).await? > 0 {}
        Ok(())
    }

    fn count_request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// Forwards a request to the simulator, and returns its response.
    async fn forward(&self, request: &Request) -> io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(&self.upstream).await?;
        let head = request.head.trim_end();
        let head = format!("{head}\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(&request.body).await?;
        let mut response = Vec::new();
        stream.read_to_end(&mut response).await?;
        Ok(response)
    }
}

/// Removes the header that ends the connection from a response of the simulator.
fn without_close(response: Vec<u8>) -> io::Result<Vec<u8>> {
    let response = String::from_utf8(response).map_err(io::Error::other)?;
    Ok(response
        .replacen("connection: close\r\n", "", 1)
        .into_bytes())
}
