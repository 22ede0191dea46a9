//! One connection: reads requests, and writes the answers of the script.

use std::{io, time::Duration};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::{sleep, timeout},
};

use super::{
    answer::{Answer, CORS, End},
    request::Request,
    script::{Expected, Script},
};

/// Time for a client to read the last bytes before the connection is reset, which discards what was not read.
const BEFORE_RESET: Duration = Duration::from_millis(50);
/// Maximum time to wait for the client to close its side.
const MAX_CLOSING: Duration = Duration::from_secs(2);

/// A connection with the bytes that were read ahead.
pub(super) struct Connection {
    stream: TcpStream,
    read: Vec<u8>,
}

impl Connection {
    pub(super) fn new(stream: TcpStream) -> Self {
        Self {
            stream,
            read: Vec::new(),
        }
    }

    /// Serves requests until the connection is closed.
    pub(super) async fn serve(mut self, script: &Script) -> io::Result<()> {
        self.stream.set_nodelay(true)?;
        while let Some(request) = self.request(script).await? {
            if request.is_preflight() {
                let answer = format!("HTTP/1.1 204 No Content\r\n{CORS}\r\n");
                self.stream.write_all(answer.as_bytes()).await?;
                continue;
            }
            let Some(expected) = script.take(&request) else {
                let answer = format!(
                    "HTTP/1.1 418 Unexpected\r\n{CORS}content-length: 0\r\nconnection: close\r\n\r\n"
                );
                self.stream.write_all(answer.as_bytes()).await?;
                return self.close().await;
            };
            if expected.answer.end == End::Refuse {
                script.refuse().await;
            }
            let is_read = self.answer(script, &expected).await;
            if !matches!(is_read, Ok(true)) {
                script.cancel(&expected);
                return Ok(());
            }
            match expected.answer.end {
                End::Reset => {
                    sleep(BEFORE_RESET).await;
                    return self.stream.set_zero_linger();
                }
                _ if expected.answer.is_last() => return self.close().await,
                _ => {}
            }
        }
        Ok(())
    }

    /// Reads the next request. None if the client closed the connection.
    async fn request(&mut self, script: &Script) -> io::Result<Option<Request>> {
        let (mut request, length) = loop {
            match Request::head(&self.read) {
                Ok(Some(head)) => break head,
                Ok(None) => {}
                Err(error) => {
                    script.note(format!("a request is not HTTP: {error}"));
                    return Ok(None);
                }
            }
            if !self.read_more().await? {
                return Ok(None);
            }
        };
        if request.headers.contains_key("transfer-encoding") {
            script.note(format!("{}: the body is in chunks", request.line));
        }
        let end = length + request.content_length();
        while self.read.len() < end {
            if !self.read_more().await? {
                return Ok(None);
            }
        }
        request.body = String::from_utf8_lossy(&self.read[length..end]).into_owned();
        self.read.drain(..end);
        Ok(Some(request))
    }

    /// Reads what arrives next. False if the client closed the connection.
    async fn read_more(&mut self) -> io::Result<bool> {
        Ok(self.stream.read_buf(&mut self.read).await? > 0)
    }

    /// Sends an answer. False, or an error, if the client closed the connection before its end.
    async fn answer(&mut self, script: &Script, expected: &Expected) -> io::Result<bool> {
        let answer = &expected.answer;
        let is_open = tokio::select! {
            () = script.wait_for_others(expected) => true,
            () = closed(&mut self.stream, &mut self.read) => false,
        };
        script.begin_answer(expected);
        if !is_open || !self.pause(answer.after_ms).await {
            return Ok(false);
        }
        if let Some(head) = answer.head() {
            self.stream.write_all(&head).await?;
        }
        if !self.pause(answer.body_after_ms).await {
            return Ok(false);
        }
        if !self.body(answer).await? {
            return Ok(false);
        }
        if answer.end == End::Hang {
            closed(&mut self.stream, &mut self.read).await;
            return Ok(false);
        }
        Ok(true)
    }

    async fn body(&mut self, answer: &Answer) -> io::Result<bool> {
        let pieces = answer.pieces();
        let pause_ms = answer.pieces.map_or(0, |(_, pause_ms)| pause_ms);
        loop {
            for piece in &pieces {
                self.stream.write_all(piece).await?;
                if !self.pause(pause_ms).await {
                    return Ok(false);
                }
            }
            if answer.end != End::Endless {
                return Ok(true);
            }
        }
    }

    /// Waits. False if the client closed the connection meanwhile.
    async fn pause(&mut self, ms: u64) -> bool {
        if ms == 0 {
            return true;
        }
        tokio::select! {
            () = sleep(Duration::from_millis(ms)) => true,
            () = closed(&mut self.stream, &mut self.read) => false,
        }
    }

    /// Closes the connection after the client has read everything.
    async fn close(mut self) -> io::Result<()> {
        self.stream.shutdown().await?;
        // Closing with unread bytes would reset the connection and discard the answer.
        let drained = async { while matches!(self.stream.read(&mut [0; 1024]).await, Ok(1..)) {} };
        let _ = timeout(MAX_CLOSING, drained).await;
        Ok(())
    }
}

/// Waits until the client closes the connection. Keeps what else it sends.
async fn closed(stream: &mut TcpStream, read: &mut Vec<u8>) {
    while matches!(stream.read_buf(read).await, Ok(1..)) {}
}
