//! A run of `contain` or `restore`: from the arguments to the exit status.

use std::sync::Arc;

use host::{ChangeOptions, Instance, Observer, RequestRecord};
use onepassword_users::UserAction;

use super::{
    audit::AuditLog,
    call::BulkCall,
    change::ChangeDescription,
    input::{self, file_conflicts},
    output::print,
    plan,
    progress::{Progress, ProgressFormat},
    prompt::{Prompt, show_plan},
    report::ReportDestination,
    request_history::RequestHistory,
    result::{BulkResult, STATUS_GUARDS},
    undo,
};
use crate::{
    account::Account,
    arguments::BulkArguments,
    failure::{CommandResult, Failure},
    output::{Output, stderr, text::request_line},
};

/// Deadline of a call in milliseconds: the maximum, because Ctrl-C can end it earlier.
const DEFAULT_DEADLINE_MS: u32 = 3_600_000;

/// Default for the maximum number of users changed.
const DEFAULT_MAX_CHANGES: u32 = 25;

/// Suspends or reactivates the users that the arguments name.
pub(crate) async fn run(
    account: &Account,
    action: UserAction,
    arguments: &BulkArguments,
    verbose: bool,
    output: &mut Output,
) -> CommandResult {
    // Every error in the arguments is found before anything is sent.
    if file_conflicts::check_standard_streams(arguments, output.is_json())? {
        output.use_standard_error();
    }
    let (users, is_some_left_out) = match &arguments.from_report {
        Some(report) => undo::users(report, action, account.id(), output)?,
        None => (input::users(arguments, output)?, false),
    };
    let success = if is_some_left_out {
        Err(Failure::Reported(1))
    } else {
        Ok(())
    };
    if users.is_empty() {
        return success;
    }
    let options = options(account, arguments, output)?;
    let mut prompt = if arguments.yes || arguments.dry_run {
        None
    } else {
        Some(Prompt::open(input::is_standard_input_taken(arguments))?)
    };
    let change = ChangeDescription::new(action, account, arguments);
    file_conflicts::check(arguments)?;
    let mut report = match &arguments.report {
        Some(file) => Some(ReportDestination::open(file)?),
        None => None,
    };
    // Again, because a link to the report has a target only after that file was created.
    file_conflicts::check(arguments)?;
    let audit = match &arguments.audit {
        Some(file) if arguments.dry_run => {
            AuditLog::check(file)?;
            None
        }
        Some(file) => Some(AuditLog::open(file, change.clone())?),
        None => None,
    };
    if let Some(warning) = audit.as_ref().and_then(AuditLog::warning) {
        output.warning(warning);
    }

    let history = Arc::new(RequestHistory::new(action, &users, audit));
    let progress = Progress::new(ProgressFormat::new(output.is_json(), verbose));
    let mut instance = instance(account, &history, &progress, verbose).await?;
    let mut call = BulkCall {
        instance: &mut instance,
        action,
        history: &history,
        progress: &progress,
        is_json: output.is_json(),
    };
    let (mut result, failure) = match &mut prompt {
        None => call.run(&users, &options).await?,
        Some(prompt) => {
            let plan = call.plan(&users, &options).await?;
            let changes = plan::targets(&plan, false).len();
            if changes == 0 || plan.refused.is_some() {
                let is_dry_run = false;
                (BulkResult { is_dry_run, ..plan }, None)
            } else {
                show_plan(&change, &plan, output);
                prompt.confirm(action, changes, output)?;
                call.run_plan(plan, &options).await?
            }
        }
    };
    let recorded = record(&change, report.as_mut(), &history, &mut result);
    // If nothing was tried, one error says more than the same error for each user.
    if !matches!(failure, Some(Failure::Call(_))) {
        print(&change, &result, output);
    }
    let mut status = result.exit_status();
    if let Err(failure) = recorded {
        output.failure(&failure);
        if matches!(status, 0 | STATUS_GUARDS) {
            status = 1;
        }
    }
    match (failure, status) {
        (Some(failure), _) => Err(failure),
        (None, 0) => success,
        (None, status) => Err(Failure::Reported(status)),
    }
}

/// Writes the audit and the report.
fn record(
    change: &ChangeDescription,
    report: Option<&mut ReportDestination>,
    history: &RequestHistory,
    result: &mut BulkResult,
) -> Result<(), Failure> {
    // Tried even if an earlier line failed: the disk may have space again.
    let finished = history.audit().map_or(Ok(()), |audit| audit.finish(result));
    let failed = finished.err().map(|error| error.to_string());
    result.audit_error = history.audit_error().or(failed);
    match report {
        Some(report) => report.write(change, result),
        None => Ok(()),
    }
}

fn options(
    account: &Account,
    arguments: &BulkArguments,
    output: &Output,
) -> Result<ChangeOptions, Failure> {
    Ok(ChangeOptions {
        dry_run: arguments.dry_run,
        // With a report too: it may have been edited since its changes were confirmed.
        max_changes: Some(arguments.max_changes.unwrap_or(DEFAULT_MAX_CHANGES)),
        protect: input::protected(arguments, output)?,
        concurrency: Some(arguments.concurrency),
        stop_on_error: arguments.stop_on_error,
        deadline_ms: match account.setting("OP_USERS_DEADLINE_MS") {
            Some(_) => None,
            None => Some(DEFAULT_DEADLINE_MS),
        },
    })
}

/// Creates an instance whose requests are observed by the history and the progress.
async fn instance(
    account: &Account,
    history: &Arc<RequestHistory>,
    progress: &Progress,
    verbose: bool,
) -> Result<Instance, Failure> {
    let (request_progress, request_history) = (progress.clone(), Arc::clone(history));
    let on_request = move |record: &RequestRecord| {
        request_progress.on_request(record);
        request_history.on_request(record);
        if verbose {
            stderr::print_line(request_line(record));
        }
    };
    let observer = Arc::clone(history) as Arc<dyn Observer>;
    let options = account.options().on_request(on_request).observer(observer);
    account.instance_with(options).await
}
