//! Progress of a call of unknown length, on a terminal.

use std::{
    io::{self, IsTerminal},
    time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget};
use tokio::{task::JoinHandle, time::sleep};

use super::printable::printable;

/// Time before it is shown: most calls end earlier.
const DELAY: Duration = Duration::from_millis(300);
/// Time between two updates.
const INTERVAL: Duration = Duration::from_millis(100);

/// A line on standard error that changes while a call runs. Dropping it removes the line.
pub(crate) struct Spinner {
    bar: ProgressBar,
    task: Option<JoinHandle<()>>,
}

impl Spinner {
    /// Starts a spinner if standard error is a terminal and `is_wanted`.
    pub(crate) fn start(is_wanted: bool) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        bar.set_message("waiting for the server");
        let is_shown = is_wanted && io::stderr().is_terminal();
        let task = is_shown.then(|| tokio::spawn(draw(bar.clone())));
        Self { bar, task }
    }

    pub(crate) fn set_message(&self, message: &str) {
        self.bar.set_message(printable(message));
    }

    /// Hides the line while a function prints.
    pub(crate) fn suspend(&self, print: impl FnOnce()) {
        self.bar.suspend(print);
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
        self.bar.finish_and_clear();
    }
}

async fn draw(bar: ProgressBar) {
    sleep(DELAY).await;
    bar.set_draw_target(ProgressDrawTarget::stderr());
    if let Ok(style) = indicatif::ProgressStyle::with_template("{spinner} {msg}") {
        bar.set_style(style);
    }
    loop {
        bar.tick();
        sleep(INTERVAL).await;
    }
}
