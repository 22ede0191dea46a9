//! A run: starts the command of an adapter, and follows it until it ends.

use std::{
    ffi::OsString,
    io,
    process::{Child, Command, ExitStatus, Stdio},
    sync::Arc,
    time::Duration,
};

use tokio::time::{Instant, sleep};

use crate::{
    control::Control,
    problem::Problem,
    results::HostResults,
    session::{Session, Verdict},
};

/// Environment variable with the URL of the control server.
const URL_VARIABLE: &str = "CONFORMANCE_URL";
/// Pause between two looks at a command that may have ended.
const LOOK: Duration = Duration::from_millis(20);

/// The command of an adapter.
#[derive(Clone, Debug)]
pub struct Adapter {
    /// Program and arguments.
    pub command: Vec<OsString>,
    /// Maximum time for all cases.
    pub timeout: Duration,
}

/// Steps of a run, as they happen.
pub trait Progress {
    /// A case has a verdict.
    fn judged(&mut self, case: &str, verdict: &Verdict);
}

/// Runs an adapter over all cases of a session. Returns the results, and the way in which the adapter failed, if it did.
///
/// # Errors
///
/// The adapter cannot be started.
pub async fn run(
    session: Arc<Session>,
    adapter: &Adapter,
    progress: &mut impl Progress,
) -> Result<(HostResults, Option<Problem>), Problem> {
    let failed = |error: io::Error| Problem::new(error.to_string());
    let mut control = Control::start(Arc::clone(&session)).await.map_err(failed)?;
    let (program, arguments) = adapter
        .command
        .split_first()
        .ok_or_else(|| Problem::new("the command of the adapter is missing"))?;
    let child = Command::new(program)
        .args(arguments)
        .env(URL_VARIABLE, control.url())
        .stdin(Stdio::null())
        .spawn()
        .map_err(|error| failed(error).within(program.to_string_lossy()))?;
    let mut child = RunningAdapter(child);
    let end = Instant::now() + adapter.timeout;
    let failure = loop {
        tokio::select! {
            Some((case, verdict)) = control.next() => progress.judged(&case, &verdict),
            () = sleep(LOOK) => {
                if let Some(status) = child.0.try_wait().map_err(failed)? {
                    break (!status.success()).then(|| ended(status));
                }
                if Instant::now() > end {
                    let seconds = adapter.timeout.as_secs();
                    break Some(Problem::new(format!("the adapter took longer than {seconds} seconds")));
                }
            }
        }
    };
    while let Ok(Some((case, verdict))) = tokio::time::timeout(LOOK, control.next()).await {
        progress.judged(&case, &verdict);
    }
    Ok((session.results(), failure))
}

fn ended(status: ExitStatus) -> Problem {
    Problem::new(format!("the adapter ended with {status}"))
}

/// A process that is ended when dropped.
struct RunningAdapter(Child);

impl Drop for RunningAdapter {
    fn drop(&mut self) {
        // It has ended already, or cannot be ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
