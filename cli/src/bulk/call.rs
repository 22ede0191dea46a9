//! Calls of the client: a dry run, its plan, or everything in one call; each can be interrupted.

mod interrupt;

use std::{ops::ControlFlow, pin::pin, sync::Arc, time::Duration};

use host::{ChangeOptions, Outcome, Report, StepsClient, StopMode, Target, TargetReport};
use onepassword_users::UserAction;
use serde_json::json;
use tokio::time::timeout;

use self::interrupt::{Interrupt, MAX_STOP_WAIT};
use super::{plan, progress::Progress, request_history::RequestHistory, result::BulkResult};
use crate::{failure::Failure, named_user::NamedUser, output::stderr};

/// Maximum time from the second signal to the end of a call: for the audit's lines.
const MAX_END_WAIT: Duration = Duration::from_secs(5);

/// A client, with the observers of its requests.
pub(super) struct BulkCall<'a> {
    pub(super) client: &'a StepsClient,
    pub(super) action: UserAction,
    pub(super) history: &'a Arc<RequestHistory>,
    pub(super) progress: &'a Progress,
    pub(super) is_json: bool,
}

/// Result for every target, and the failure of the call as a whole.
type ResultAndFailure = (BulkResult, Option<Failure>);

/// End of one call.
struct CallEnd {
    report: Report,
    is_interrupted: bool,
    failure: Option<Failure>,
}

impl BulkCall<'_> {
    /// Looks the users up and changes them, in one call.
    pub(super) async fn run(
        &self,
        users: &[NamedUser],
        options: &ChangeOptions,
    ) -> Result<ResultAndFailure, Failure> {
        let targets: Vec<_> = users.iter().map(NamedUser::target).collect();
        let end = self.call_until_interrupted(&targets, options).await?;
        let mut result = BulkResult::new(users, end.report, options.dry_run);
        result.is_interrupted = end.is_interrupted;
        Ok((self.complete(result), end.failure))
    }

    /// Looks the users up, and changes nothing.
    pub(super) async fn plan(
        &self,
        users: &[NamedUser],
        options: &ChangeOptions,
    ) -> Result<BulkResult, Failure> {
        let targets: Vec<_> = users.iter().map(NamedUser::target).collect();
        let options = ChangeOptions {
            dry_run: true,
            ..options.clone()
        };
        let _progress = self.progress.show(None);
        let report = self.call(&targets, &options).await?;
        let mut result = BulkResult::new(users, report, true);
        let warnings = plan::unguarded(&result);
        result.warnings.extend(warnings);
        Ok(result)
    }

    /// Changes exactly the users of a plan.
    pub(super) async fn run_plan(
        &self,
        plan: BulkResult,
        options: &ChangeOptions,
    ) -> Result<ResultAndFailure, Failure> {
        let mut targets = plan::targets(&plan, true);
        let mut end = self.call_until_interrupted(&targets, options).await?;
        if !end.is_interrupted
            && end.failure.is_none()
            && !self.history.may_get()
            && plan::is_address_unreadable(&targets, &end.report)
        {
            // Without the permission to get users, every target with an expected address failed and was not changed. The
            // component's report of the second call warns that no address was compared.
            targets = plan::targets(&plan, false);
            end = self.call_until_interrupted(&targets, options).await?;
        }
        let mut result = plan::with_outcomes(plan, &targets, end.report);
        result.is_interrupted = end.is_interrupted;
        Ok((self.complete(result), end.failure))
    }

    /// Runs a call to its end, or until it is interrupted twice.
    async fn call_until_interrupted(
        &self,
        targets: &[Target],
        options: &ChangeOptions,
    ) -> Result<CallEnd, Failure> {
        let mut interrupt = Interrupt::listen().map_err(|error| {
            Failure::other(format!(
                "Ctrl-C cannot be handled: {error}; nothing was changed"
            ))
        })?;
        let mut is_interrupted = false;
        let changes = (!options.dry_run).then_some(targets.len());
        let progress = self.progress.show(changes);
        let result = {
            let mut call = pin!(self.call(targets, options));
            tokio::select! {
                result = &mut call => Some(result),
                () = interrupt.signal() => {
                    is_interrupted = true;
                    self.client.stop(StopMode::Drain);
                    progress.suspend(|| report_interrupt(self.is_json));
                    tokio::select! {
                        result = &mut call => Some(result),
                        () = interrupt.second_signal_or_timeout() => {
                            self.client.stop(StopMode::AtOnce);
                            timeout(MAX_END_WAIT, call).await.ok()
                        }
                    }
                }
            }
        };
        drop(progress);
        let (report, failure) = match result {
            None => (self.history.report(targets.len()), None),
            Some(Ok(report)) => (report, None),
            Some(Err(Failure::Call(error))) => {
                let mut report = self.history.report(targets.len());
                // An error of an interrupted call is a consequence of the interrupt, not a failure.
                if is_interrupted {
                    (report, None)
                } else {
                    for target in &mut report.targets {
                        target.outcome = Outcome::Failed(error.clone());
                    }
                    (report, Some(Failure::Call(error)))
                }
            }
            Some(Err(failure)) => (self.history.report(targets.len()), Some(failure)),
        };
        Ok(CallEnd {
            report,
            is_interrupted,
            failure,
        })
    }

    /// Sets the number of requests of the whole command.
    fn complete(&self, mut result: BulkResult) -> BulkResult {
        result.requests = self.history.requests();
        result
    }

    async fn call(&self, targets: &[Target], options: &ChangeOptions) -> Result<Report, Failure> {
        self.history.begin_call();
        let (history, progress) = (Arc::clone(self.history), self.progress.clone());
        let told = targets.to_vec();
        let on_settled = move |index: usize, report: &TargetReport| {
            // The audit's line is on disk before anything is shown.
            let flow = match told.get(index) {
                Some(target) => history.on_settled(index, target, report),
                None => ControlFlow::Continue(()),
            };
            progress.on_settled(report);
            flow
        };
        let client = self.client;
        Ok(match self.action {
            UserAction::Suspend => client.suspend_users(targets, options, on_settled).await??,
            UserAction::Reactivate => {
                client
                    .reactivate_users(targets, options, on_settled)
                    .await??
            }
        })
    }
}

fn report_interrupt(is_json: bool) {
    let text = format!(
        "interrupted: no more requests are sent; waiting up to {} s for pending ones; press Ctrl-C again to stop now",
        MAX_STOP_WAIT.as_secs()
    );
    if is_json {
        stderr::print_object(&json!({ "interrupted": text }));
    } else {
        stderr::print_line(text);
    }
}
