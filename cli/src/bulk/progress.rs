//! How far a call has come, for whoever waits: a bar on a terminal, a line every few seconds elsewhere.

use std::{
    io::{self, IsTerminal},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
    time::Duration,
};

use host::{Operation, RequestEnd, RequestRecord};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;
use tokio::{task::JoinHandle, time::sleep};

use crate::output::stderr;

/// How long nothing is shown: most calls are over by then.
const QUIET: Duration = Duration::from_millis(300);
/// How often a bar moves.
const FRAME: Duration = Duration::from_millis(100);
/// How often there is a line.
const INTERVAL: Duration = Duration::from_secs(2);

/// How it is shown.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    Bar,
    Lines,
    /// Lines for a program.
    Objects,
    /// Not at all: each request is shown in its place.
    None,
}

impl Form {
    /// What fits whoever reads standard error.
    pub fn of(is_json: bool, verbose: bool) -> Self {
        match () {
            () if verbose => Self::None,
            () if is_json => Self::Objects,
            () if io::stderr().is_terminal() => Self::Bar,
            () => Self::Lines,
        }
    }
}

/// What went over the wire.
#[derive(Clone)]
pub(super) struct Progress {
    form: Form,
    counts: Arc<Counts>,
}

#[derive(Default)]
struct Counts {
    pages: AtomicUsize,
    users: AtomicUsize,
    changes: AtomicUsize,
}

impl Progress {
    pub fn new(form: Form) -> Self {
        Self {
            form,
            counts: Arc::default(),
        }
    }

    /// Hears of a request.
    pub fn hear(&self, record: &RequestRecord) {
        if record.end != RequestEnd::Status(200) {
            return;
        }
        let count = match &record.operation {
            Some(Operation::List) => &self.counts.pages,
            Some(Operation::Get(_)) => &self.counts.users,
            Some(_) => &self.counts.changes,
            None => return,
        };
        count.fetch_add(1, Relaxed);
    }

    /// Shows it until what is returned is dropped; `changes` is how many there can be, none if there are to be none.
    pub fn show(&self, changes: Option<usize>) -> Shown {
        let progress = self.clone();
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        let task = match self.form {
            Form::Bar => Some(tokio::spawn(progress.draw(bar.clone(), changes))),
            Form::Lines | Form::Objects => Some(tokio::spawn(progress.print(changes))),
            Form::None => None,
        };
        Shown { task, bar }
    }

    async fn draw(self, bar: ProgressBar, changes: Option<usize>) {
        sleep(QUIET).await;
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
            bar.set_message(self.words(changes));
            bar.tick();
            sleep(FRAME).await;
        }
    }

    async fn print(self, changes: Option<usize>) {
        loop {
            sleep(INTERVAL).await;
            if self.form == Form::Objects {
                let object = json!({ "progress": {
                    "pages": self.counts.pages.load(Relaxed),
                    "users": self.counts.users.load(Relaxed),
                    "changes": self.counts.changes.load(Relaxed),
                    "changes_at_most": changes,
                } });
                stderr::say(object);
            } else {
                stderr::say(self.words(changes));
            }
        }
    }

    fn words(&self, changes: Option<usize>) -> String {
        let mut words = Vec::new();
        for (count, one, many) in [
            (&self.counts.pages, "page", "pages"),
            (&self.counts.users, "user", "users"),
        ] {
            match count.load(Relaxed) {
                0 => {}
                1 => words.push(format!("1 {one} read")),
                count => words.push(format!("{count} {many} read")),
            }
        }
        if let Some(most) = changes {
            let made = self.counts.changes.load(Relaxed);
            words.push(format!("{made} of at most {most} changed"));
        }
        if words.is_empty() {
            words.push("waiting for the server".to_owned());
        }
        words.join(", ")
    }
}

/// Progress that is being shown.
pub(super) struct Shown {
    task: Option<JoinHandle<()>>,
    bar: ProgressBar,
}

impl Shown {
    /// Prints beside the bar.
    pub fn beside(&self, print: impl FnOnce()) {
        self.bar.suspend(print);
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        if let Some(task) = &self.task {
            task.abort();
        }
        self.bar.finish_and_clear();
    }
}
