//! JSON of a bulk change: an outcome and an audit event per user.

use alloc::{string::String, vec::Vec};

use onepassword_users::UserAction;
use onepassword_users_audit::{Event, Summary};
use serde::Serialize;

use crate::{
    audit::{self, ReportedTarget},
    bindings::containment::{Outcome, Report},
    bulk_request::BulkRequest,
    json::{self, ErrorJson, UserJson},
    problem::Problem,
    problem_json::problem_json,
    request::RequestContext,
    tally::class_of,
};

/// Body of a response with the report of a bulk change.
///
/// Owns the plugin's report, and passes the JSON of one target after the other on: the whole JSON never exists in memory.
pub(crate) struct ReportBody {
    pub(crate) request: BulkRequest,
    pub(crate) action: UserAction,
    pub(crate) context: RequestContext,
    pub(crate) report: Report,
    /// Problem to put around the report, if the call was refused or its only change failed.
    pub(crate) problem: Option<Problem>,
    /// True if an audit event could not be written.
    pub(crate) has_lost_audit: bool,
}

/// JSON of the report's fields before the outcomes.
#[derive(Serialize)]
struct ReportHeadJson<'a> {
    operation: &'a str,
    request_id: &'a str,
    dry_run: bool,
    summary: Summary,
    reason: Option<&'a str>,
    ticket: Option<&'a str>,
    requests: u32,
    warnings: &'a [String],
}

/// JSON of the report for one target.
#[derive(Serialize)]
struct TargetReportJson<'a> {
    who: &'a str,
    outcome: &'a str,
    user: Option<UserJson<'a>>,
    previous_state: Option<&'a str>,
    error: Option<ErrorJson<'a>>,
}

impl<'a> From<ReportedTarget<'a>> for TargetReportJson<'a> {
    fn from(target: ReportedTarget<'a>) -> Self {
        let ReportedTarget { who, report } = target;
        Self {
            who,
            outcome: json::outcome_name(&report.outcome),
            user: report.user.as_ref().map(UserJson::from),
            previous_state: report.previous_state.as_ref().map(json::state_name),
            error: match &report.outcome {
                Outcome::Failed(error) => Some(error.into()),
                _ => None,
            },
        }
    }
}

/// JSON of one changed user: the user and the audit event.
#[derive(Serialize)]
struct ChangedUserJson<'a> {
    #[serde(flatten)]
    user: UserJson<'a>,
    summary: Summary,
    warnings: &'a [String],
    audit: Vec<Event<'a>>,
}

impl ReportBody {
    /// Passes the JSON of the only user to `write`, whom the change left in the requested state.
    pub(crate) fn write_changed_user(&self, write: &mut dyn FnMut(&str)) {
        let target = self.report.targets.first();
        let Some(user) = target.and_then(|target| target.user.as_ref()) else {
            return self.write_report(write);
        };
        write(&json::to_string(&ChangedUserJson {
            user: user.into(),
            summary: self.summary(),
            warnings: &self.report.warnings,
            audit: self.events().collect(),
        }));
    }

    /// Passes the JSON to `write`, piece by piece.
    pub(crate) fn write(&self, write: &mut dyn FnMut(&str)) {
        let Some(problem) = &self.problem else {
            return self.write_report(write);
        };
        let problem = problem_json(problem, &self.context.request_id);
        json::write_open_object(&problem, write);
        write(",\"report\":");
        self.write_report(write);
        write("}");
    }

    fn write_report(&self, write: &mut dyn FnMut(&str)) {
        self.write_outcomes(write);
        self.write_audit(write);
        write("}");
    }

    /// Passes the report without its audit to `write`, as an object without its last brace.
    pub(crate) fn write_outcomes(&self, write: &mut dyn FnMut(&str)) {
        let (request, report) = (&self.request, &self.report);
        let head = ReportHeadJson {
            operation: self.action.bulk_name(),
            request_id: &self.context.request_id,
            dry_run: request.dry_run,
            summary: self.summary(),
            reason: request.reason.as_deref(),
            ticket: request.ticket.as_deref(),
            requests: report.requests,
            warnings: &report.warnings,
        };
        json::write_open_object(&head, write);
        write(",\"outcomes\":[");
        let outcomes = audit::reported_targets(request, report);
        json::write_items(outcomes.map(TargetReportJson::from), write);
        write("]");
    }

    /// Passes the field with the audit events to `write`.
    pub(crate) fn write_audit(&self, write: &mut dyn FnMut(&str)) {
        write(",\"audit\":[");
        json::write_items(self.events(), write);
        write("]");
    }

    /// Counts the outcomes of the report.
    pub(crate) fn summary(&self) -> Summary {
        let targets = self.report.targets.iter();
        targets.map(|target| class_of(&target.outcome)).collect()
    }

    /// Makes the audit events of the users, one after the other.
    pub(crate) fn events(&self) -> impl Iterator<Item = Event<'_>> {
        let refused = self.report.refused.as_ref();
        let event =
            move |target| audit::event(&self.request, self.action, &self.context, refused, target);
        let audited = audit::audited_targets(&self.request, &self.report);
        audited.into_iter().map(event)
    }
}
