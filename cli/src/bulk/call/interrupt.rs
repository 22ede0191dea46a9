//! Ctrl-C: the first one asks to come to an end, the second one ends it.

use std::{io, time::Duration};

use tokio::sync::mpsc;

/// How long a call may take to come to an end by itself.
const PATIENCE: Duration = Duration::from_secs(20);

/// The signals that ask this command to end, from now on: SIGINT, and SIGTERM and SIGHUP where there are any.
pub(super) struct Interrupt(mpsc::Receiver<()>);

impl Interrupt {
    /// Listens, in place of being ended by them.
    pub fn listen() -> io::Result<Self> {
        let (sender, receiver) = mpsc::channel(2);
        #[cfg(unix)]
        {
            use tokio::signal::unix::{SignalKind, signal};

            for kind in [
                SignalKind::interrupt(),
                SignalKind::terminate(),
                SignalKind::hangup(),
            ] {
                let mut signals = signal(kind)?;
                let sender = sender.clone();
                tokio::spawn(async move {
                    while signals.recv().await.is_some() && sender.send(()).await.is_ok() {}
                });
            }
        }
        #[cfg(not(unix))]
        tokio::spawn(async move {
            while tokio::signal::ctrl_c().await.is_ok() && sender.send(()).await.is_ok() {}
        });
        Ok(Self(receiver))
    }

    /// Waits for the first one.
    pub async fn asked(&mut self) {
        if self.0.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }

    /// After it, waits for the second one, or until it has been waited for long enough.
    pub async fn ordered(&mut self) {
        tokio::time::timeout(PATIENCE, self.asked()).await.ok();
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_call_that_does_not_come_to_an_end_is_ended_after_a_while() {
        let (_sender, receiver) = mpsc::channel(1);
        let asked = Instant::now();
        Interrupt(receiver).ordered().await;
        assert_eq!(asked.elapsed().as_secs(), PATIENCE.as_secs());
    }
}
