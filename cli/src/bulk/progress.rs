//! Progress of a call: a bar on a terminal, a line every few seconds elsewhere.

use std::{
    io::{self, IsTerminal},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use host::{ApiOperation, Outcome, RequestEnd, RequestRecord, TargetReport};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use tokio::{task::JoinHandle, time::sleep};

use crate::output::stderr;

/// Time before a bar is shown: most calls end earlier.
const BAR_DELAY: Duration = Duration::from_millis(300);
/// Time between two updates of a bar.
const BAR_INTERVAL: Duration = Duration::from_millis(100);
/// Time between two lines.
const LINE_INTERVAL: Duration = Duration::from_secs(2);

/// Format of the progress.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum ProgressFormat {
    Bar,
    Lines,
    /// JSON, one object per line.
    Objects,
    /// No progress, because each request is shown.
    None,
}

impl ProgressFormat {
    /// Format for standard error: a bar if it is a terminal.
    pub(super) fn new(is_json: bool, verbose: bool) -> Self {
        match () {
            () if verbose => Self::None,
            () if is_json => Self::Objects,
            () if io::stderr().is_terminal() => Self::Bar,
            () => Self::Lines,
        }
    }
}

/// Progress of a command, counted from its requests and outcomes.
#[derive(Clone)]
pub(super) struct Progress {
    format: ProgressFormat,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    pages: AtomicUsize,
    users: AtomicUsize,
    changes: AtomicUsize,
}

impl Progress {
    pub(super) fn new(format: ProgressFormat) -> Self {
        Self {
            format,
            counts: Arc::default(),
        }
    }

    /// Counts a request.
    pub(super) fn on_request(&self, record: &RequestRecord) {
        if record.end != RequestEnd::Status(200) {
            return;
        }
        let count = match &record.operation {
            Some(ApiOperation::List) => &self.counts.pages,
            Some(ApiOperation::Get(_)) => &self.counts.users,
            Some(ApiOperation::Suspend(_) | ApiOperation::Reactivate(_)) | None => return,
        };
        count.fetch_add(1, Relaxed);
    }

    /// Counts a target whose outcome is known.
    pub(super) fn on_settled(&self, report: &TargetReport) {
        if report.outcome == Outcome::Changed {
            self.counts.changes.fetch_add(1, Relaxed);
        }
    }

    /// Shows the progress until the returned guard is dropped. `changes` is the maximum number of changes; none for a call
    /// that changes nothing.
    pub(super) fn show(&self, changes: Option<usize>) -> ProgressGuard {
        let progress = self.clone();
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let task = match self.format {
            ProgressFormat::Bar => Some(tokio::spawn(progress.draw(bar.clone(), changes))),
            ProgressFormat::Lines | ProgressFormat::Objects => {
                Some(tokio::spawn(progress.print(changes)))
            }
            ProgressFormat::None => None,
        };
        ProgressGuard { task, bar }
    }

    async fn draw(self, bar: ProgressBar, changes: Option<usize>) {
        sleep(BAR_DELAY).await;
        bar.set_draw_target(ProgressDrawTarget::stderr());
        let is_counted = changes.is_some();
        if let Some(changes) = changes {
            bar.set_length(changes.try_into().unwrap_or(u64::MAX));
        }
        let template = if is_counted {
            "[{bar:20}] {msg}"
        } else {
            "{spinner} {msg}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        loop {
            bar.set_position(
                self.counts
                    .changes
                    .load(Relaxed)
                    .try_into()
                    .unwrap_or(u64::MAX),
            );
            bar.set_message(self.text(changes));
            bar.tick();
            sleep(BAR_INTERVAL).await;
        }
    }

    async fn print(self, changes: Option<usize>) {
        loop {
            sleep(LINE_INTERVAL).await;
            if self.format == ProgressFormat::Objects {
                let object = json!({ "progress": {
                    "pages": self.counts.pages.load(Relaxed),
                    "users": self.counts.users.load(Relaxed),
                    "changes": self.counts.changes.load(Relaxed),
                    "changes_at_most": changes,
                } });
                stderr::print_object(&object);
            } else {
                stderr::print_line(self.text(changes));
            }
        }
    }

    fn text(&self, changes: Option<usize>) -> String {
        let mut parts = Vec::new();
        for (count, one, many) in [
            (&self.counts.pages, "page", "pages"),
            (&self.counts.users, "user", "users"),
        ] {
            match count.load(Relaxed) {
                0 => {}
                1 => parts.push(format!("1 {one} read")),
                count => parts.push(format!("{count} {many} read")),
            }
        }
        if let Some(most) = changes {
            let made = self.counts.changes.load(Relaxed);
            parts.push(format!("{made} of at most {most} changed"));
        }
        if parts.is_empty() {
            parts.push("waiting for the server".to_owned());
        }
        parts.join(", ")
    }
}

/// Progress that is being shown. Dropping it removes the bar.
pub(super) struct ProgressGuard {
    task: Option<JoinHandle<()>>,
    bar: ProgressBar,
}

impl ProgressGuard {
    /// Hides the bar while a function prints.
    pub(super) fn suspend(&self, print: impl FnOnce()) {
        self.bar.suspend(print);
    }
}

impl Drop for ProgressGuard {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
        self.bar.finish_and_clear();
    }
}
