//! Changes of users, within the limits of the settings.

use alloc::{borrow::ToOwned, boxed::Box, format, string::String, vec::Vec};

use onepassword_users::{UserAction, can_allocate};

use crate::{
    bindings::{
        containment::{ChangeOptions, Outcome, Report, Selector, Target, TargetReport},
        types::{Effect, Error, ErrorCode},
    },
    bulk_report::ReportBody,
    bulk_request::BulkRequest,
    plugin::Plugin,
    problem::Problem,
    problem_details,
    replay_cache::{Carried, Positions},
    request::RequestContext,
    response::{Response, ResponseBody},
    settings::Settings,
    tally::{FailureStatus, Tally, target_status},
    text::parse_selector,
};

/// Memory for everything that a change needs beside the report, in bytes: the JSON of one target at a time, above all.
const MIN_FREE: usize = 448 << 10;
/// Maximum memory for the report on one target, in bytes. The plugin limits the length of each text.
const MAX_TARGET_REPORT: usize = 12 << 10;
/// Maximum memory for a name that is passed to the plugin, beside its text, in bytes.
const MAX_NAME: usize = 64;

/// Response to a bulk change.
pub(crate) struct BulkResponse {
    pub(crate) response: Response,
    /// Users who are in the requested state or failed for good, and the others, whom it would make sense to request again. None
    /// if it would make sense for every user.
    pub(crate) carried: Option<Carried>,
}

/// Changes the users of a request. `before` is what an earlier delivery of the same request carried out: only the users whom it
/// left open are changed.
///
/// Errors: a problem if nothing was tried. A call that a guard refused is a response with the outcome of each user, and so is one
/// whose users all failed.
pub(crate) fn change_users(
    plugin: &impl Plugin,
    settings: &Settings,
    action: UserAction,
    mut request: BulkRequest,
    before: Option<&Carried>,
    context: RequestContext,
) -> Result<BulkResponse, Problem> {
    let is_requested =
        |position: &usize| before.is_none_or(|before| before.open.contains(*position));
    let mut all_positions = 0..;
    request
        .users
        .retain(|_| all_positions.next().is_some_and(|at| is_requested(&at)));
    let targets: Vec<_> = request
        .users
        .iter()
        .map(|who| target(parse_selector(who)))
        .collect();
    let report = call(
        plugin,
        action,
        &targets,
        &options(settings, &request),
        &context,
    )?;
    drop(targets);
    let has_settled =
        !request.dry_run && report.refused.is_none() && report.targets.iter().any(is_settled);
    let earlier = before.map_or_else(Tally::default, |before| before.tally);
    let mut tally = earlier;
    let mut carried = Carried {
        open: Positions::default(),
        tally: earlier,
    };
    let positions = (0..).filter(is_requested);
    // The targets end, the positions do not.
    for ((target, position), who) in report.targets.iter().zip(positions).zip(&request.users) {
        tally.add(who, target, request.dry_run);
        if is_settled(target) {
            carried.tally.add(who, target, request.dry_run);
        } else {
            carried.open.insert(position);
        }
    }
    let problem = match &report.refused {
        Some(refused) => Some(Problem::from(refused.clone())),
        None => tally
            .problem()
            .map(|failure| whole_problem(&request.users, &report, failure)),
    };
    let body = ReportBody {
        request,
        action,
        context,
        report,
        problem: None,
        has_lost_audit: false,
    };
    Ok(BulkResponse {
        response: match problem {
            Some(problem) => problem_details::response_with_report(body, problem),
            None => Response::with_body(ResponseBody::Report(Box::new(body)))
                .with_status(tally.status()),
        },
        carried: has_settled.then_some(carried),
    })
}

/// Makes the problem of a call in which no outcome is as asked: the error with the largest status, with the worst effect of all.
/// `failure` has the largest status, and may stem from an earlier delivery.
fn whole_problem(users: &[String], report: &Report, failure: FailureStatus) -> Problem {
    let errors = || {
        let targets = users.iter().zip(&report.targets);
        targets.filter_map(|(who, target)| match &target.outcome {
            Outcome::Failed(error) => Some((target_status(who, error), error)),
            _ => None,
        })
    };
    let mut worst: Option<&Error> = None;
    for (status, error) in errors() {
        let is_worse = |known: &Error| {
            known.effect == Effect::NotApplied && error.effect == Effect::PossiblyApplied
        };
        if status == failure.status && worst.is_none_or(is_worse) {
            worst = Some(error);
        }
    }
    let Some(worst) = worst else {
        let detail = "no user is in the requested state: see the report";
        return Problem::new(failure.status, failure.code, detail);
    };
    let mut error = worst.clone();
    if errors().any(|(_, error)| error.effect == Effect::PossiblyApplied) {
        error.effect = Effect::PossiblyApplied;
    }
    error.retryable = errors().all(|(_, error)| error.retryable);
    error.retry_after_ms = errors().filter_map(|(_, error)| error.retry_after_ms).max();
    error.requests = report.requests;
    Problem {
        status: failure.status,
        ..Problem::from(error)
    }
}

