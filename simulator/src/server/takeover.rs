//! Takeover of a connection from HTTP, to do what a correct server never does.

use std::{convert::Infallible, future::pending, io, time::Duration};

use axum::response::Response;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::mpsc,
};

use crate::server::in_flight::InFlightRequest;

/// Sends a takeover from a request's handler to the task that owns the
/// connection.
#[derive(Clone)]
pub(crate) struct TakeoverSender(mpsc::Sender<Takeover>);

/// The action on a connection that replaces the response.
pub(crate) enum TakeoverAction {
    /// Resets the connection.
    Reset,
    /// Sends these bytes and closes the connection.
    Send {
        bytes: Vec<u8>,
        /// Pause after each byte; `None` sends all bytes at once.
        pause: Option<Duration>,
    },
}

/// A takeover action, with the request that it ends.
pub(crate) struct Takeover {
    action: TakeoverAction,
    in_flight: InFlightRequest,
}

impl TakeoverSender {
    pub(crate) fn channel() -> (Self, mpsc::Receiver<Takeover>) {
        let (sender, receiver) = mpsc::channel(1);
        (Self(sender), receiver)
    }

    /// Takes over the connection. Never returns: the task that owns the
    /// connection drops the handler.
    pub(crate) async fn send(self, action: TakeoverAction, in_flight: InFlightRequest) -> Response {
        // Sending fails only if the connection is already closed.
        let _ = self.0.send(Takeover { action, in_flight }).await;
        match pending::<Infallible>().await {}
    }
}

impl TakeoverAction {
    /// Sends these bytes at once.
    pub(crate) fn send(bytes: Vec<u8>) -> Self {
        Self::Send { bytes, pause: None }
    }
}

impl Takeover {
    /// Performs the action on the connection's stream.
    pub(crate) async fn run(self, mut stream: TcpStream) -> io::Result<()> {
        let (bytes, pause) = match self.action {
            TakeoverAction::Reset => {
                drop(self.in_flight);
                // With zero linger, closing sends a RST instead of a FIN.
                return stream.set_zero_linger();
            }
            TakeoverAction::Send { bytes, pause } => (bytes, pause),
        };
        let (first, last) = bytes.split_at(bytes.len().saturating_sub(1));
        match pause {
            None => stream.write_all(first).await?,
            Some(pause) => {
                for byte in first {
                    stream.write_all(&[*byte]).await?;
                    tokio::time::sleep(pause).await;
                }
            }
        }
        drop(self.in_flight);
        stream.write_all(last).await?;
        stream.shutdown().await?;
        // Closing with unread bytes would send a RST, which can discard the
        // response before the client has read it.
        while stream.read(&mut [0; 1024]).await? > 0 {}
        Ok(())
    }
}
