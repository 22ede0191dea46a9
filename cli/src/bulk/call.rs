//! Calls of the component: a dry run, its plan, or everything in one call; each can be interrupted.

mod interrupt;

use host::{ChangeOptions, Instance, Outcome, Report, Target};
use onepassword_users::UserAction;
use serde_json::json;

use self::interrupt::{Interrupt, MAX_STOP_WAIT};
use super::{plan, progress::Progress, request_history::RequestHistory, result::BulkResult};
use crate::{failure::Failure, named_user::NamedUser, output::stderr};

/// An instance, with the observers of its requests.
pub(super) struct BulkCall<'a> {
    pub(super) instance: &'a mut Instance,
    pub(super) action: UserAction,
    pub(super) history: &'a RequestHistory,
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
        &mut self,
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
        &mut self,
        users: &[NamedUser],
        options: &ChangeOptions,
    ) -> Result<BulkResult, Failure> {
        let targets: Vec<_> = users.iter().map(NamedUser::target).collect();
        let options = ChangeOptions {
            dry_run: true,
            ..options.clone()
        };
        let _progress = self.progress.show(None);
        let report = call(self.instance, self.action, &targets, &options).await?;
        let mut result = BulkResult::new(users, report, true);
        let warnings = plan::unguarded(&result);
        result.warnings.extend(warnings);
        Ok(result)
    }

    /// Changes exactly the users of a plan.
    pub(super) async fn run_plan(
        &mut self,
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
        &mut self,
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
            let mut call = Box::pin(call(self.instance, self.action, targets, options));
            tokio::select! {
                result = &mut call => Some(result),
                () = interrupt.signal() => {
                    is_interrupted = true;
                    self.history.block_requests();
                    let is_json = self.is_json;
                    progress.suspend(|| report_interrupt(is_json));
                    tokio::select! {
                        result = call => Some(result),
                        () = interrupt.second_signal_or_timeout() => None,
                    }
                }
            }
        };
        drop(progress);
        let (report, failure) = match result {
            None => (self.history.report(targets), None),
            Some(Ok(report)) => (report, None),
            Some(Err(Failure::Call(error))) => {
                let mut report = self.history.report(targets);
                for target in &mut report.targets {
                    if target.outcome == Outcome::Skipped {
                        target.outcome = Outcome::Failed(error.clone());
                    }
                }
                // An error of an interrupted call is a consequence of the interrupt, not a failure.
                let failure = (!is_interrupted).then_some(Failure::Call(error));
                (report, failure)
            }
            Some(Err(failure)) => (self.history.report(targets), Some(failure)),
        };
        Ok(CallEnd {
            report,
            is_interrupted,
            failure,
        })
    }

    /// Sets the number of requests, and marks targets as skipped whose change was never sent.
    fn complete(&self, mut result: BulkResult) -> BulkResult {
        result.requests = self.history.requests();
        for target in &mut result.targets {
            if self.history.is_never_sent(target) {
                target.report.outcome = Outcome::Skipped;
            }
        }
        result
    }
}

async fn call(
    instance: &mut Instance,
    action: UserAction,
    targets: &[Target],
    options: &ChangeOptions,
) -> Result<Report, Failure> {
    Ok(match action {
        UserAction::Suspend => instance.suspend_users(targets, options).await??,
        UserAction::Reactivate => instance.reactivate_users(targets, options).await??,
    })
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