/// Changes one user, within the same limits.
///
/// Errors: a problem if nothing was tried. A failed change is a response with its audit event.
pub(crate) fn change_user(
    plugin: &impl Plugin,
    settings: &Settings,
    action: UserAction,
    id: &str,
    context: RequestContext,
) -> Result<Response, Problem> {
    let request = BulkRequest::one_user(id);
    let targets = [target(Selector::Id(id.to_owned()))];
    let report = call(
        plugin,
        action,
        &targets,
        &options(settings, &request),
        &context,
    )?;
    let target = report.targets.first();
    let failed = target.and_then(|target| match &target.outcome {
        Outcome::Failed(error) => Some(error),
        _ => None,
    });
    let problem = match report.refused.as_ref().or(failed) {
        Some(error) => Some(Problem::from(error.clone())),
        // The report tells what was done.
        None if target.is_none_or(|target| target.user.is_none()) => {
            let detail = "the user's record was left out of the report: see its outcome";
            Some(Problem::new(502, "other", detail))
        }
        None => None,
    };
    let body = ReportBody {
        request,
        action,
        context,
        report,
        problem: None,
        has_lost_audit: false,
    };
    Ok(match problem {
        Some(problem) => problem_details::response_with_report(body, problem),
        None => Response::with_body(ResponseBody::ChangedUser(Box::new(body))),
    })
}

/// Returns true if a target is in the requested state, or failed in a way that time alone does not mend. A user who is not found
/// is not settled: the user may be made in a moment, and a gateway that lost the API's paths answers in the same words.
fn is_settled(target: &TargetReport) -> bool {
    match &target.outcome {
        Outcome::Changed | Outcome::Unchanged => true,
        Outcome::WouldChange | Outcome::Skipped => false,
        Outcome::Failed(error) => {
            error.effect == Effect::NotApplied
                && matches!(
                    error.code,
                    ErrorCode::InvalidArgument
                        | ErrorCode::Ambiguous
                        | ErrorCode::LastOwner
                        | ErrorCode::ExternallyManaged
                        | ErrorCode::Protected
                        | ErrorCode::PreconditionFailed
                )
        }
    }
}

/// Calls the plugin, unless the change would leave no evidence, or its report might not fit into memory.
///
/// Errors: a problem if nothing was tried, and the caller or a setting is the cause.
pub(crate) fn call(
    plugin: &impl Plugin,
    action: UserAction,
    targets: &[Target],
    options: &ChangeOptions,
    context: &RequestContext,
) -> Result<Report, Problem> {
    if !options.dry_run && !context.is_audit_writable {
        let detail = "the audit of this service cannot be written at present; nothing was changed";
        return Err(Problem::new(503, "audit-unavailable", detail));
    }
    let reports = targets.len().saturating_mul(MAX_TARGET_REPORT);
    let names = targets.len().saturating_add(options.protect.len());
    let names = names.saturating_mul(MAX_NAME);
    // Without memory for the report this instance would end after changes were made, and no one would learn of them.
    if !can_allocate(reports.saturating_add(names).saturating_add(MIN_FREE)) {
        let detail = format!(
            "the memory of this instance does not suffice for a report on {} users: name fewer at a time, or give it more memory",
            targets.len()
        );
        return Err(Problem::new(413, "too-large", detail));
    }
    let result = match action {
        UserAction::Suspend => plugin.suspend_users(targets, options),
        UserAction::Reactivate => plugin.reactivate_users(targets, options),
    };
    match result {
        Ok(report) => Ok(report),
        // Found before anything was tried, or about the account: no event of a user.
        Err(error)
            if matches!(
                error.code,
                ErrorCode::InvalidArgument | ErrorCode::NotConfigured | ErrorCode::NotFound
            ) =>
        {
            Err(error.into())
        }
        // The audit must say for whom it was tried.
        Err(error) => Ok(failed_report(targets.len(), &error)),
    }
}

/// The report of a call that failed as a whole, with its error as the outcome of each target.
fn failed_report(targets: usize, error: &Error) -> Report {
    let failed = || TargetReport {
        outcome: Outcome::Failed(error.clone()),
        user: None,
        previous_state: None,
    };
    Report {
        targets: core::iter::repeat_with(failed).take(targets).collect(),
        refused: None,
        requests: error.requests,
        warnings: Vec::new(),
    }
}

/// Returns the guards and limits of a change.
pub(crate) fn options(settings: &Settings, request: &BulkRequest) -> ChangeOptions {
    let max_changes = request
        .max_changes
        .map_or(settings.max_changes, |max| max.0.min(settings.max_changes));
    ChangeOptions {
        dry_run: request.dry_run,
        max_changes: Some(max_changes),
        protect: settings.protect.clone(),
        concurrency: None,
        stop_on_error: false,
        deadline_ms: None,
    }
}

/// Returns a target without a condition of its own.
pub(crate) const fn target(who: Selector) -> Target {
    Target {
        who,
        expect_email: None,
    }
}
