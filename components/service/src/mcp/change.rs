//! Changes by a language model: a plan first, then exactly that plan or nothing.

use alloc::{borrow::ToOwned, boxed::Box, string::String, vec::Vec};

use onepassword_users::UserAction;

use super::{
    approval::{self, Approval},
    arguments::{self, CallParams, ChangeRequest},
    headers::Caller,
    message::RpcError,
    plan::Plan,
    tool::Tools,
    tool_result::{PlannedReport, ToolContent},
};
use crate::{
    bindings::{
        containment::{ChangeOptions, Outcome, Report, Selector, Target, TargetReport},
        types::{Effect, Error, ErrorCode, User},
    },
    bulk,
    bulk_report::ReportBody,
    bulk_request::BulkRequest,
    plugin::Plugin,
    problem::Problem,
    request::RequestContext,
    text::parse_selector,
};

/// Maximum length of an address in the contract, in bytes.
const MAX_EMAIL: usize = 1024;

/// End of a call, or a question on the way.
pub(super) enum Step {
    Done(ToolContent),
    /// Result that asks the client's person, as JSON.
    Question(String),
}

impl From<Result<ToolContent, Problem>> for Step {
    fn from(result: Result<ToolContent, Problem>) -> Self {
        Self::Done(result.unwrap_or_else(ToolContent::Error))
    }
}

/// Plans a change, or carries out a plan.
///
/// # Errors
///
/// The state of a question is not the one that was sent. Every other failure is a result.
pub(super) fn change(
    tools: &Tools<'_, impl Plugin>,
    caller: &Caller,
    action: UserAction,
    params: &CallParams<'_>,
    context: &RequestContext,
) -> Result<Step, RpcError> {
    let change = Change {
        tools,
        action,
        context,
    };
    let (request, plan) = match requested(params) {
        Ok((request, None)) => return Ok(change.planned(request).into()),
        Ok((request, Some(plan))) => (request, plan),
        Err(problem) => return Ok(Err(problem).into()),
    };
    if let Err(problem) = change.check(&request, &plan) {
        return Ok(Err(problem).into());
    }
    let mut approval = Approval::read(params, tools.key, &plan)?;
    if approval == Approval::Declined {
        tools.used_plans.insert(plan);
        let detail = "the person who was asked did not approve it; nothing was changed";
        return Ok(Err(Problem::new(409, "declined", detail)).into());
    }
    if !caller.can_ask {
        approval = Approval::Granted;
    }
    let step = change.carried_out(request, plan, approval);
    Ok(step.unwrap_or_else(|problem| Err(problem).into()))
}

/// Returns the arguments of a call, and the plan that it hands back. Without a plan it is a dry run.
fn requested(params: &CallParams<'_>) -> Result<(BulkRequest, Option<Plan>), Problem> {
    let ChangeRequest { request, plan } = arguments::change_request(params)?;
    match plan {
        None if request.dry_run => Ok((request, None)),
        None => {
            let detail = "a change needs a plan, and nothing was changed: call with `dry_run` true, show the plan to a person, and then call with the same arguments, without `dry_run`, and with the plan's digest as `plan`";
            Err(Problem::new(409, "plan-required", detail))
        }
        Some(_) if request.dry_run => {
            let detail = "`plan` carries out a plan, and `dry_run` makes one: give one of them";
            Err(Problem::bad_request(detail))
        }
        Some(digest) => {
            let plan = Plan::parse(&digest).ok_or_else(|| {
                let detail = "`plan` must be the digest of a dry run, as it was returned; nothing was changed";
                Problem::new(409, "plan-mismatch", detail)
            })?;
            Ok((request, Some(plan)))
        }
    }
}

/// A change under way.
struct Change<'a, P> {
    tools: &'a Tools<'a, P>,
    action: UserAction,
    context: &'a RequestContext,
}

