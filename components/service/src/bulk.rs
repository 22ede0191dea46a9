//! Changes of users, within the limits of the settings.

use alloc::{borrow::ToOwned, vec::Vec};

use onepassword_users::UserAction;

use crate::{
    bindings::containment::{ChangeOptions, Outcome, Report, Selector, Target},
    bulk_report::ReportJson,
    bulk_request::BulkRequest,
    plugin::Plugin,
    problem::Problem,
    problem_details,
    request::RequestContext,
    response::Response,
    settings::Settings,
    text::parse_selector,
};

/// Response to a bulk change.
pub(crate) struct BulkResponse {
    pub(crate) response: Response,
    /// True if every user is in the requested state, so that repeating the request would change nothing.
    pub(crate) is_complete: bool,
}

/// Changes the users of a request.
///
/// Errors: a problem if nothing was tried. A call that a guard refused is a response with the outcome of each user.
pub(crate) fn change_users(
    plugin: &impl Plugin,
    settings: &Settings,
    action: UserAction,
    request: &BulkRequest,
    context: &RequestContext<'_>,
) -> Result<BulkResponse, Problem> {
    let targets: Vec<_> = request
        .users
        .iter()
        .map(|who| target(parse_selector(who)))
        .collect();
    let report = call(plugin, action, &targets, &options(settings, request))?;
    drop(targets);
    let report_json = ReportJson::new(request, action, context, &report);
    if let Some(refused) = &report.refused {
        let problem = Problem::from(refused.clone());
        return Ok(BulkResponse {
            response: problem_details::response(problem, context.request_id, Some(&report_json)),
            is_complete: false,
        });
    }
    let has_failed = |outcome: &Outcome| matches!(outcome, Outcome::Failed(_) | Outcome::Skipped);
    Ok(BulkResponse {
        response: Response::json(&report_json),
        is_complete: !report
            .targets
            .iter()
            .any(|target| has_failed(&target.outcome)),
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
    context: &RequestContext<'_>,
) -> Result<Response, Problem> {
    let request = BulkRequest::one_user(id);
    let targets = [target(Selector::Id(id.to_owned()))];
    let report = call(plugin, action, &targets, &options(settings, &request))?;
    let report_json = ReportJson::new(&request, action, context, &report);
    let target = report.targets.first();
    let failed = target.and_then(|target| match &target.outcome {
        Outcome::Failed(error) => Some(error),
        _ => None,
    });
    if let Some(error) = report.refused.as_ref().or(failed) {
        let problem = Problem::from(error.clone());
        return Ok(problem_details::response(
            problem,
            context.request_id,
            Some(&report_json),
        ));
    }
    let Some(user) = target.and_then(|target| target.user.as_ref()) else {
        let detail = "the plugin did not return the changed user";
        return Err(Problem::new(502, "other", detail));
    };
    Ok(Response::json(&report_json.changed_user(user)))
}

fn call(
    plugin: &impl Plugin,
    action: UserAction,
    targets: &[Target],
    options: &ChangeOptions,
) -> Result<Report, Problem> {
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
