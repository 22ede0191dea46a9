//! Signals that interrupt a call: the first asks it to stop, the second ends it.

use std::{io, time::Duration};

use tokio::sync::mpsc;

/// Maximum time from the first signal to the end of a call.
pub(super) const MAX_STOP_WAIT: Duration = Duration::from_secs(20);

/// Receiver of the signals that interrupt a command: SIGINT (Ctrl-C), and on Unix SIGTERM and SIGHUP.
pub(super) struct Interrupt(mpsc::Receiver<()>);

impl Interrupt {
    /// Starts to receive the signals, which no longer end the process.
    pub(super) fn listen() -> io::Result<Self> {
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

    /// Waits for a signal.
    pub(super) async fn signal(&mut self) {
        if self.0.recv().await.is_none() {
            std::future::pending::<()>().await;
        }
    }

    /// Waits for a second signal, or for the time-out.
    pub(super) async fn second_signal_or_timeout(&mut self) {
        tokio::time::timeout(MAX_STOP_WAIT, self.signal())
            .await
            .ok();
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_call_that_does_not_stop_is_ended_after_the_timeout() {
        let (_sender, receiver) = mpsc::channel(1);
        let started = Instant::now();
        Interrupt(receiver).second_signal_or_timeout().await;
        assert_eq!(started.elapsed().as_secs(), MAX_STOP_WAIT.as_secs());
    }
}