impl<P: Plugin> Change<'_, P> {
    /// Checks a plan before anything is sent.
    fn check(&self, request: &BulkRequest, plan: &Plan) -> Result<(), Problem> {
        let now_ms = self.context.time_ms;
        plan.check(self.tools.key, self.action, request, now_ms)?;
        self.tools.used_plans.check(plan, now_ms)
    }

    /// Makes a plan.
    fn planned(&self, request: BulkRequest) -> Result<ToolContent, Problem> {
        let report = self.dry_run(&request)?;
        let plan = Plan::new(self.tools.key, self.action, &request, &report, self.context);
        Ok(self.content(request, report, plan))
    }

    /// Carries out a plan, if a new dry run finds the same.
    fn carried_out(
        &self,
        request: BulkRequest,
        plan: Plan,
        approval: Approval,
    ) -> Result<Step, Problem> {
        let planned = self.dry_run(&request)?;
        plan.compare(&planned)?;
        if approval != Approval::Granted {
            let key = self.tools.key;
            let question = approval::question(key, &plan, self.action, &request, &planned);
            return Ok(Step::Question(question));
        }
        let names = request.users.iter().zip(&planned.targets);
        let targets: Vec<_> = names
            .filter(|(_, target)| is_planned(target))
            .map(|(who, target)| exact_target(who, target.user.as_ref()))
            .collect();
        let options = bulk::options(self.tools.settings, &request);
        let report = self.call(&targets, &options)?;
        // Only now, so that a plan can be tried again if nothing was.
        self.tools.used_plans.insert(plan);
        let report = merged(planned, report);
        Ok(Step::Done(self.content(request, report, None)))
    }

    fn dry_run(&self, request: &BulkRequest) -> Result<Report, Problem> {
        let names = request.users.iter();
        let targets: Vec<_> = names.map(|who| bulk::target(parse_selector(who))).collect();
        let options = ChangeOptions {
            dry_run: true,
            ..bulk::options(self.tools.settings, request)
        };
        self.call(&targets, &options)
    }

    fn call(&self, targets: &[Target], options: &ChangeOptions) -> Result<Report, Problem> {
        bulk::call(
            self.tools.plugin,
            self.action,
            targets,
            options,
            self.context,
        )
    }

    fn content(&self, request: BulkRequest, report: Report, plan: Option<Plan>) -> ToolContent {
        ToolContent::Report(Box::new(PlannedReport {
            body: ReportBody {
                request,
                action: self.action,
                context: self.context.clone(),
                report,
                problem: None,
                has_lost_audit: false,
            },
            plan,
        }))
    }
}

fn is_planned(target: &TargetReport) -> bool {
    matches!(target.outcome, Outcome::WouldChange)
}

/// The user whom a plan names, by id, with the address that the plan shows: another one who has got the address since then is not
/// changed. A user who may not be read is named as in the request.
fn exact_target(who: &str, user: Option<&User>) -> Target {
    let Some(user) = user else {
        return bulk::target(parse_selector(who));
    };
    let is_address = |email: &str| {
        email.contains('@') && email.len() <= MAX_EMAIL && !email.contains(char::is_control)
    };
    Target {
        who: Selector::Id(user.id.clone()),
        expect_email: Some(user.email.clone()).filter(|email| is_address(email)),
    }
}

/// Puts the outcomes of a change in the place of those that were planned.
fn merged(planned: Report, report: Report) -> Report {
    let mut changed = report.targets.into_iter();
    let targets = planned.targets.into_iter().map(|target| {
        if !is_planned(&target) {
            return target;
        }
        changed.next().unwrap_or_else(|| TargetReport {
            outcome: Outcome::Failed(missing_outcome()),
            ..target
        })
    });
    let mut warnings = planned.warnings;
    for warning in report.warnings {
        if !warnings.contains(&warning) {
            warnings.push(warning);
        }
    }
    Report {
        targets: targets.collect(),
        refused: report.refused,
        requests: planned.requests.saturating_add(report.requests),
        warnings,
    }
}

/// The error of a user whom the plugin's report leaves out, which its contract rules out.
fn missing_outcome() -> Error {
    Error {
        code: ErrorCode::Other,
        message: "the report has no outcome of this user".to_owned(),
        hint: None,
        effect: Effect::PossiblyApplied,
        retryable: false,
        retry_after_ms: None,
        status: None,
        api_code: None,
        api_message: None,
        candidates: Vec::new(),
        requests: 0,
    }
}
