//! A raw server in front of a simulator: it spoils what its script names, byte for byte, and passes on everything else.

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

/// The server. Dropped, it closes everything.
pub struct Server {
    stage: Arc<Stage>,
    port: u16,
    /// Bound to the port, so that connections are refused and nobody else gets it.
    closed: Option<TcpSocket>,
    task: Option<AbortHandle>,
}

struct Stage {
    /// Where the simulator listens.
    behind: String,
    script: Mutex<Option<Script>>,
    connections: AtomicUsize,
}

impl Server {
    /// A server that refuses connections until it is opened.
    pub fn closed(behind: &str) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind(([127, 0, 0, 1], 0).into())?;
        Ok(Self {
            port: socket.local_addr()?.port(),
            stage: Arc::new(Stage {
                behind: behind.trim_start_matches("http://").to_owned(),
                script: Mutex::default(),
                connections: AtomicUsize::new(0),
            }),
            closed: Some(socket),
            task: None,
        })
    }

    /// Lets connections in.
    pub fn open(&mut self) -> io::Result<()> {
        if let Some(socket) = self.closed.take() {
            let task = tokio::spawn(accept(socket.listen(64)?, Arc::clone(&self.stage)));
            self.task = Some(task.abort_handle());
        }
        Ok(())
    }

    /// What the component is told as its base URL.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Plays this script from now on; without one, everything is passed on. Counts connections from nothing again.
    pub fn play(&self, script: Option<Script>) {
        *self.stage.script() = script;
        self.stage.connections.store(0, Ordering::Relaxed);
    }

    /// How many connections came in since the script began.
    pub fn connections(&self) -> usize {
        self.stage.connections.load(Ordering::Relaxed)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
    }
}

async fn accept(listener: TcpListener, stage: Arc<Stage>) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        stage.connections.fetch_add(1, Ordering::Relaxed);
        let stage = Arc::clone(&stage);
        // How it ends is the client's to see.
        connections.spawn(async move { stage.serve(stream).await.ok() });
        while connections.try_join_next().is_some() {}
    }
}

impl Stage {
    fn script(&self) -> MutexGuard<'_, Option<Script>> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What the next connection of this kind meets, if the script names it.
    fn next(&self, kind: Option<Endpoint>) -> Option<Arc<[Step]>> {
        let mut script = self.script();
        let script = script.as_mut().filter(|script| script.on == kind)?;
        if script.skip > 0 {
            script.skip -= 1;
            return None;
        }
        script.times = script.times.checked_sub(1)?;
        Some(Arc::clone(&script.steps))
    }

    async fn serve(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        if let Some(steps) = self.next(None) {
            return self.act(stream, &Request::default(), &steps).await;
        }
        let request = Request::read(&mut stream).await?;
        let steps = self.next(Some(request.endpoint()));
        let steps = steps.as_deref().unwrap_or(&[Step::Pass]);
        self.act(stream, &request, steps).await
    }

    async fn act(
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
                Step::Pass => stream.write_all(&self.pass(request).await?).await?,
                Step::Edit(from, to) => {
                    let answer = self.pass(request).await?;
                    let answer = String::from_utf8(answer).map_err(io::Error::other)?;
                    let (_, body) = answer.split_once("\r\n\r\n").unwrap_or_default();
                    stream.write_all(&ok(body.replace(from, to))).await?;
                }
                Step::Apply => drop(self.pass(request).await?),
                Step::Hang => return pending().await,
                Step::HalfClose => stream.shutdown().await?,
                Step::Reset => return stream.set_zero_linger(),
            }
        }
        stream.shutdown().await?;
        // Closing with bytes unread would be a reset that overtakes the answer.
        while stream.read(&mut [0; 1024]).await? > 0 {}
        Ok(())
    }

    /// What the simulator answers.
    async fn pass(&self, request: &Request) -> io::Result<Vec<u8>> {
        let mut stream = TcpStream::connect(&self.behind).await?;
        let head = request.head.trim_end();
        let head = format!("{head}\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).await?;
        stream.write_all(&request.body).await?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await?;
        Ok(answer)
    }
}
