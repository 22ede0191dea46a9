//! Signals that end the service: those of a terminal, of a process manager, and of a closed terminal.

use std::io;

#[cfg(windows)]
use tokio::signal::windows::{CtrlC, ctrl_c};
#[cfg(unix)]
use tokio::{
    select,
    signal::unix::{Signal, SignalKind, signal},
};

/// SIGINT, SIGTERM and SIGHUP; on Windows Ctrl-C. Handled from the moment that this is made.
pub(in crate::commands) struct ShutdownSignals {
    #[cfg(unix)]
    interrupt: Signal,
    #[cfg(unix)]
    terminate: Signal,
    #[cfg(unix)]
    hangup: Signal,
    #[cfg(windows)]
    ctrl_c: CtrlC,
}

impl ShutdownSignals {
    pub(in crate::commands) fn new() -> io::Result<Self> {
        Ok(Self {
            #[cfg(unix)]
            interrupt: signal(SignalKind::interrupt())?,
            #[cfg(unix)]
            terminate: signal(SignalKind::terminate())?,
            #[cfg(unix)]
            hangup: signal(SignalKind::hangup())?,
            #[cfg(windows)]
            ctrl_c: ctrl_c()?,
        })
    }

    /// Waits for the next signal.
    pub(in crate::commands) async fn next(&mut self) {
        #[cfg(unix)]
        select! {
            _ = self.interrupt.recv() => (),
            _ = self.terminate.recv() => (),
            _ = self.hangup.recv() => (),
        }
        #[cfg(windows)]
        self.ctrl_c.recv().await;
    }
}
