//! Changes of users, within the limits of the settings.

use alloc::{borrow::ToOwned, boxed::Box, format, vec::Vec};

use onepassword_users::{UserAction, can_allocate};

use crate::{
    bindings::{
        containment::{ChangeOptions, Outcome, Report, Selector, Target, TargetReport},
        types::{Effect, ErrorCode},
    },
    bulk_report::ReportBody,
    bulk_request::BulkRequest,
    plugin::Plugin,
    problem::Problem,
    problem_details,
    replay_cache::Positions,
    request::RequestContext,
    response::{Response, ResponseBody},
    settings::Settings,
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
    /// Users whom it would make sense to request again: those who are neither in the requested state nor failed for good. None
    /// if that is every user.
    pub(crate) open: Option<Positions>,
}

/// Changes the users of a request, or those at some positions only.
///
/// Errors: a problem if nothing was tried. A call that a guard refused is a response with the outcome of each user.
pub(crate) fn change_users(
    plugin: &impl Plugin,
    settings: &Settings,
    action: UserAction,
    mut request: BulkRequest,
    only: Option<&Positions>,
    context: RequestContext,
) -> Result<BulkResponse, Problem> {
    let is_requested = |position: &usize| only.is_none_or(|only| only.contains(*position));
    let mut all_positions = 0..;
    request
        .users
        .retain(|_| all_positions.next().is_some_and(|at| is_requested(&at)));
    let targets: Vec<_> = request
        .users
        .iter()
        .map(|who| target(parse_selector(who)))
        .collect();
    let report = call(plugin, action, &targets, &options(settings, &request))?;
    drop(targets);
    let has_settled =
        !request.dry_run && report.refused.is_none() && report.targets.iter().any(is_settled);
    let open = has_settled.then(|| {
        let mut open = Positions::default();
        let positions = (0..).filter(is_requested);
        // The targets end, the positions do not.
        for (target, position) in report.targets.iter().zip(positions) {
            if !is_settled(target) {
                open.insert(position);
            }
        }
        open
    });
    let refused = report.refused.clone();
    let body = ReportBody {
        request,
        action,
        context,
        report,
        problem: None,
    };
    Ok(BulkResponse {
        response: match refused {
            Some(refused) => problem_details::response_with_report(body, refused.into()),
            None => Response::with_body(ResponseBody::Report(Box::new(body))),
        },
        open,
    })
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
    let report = call(plugin, action, &targets, &options(settings, &request))?;
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
    };
    let user = |target: &TargetReport| target.user.clone();
    match (problem, body.report.targets.first().and_then(user)) {
        (None, Some(user)) => Ok(Response::json(&body.changed_user(&user))),
        (Some(problem), _) => Ok(problem_details::response_with_report(body, problem)),
        (None, None) => Ok(Response::with_body(ResponseBody::Report(Box::new(body)))),
    }
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

fn call(
    plugin: &impl Plugin,
    action: UserAction,
    targets: &[Target],
    options: &ChangeOptions,
) -> Result<Report, Problem> {
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
    Ok(match action {
        UserAction::Suspend => plugin.suspend_users(targets, options),
        UserAction::Reactivate => plugin.reactivate_users(targets, options),
    }?)
}

fn options(settings: &Settings, request: &BulkRequest) -> ChangeOptions {
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

const fn target(who: Selector) -> Target {
    Target {
        who,
        expect_email: None,
    }
}
