//! Taking a connection away from HTTP, to send what a proper server never would.

use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::time::Duration;

use axum::response::Response;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use crate::server::handler::InFlightRequest;

/// The way from a request's handler to the connection that it came over.
#[derive(Clone)]
pub(crate) struct TakeoverSender(mpsc::Sender<Takeover>);

/// What to do with a connection in place of an answer.
pub(crate) enum TakeoverAction {
    /// Resets it.
    Reset,
    /// Sends these bytes, with a pause after each if there is one, and closes.
    Send {
        bytes: Vec<u8>,
        pause: Option<Duration>,
    },
}

/// An order, and the in_flight that it ends.
pub(crate) struct Takeover {
    order: TakeoverAction,
    in_flight: InFlightRequest,
}

impl TakeoverSender {
    pub(crate) fn channel() -> (Self, mpsc::Receiver<Takeover>) {
        let (sender, receiver) = mpsc::channel(1);
        (Self(sender), receiver)
    }

    /// Hands the connection's owner an order. Never returns: the owner drops
    /// the handler, which has no answer to give.
    pub(crate) async fn take_over(
        self,
        order: TakeoverAction,
        in_flight: InFlightRequest,
    ) -> Response {
        // It fails only if the connection is gone, and the order with it.
        let _ = self.0.send(Takeover { order, in_flight }).await;
        match pending::<Infallible>().await {}
    }
}

impl TakeoverAction {
    pub(crate) fn send(bytes: Vec<u8>) -> Self {
        Self::Send { bytes, pause: None }
    }
}

impl Takeover {
    /// Does what was ordered.
    pub(crate) async fn carry_out(self, mut stream: TcpStream) -> io::Result<()> {
        let (bytes, pause) = match self.order {
            TakeoverAction::Reset => {
                // Without lingering, closing is a RST instead of a FIN.
                drop(self.in_flight);
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
        // Closing with bytes unread would be a RST that overtakes the answer.
        while stream.read(&mut [0; 1024]).await? > 0 {}
        Ok(())
    }
}
