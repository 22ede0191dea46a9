//! Taking a connection away from HTTP, to send what a proper server never would.

use std::convert::Infallible;
use std::future::pending;
use std::io;
use std::time::Duration;

use axum::response::Response;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;

use crate::server::handler::Exchange;

/// The way from a request's handler to the connection that it came over.
#[derive(Clone)]
pub(crate) struct Socket(mpsc::Sender<TakeOver>);

/// What to do with a connection in place of an answer.
pub(crate) enum Order {
    /// Resets it.
    Reset,
    /// Sends these bytes, with a pause after each if there is one, and closes.
    Send {
        bytes: Vec<u8>,
        pause: Option<Duration>,
    },
}

/// An order, and the exchange that it ends.
pub(crate) struct TakeOver {
    order: Order,
    exchange: Exchange,
}

impl Socket {
    pub(crate) fn channel() -> (Self, mpsc::Receiver<TakeOver>) {
        let (sender, receiver) = mpsc::channel(1);
        (Self(sender), receiver)
    }

    /// Hands the connection's owner an order. Never returns: the owner drops
    /// the handler, which has no answer to give.
    pub(crate) async fn take_over(self, order: Order, exchange: Exchange) -> Response {
        // It fails only if the connection is gone, and the order with it.
        let _ = self.0.send(TakeOver { order, exchange }).await;
        match pending::<Infallible>().await {}
    }
}

impl Order {
    pub(crate) fn send(bytes: Vec<u8>) -> Self {
        Self::Send { bytes, pause: None }
    }
}

impl TakeOver {
    /// Does what was ordered.
    pub(crate) async fn carry_out(self, mut stream: TcpStream) -> io::Result<()> {
        let (bytes, pause) = match self.order {
            Order::Reset => {
                // Without lingering, closing is a RST instead of a FIN.
                drop(self.exchange);
                return stream.set_zero_linger();
            }
            Order::Send { bytes, pause } => (bytes, pause),
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
        drop(self.exchange);
        stream.write_all(last).await?;
        stream.shutdown().await?;
        // Closing with bytes unread would be a RST that overtakes the answer.
        while stream.read(&mut [0; 1024]).await? > 0 {}
        Ok(())
    }
}
