//! A run of `contain` or `restore`: from the arguments to the exit status.

use std::sync::Arc;

use host::{ApiOperation, ChangeOptions, ListOptions, RequestRecord, StepsClient};
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
    result::{BulkResult, STATUS_GUARDS, TargetResult},
    undo,
};
use crate::{
    account::Account,
    arguments::BulkArguments,
    failure::{CommandResult, Failure, STATUS_LATER},
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
    let mut correlation_id = arguments.correlation_id.clone();
    let mut is_some_left_out = false;
    let users = match &arguments.from_report {
        Some(file) => {
            let undo = undo::read(
                file,
                action,
                account.id(),
                correlation_id.as_deref(),
                output,
            )?;
            if undo.is_chosen {
                correlation_id = None;
            }
            is_some_left_out = undo.is_some_left_out;
            if undo.users.is_empty() {
                return reported(u8::from(is_some_left_out));
            }
            undo.users
        }
        None => input::users(arguments, output)?,
    };
    let options = options(account, arguments, output)?;
    let mut prompt = if arguments.yes || arguments.dry_run || users.is_empty() {
        None
    } else {
        Some(Prompt::open(input::is_standard_input_taken(arguments))?)
    };
    let change = ChangeDescription::new(action, account, arguments, correlation_id);
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

    let history = Arc::new(RequestHistory::new(action, audit));
    let progress = Progress::new(ProgressFormat::new(output.is_json(), verbose));
    let client = client(account, &history, &progress, verbose)?;
    let call = BulkCall {
        client: &client,
        action,
        history: &history,
        progress: &progress,
        is_json: output.is_json(),
    };
    let (mut result, failure) = match &mut prompt {
        None if users.is_empty() => (BulkResult::empty(arguments.dry_run), None),
        None => call.run(&users, &options).await?,
        Some(prompt) => {
            let mut plan = call.plan(&users, &options).await?;
            if arguments.missing_ok {
                accept_missing(call.client, &history, &mut plan).await?;
            }
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
    if arguments.missing_ok && failure.is_none() && !result.is_interrupted {
        accept_missing(call.client, &history, &mut result).await?;
    }
    let recorded = record(&change, report.as_mut(), &history, &mut result);
    // If nothing was tried, one error says more than the same error for each user.
    if !matches!(failure, Some(Failure::Call(_))) {
        print(&change, &result, output);
    }
    let mut status = result.exit_status();
    if is_some_left_out && matches!(status, 0 | STATUS_GUARDS | STATUS_LATER) {
        status = 1;
    }
    if let Some(failure) = failure {
        status = output.failure(&failure);
    }
    if let Err(failure) = recorded {
        output.failure(&failure);
        if matches!(status, 0 | STATUS_GUARDS | STATUS_LATER) {
            status = 1;
        }
    }
    reported(status)
}

/// Result of a command whose output says everything.
fn reported(status: u8) -> CommandResult {
    match status {
        0 => Ok(()),
        status => Err(Failure::Reported(status)),
    }
}

/// Takes users who do not exist for no failure. A server that lost the paths of users answers in the same words: those who were
/// named by id are missing only if the list can be read.
async fn accept_missing(
    client: &StepsClient,
    history: &RequestHistory,
    result: &mut BulkResult,
) -> Result<(), Failure> {
    if result.may_be_missing {
        return Ok(());
    }
    let is_missing_by_id = |target: &TargetResult| target.is_missing() && !target.named.is_email();
    if result.targets.iter().any(is_missing_by_id) {
        let options = ListOptions {
            filter: None,
            max_page_size: Some(1),
            page_token: None,
        };
        let read = client.list_users(&options).await?;
        result.requests = history.requests();
        if let Err(error) = read {
            result.warnings.push(format!(
                "users who were not found count as failed, because the list could not be read to make sure: {}",
                error.message
            ));
            return Ok(());
        }
    }
    result.may_be_missing = true;
    Ok(())
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
        protect: input::protected(&arguments.protect, output)?,
        concurrency: Some(arguments.concurrency),
        stop_on_error: arguments.stop_on_error,
        deadline_ms: match account.setting("OP_USERS_DEADLINE_MS") {
            Some(_) => None,
            None => Some(DEFAULT_DEADLINE_MS),
        },
    })
}

/// Creates a client whose requests are observed by the history and the progress.
fn client(
    account: &Account,
    history: &Arc<RequestHistory>,
    progress: &Progress,
    verbose: bool,
) -> Result<StepsClient, Failure> {
    let sent_history = Arc::clone(history);
    let on_send = move |operation: Option<&ApiOperation>| sent_history.on_send(operation);
    let (progress, history) = (progress.clone(), Arc::clone(history));
    let on_request = move |record: &RequestRecord| {
        progress.on_request(record);
        history.on_request(record);
        if verbose {
            stderr::print_line(request_line(record));
        }
    };
    let options = account.client_options();
    account.client_with(options.on_send(on_send).on_request(on_request))
}
